"""Each command tells Prometheus what it has counted, whoever else uses its folder, and however full the disk is."""

import os
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from tests.running_site import free_port
from tests.server.disks import SmallDisk

MEMORY = "/dev/shm"  # noqa: S108 - as on Linux
COMMAND = """
import os, sys
os.getpid = lambda: 7  # as the first process of every container may be
from pathlib import Path
from scripts import metrics
metrics._IN_MEMORY = Path(sys.argv[1])
with metrics.told_to_prometheus():
    from prometheus_client import Counter
    Counter("wherefore_told", "How often.").inc()
    print(os.environ["PROMETHEUS_MULTIPROC_DIR"], flush=True)
    if sys.stdin.readline() == "fill\\n":
        with open(os.environ["WHEREFORE_DATA_DIR"] + "/ballast", "wb", buffering=0) as ballast:
            while True:
                try:
                    ballast.write(b"x" * 4096)
                except OSError:
                    break
        more = Counter("wherefore_more", "Needs more room.", ["label"])
        for label in range(3000):
            more.labels(str(label)).inc()
"""


class Command:
    """A process that counts one thing."""

    def __init__(self, data_dir: Path, *within: str, memory: str = MEMORY) -> None:
        self.address = f"127.0.0.1:{free_port()}"
        settings = {"WHEREFORE_DATA_DIR": str(data_dir), "WHEREFORE_METRICS": self.address, "PATH": os.environ["PATH"]}
        self._process = subprocess.Popen(
            [*within, sys.executable, "-c", COMMAND, memory],
            env=settings,
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert self._process.stdout is not None
        self.folder = Path(self._process.stdout.readline().removesuffix("\n"))

    def told(self) -> bool:
        return "\nwherefore_told_total 1.0\n" in httpx.get(f"http://{self.address}/metrics").text

    def kill(self) -> None:
        self._process.kill()
        self._process.communicate()

    def end(self, said: str = "\n") -> None:
        self._process.communicate(said)
        assert self._process.returncode == 0


@pytest.fixture(params=[MEMORY, "/nowhere"], ids=["in memory", "where no such place is"])
def commands(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Command, Command]:
    """Two that share a folder, as the containers of compose.yaml do."""
    return Command(tmp_path, memory=request.param), Command(tmp_path, memory=request.param)


def test_two_containers_with_the_same_numbers_of_processes_share_a_folder(commands: tuple[Command, Command]) -> None:
    assert all(command.told() for command in commands)
    for command in commands:
        command.end()


def test_what_a_killed_command_left_is_removed_and_nothing_else(
    commands: tuple[Command, Command], tmp_path: Path
) -> None:
    killed, living = commands
    killed.kill()
    (tmp_path / "metrics-4194305").mkdir()  # as a version before named it

    another = Command(tmp_path, memory=str(living.folder.parent))

    assert not killed.folder.exists()
    assert living.told()
    assert another.told()
    for command in (living, another):
        command.end()
    assert not living.folder.exists()
    assert [*tmp_path.glob("*metrics-*")] == []


def test_a_full_disk_ends_nobody_who_counts(tmp_path: Path) -> None:
    disk = SmallDisk(tmp_path / "data", megabytes=1)

    Command(tmp_path / "data", *disk.within).end("fill\n")
