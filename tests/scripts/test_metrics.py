"""Each command tells Prometheus what it has counted, whoever else keeps things in the same folder."""

import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from tests.running_site import free_port

COMMAND = """
import os, sys
os.getpid = lambda: 7  # as the first process of every container may be
from scripts.metrics import told_to_prometheus
with told_to_prometheus():
    from prometheus_client import Counter
    Counter("wherefore_told", "How often.").inc()
    print("counts", flush=True)
    sys.stdin.readline()
"""


class Command:
    """A process that counts one thing."""

    def __init__(self, data_dir: Path) -> None:
        self.address = f"127.0.0.1:{free_port()}"
        settings = {"WHEREFORE_DATA_DIR": str(data_dir), "WHEREFORE_METRICS": self.address}
        self._process = subprocess.Popen(
            [sys.executable, "-c", COMMAND], env=settings, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == "counts\n"

    def told(self) -> bool:
        return "\nwherefore_told_total 1.0\n" in httpx.get(f"http://{self.address}/metrics").text

    def kill(self) -> None:
        self._process.kill()
        self._process.communicate()

    def end(self) -> None:
        self._process.communicate("\n")
        assert self._process.returncode == 0


@pytest.fixture
def commands(tmp_path: Path) -> tuple[Command, Command]:
    """Two that share a folder, as the containers of compose.yaml do."""
    return Command(tmp_path), Command(tmp_path)


def test_two_containers_with_the_same_numbers_of_processes_share_a_folder(commands: tuple[Command, Command]) -> None:
    assert all(command.told() for command in commands)
    for command in commands:
        command.end()


def test_what_a_killed_command_left_is_removed_and_nothing_else(
    commands: tuple[Command, Command], tmp_path: Path
) -> None:
    killed, living = commands
    killed.kill()
    (tmp_path / "metrics-4194305").mkdir()  # by a version that told them apart by number

    another = Command(tmp_path)

    assert len([*tmp_path.glob("metrics-*")]) == 2
    assert living.told()
    assert another.told()
    for command in (living, another):
        command.end()
    assert [*tmp_path.glob("metrics-*")] == []
