"""The bundled PostgreSQL after everything that can be killed was killed: nothing lost, and the next start serves."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from api.embedded import EmbeddedError, EmbeddedPostgres
from api.embedded_identity import choose_identity
from tests.api.embedded_trials import (
    IS_ROOT,
    ROOT,
    Supervisor,
    Writer,
    as_ordinary_user,
    ask,
    lives,
    ordinary_folder,
    processes_of,
    server_of,
    supervisor,
    take_way,
    until,
    ways,
)

pytestmark = pytest.mark.crash
WRITES = 1000  # acknowledged before each kill, and as many again after it


@ways
def test_nothing_is_lost_when_postgresql_is_killed_and_it_comes_back_by_itself(
    tmp_path: Path, way: str, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    take_way(way, monkeypatch, request)
    said: list[str] = []
    with EmbeddedPostgres(tmp_path, say=said.append) as postgres, Writer(postgres.start()) as writer:
        writer.wait_for(WRITES)
        server_of(tmp_path / "postgres").kill()
        writer.wait_for(WRITES)

        assert writer.lost() == set()
    assert [message for message in said if "is back after" in message]


def test_nothing_is_lost_when_a_backend_is_killed(tmp_path: Path) -> None:
    with EmbeddedPostgres(tmp_path) as postgres, Writer(postgres.start()) as writer:
        writer.wait_for(WRITES)
        psutil.Process(ask(postgres.start(), "SELECT max(pid) FROM pg_stat_activity WHERE query LIKE 'INSERT%'")).kill()
        writer.wait_for(WRITES)

        assert writer.lost() == set()


@pytest.mark.parametrize("tie", ["tied", "untied"])
def test_nothing_is_lost_when_we_are_killed(tmp_path: Path, tie: str) -> None:
    first = Supervisor(tmp_path, tie)
    server = server_of(tmp_path / "postgres")
    with Writer(first.said) as writer:
        writer.wait_for(WRITES)
        first.kill()
        if tie == "untied":
            assert lives(server), "the orphan that the next start is to find"
            writer.wait_for(WRITES)
        with EmbeddedPostgres(tmp_path) as postgres:
            assert server_of(tmp_path / "postgres") != server
            assert postgres.start() == first.said
            writer.wait_for(WRITES)

            assert writer.lost() == set()
    assert processes_of(tmp_path / "postgres") == []


def test_postgresql_ends_with_us_when_we_are_killed(tmp_path: Path) -> None:
    first = Supervisor(tmp_path)

    first.kill()

    until(lambda: not processes_of(tmp_path / "postgres"), seconds=10)


def test_nothing_is_lost_when_both_are_killed_at_once(tmp_path: Path) -> None:
    first = Supervisor(tmp_path)
    with Writer(first.said) as writer:
        for _ in range(3):
            writer.wait_for(WRITES)
            server = server_of(tmp_path / "postgres")
            os.kill(first.process.pid, signal.SIGKILL)
            server.kill()
            first.close()
            first = Supervisor(tmp_path)

            assert writer.lost() == set()
    first.close()


def test_nothing_is_lost_for_an_ordinary_user_either(tmp_path: Path) -> None:
    home = ordinary_folder(tmp_path / "home")

    def kill_while_writing() -> object:
        with EmbeddedPostgres(home) as postgres, Writer(postgres.start()) as writer:
            writer.wait_for(WRITES)
            server_of(home / "postgres").kill()
            writer.wait_for(WRITES)
            return writer.lost()

    assert as_ordinary_user(kill_while_writing) == "set()"


@pytest.mark.parametrize("held", ["busy", "frozen"])
def test_an_orphan_backend_that_holds_shared_memory_is_ended(tmp_path: Path, held: str) -> None:
    first = Supervisor(tmp_path)
    cluster = tmp_path / "postgres"
    with working_backend(first.said, cluster) as orphan:
        if held == "frozen":
            orphan.suspend()
        server = server_of(cluster)
        server.suspend()  # or it might hear that we are gone, and end the backend in good order
        os.kill(first.process.pid, signal.SIGKILL)
        server.kill()
        first.close()
        assert lives(orphan), "still there without its server"

        with EmbeddedPostgres(tmp_path) as postgres:
            assert ask(postgres.start(), "SELECT 1") == 1
            assert not lives(orphan)


@contextlib.contextmanager
def working_backend(dsn: str, cluster: Path) -> Iterator[psutil.Process]:
    """A backend so busy that it does not notice when its server dies."""
    script = (
        "import asyncio, asyncpg, sys\n"
        "async def work():\n"
        "    connection = await asyncpg.connect(sys.argv[1])\n"
        "    await connection.execute('SET statement_timeout = 0')\n"
        "    print(connection.get_server_pid(), flush=True)\n"
        "    await connection.execute('DO $$ BEGIN LOOP PERFORM 1; END LOOP; END $$')\n"
        "asyncio.run(work())\n"
    )
    client = subprocess.Popen(
        [sys.executable, "-c", script, dsn], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    assert client.stdout is not None
    try:
        pid = int(client.stdout.readline())
        at_work = f"SELECT state = 'active' AND query LIKE 'DO %' FROM pg_stat_activity WHERE pid = {pid}"
        until(lambda: ask(dsn, at_work) is True)
        yield psutil.Process(pid)
    finally:
        client.kill()
        client.communicate()


@pytest.fixture(scope="module")
def stopped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with something in it that nobody runs."""
    folder = tmp_path_factory.mktemp("stopped")
    with EmbeddedPostgres(folder) as postgres:
        ask(postgres.start(), "CREATE TABLE kept AS SELECT 'kept' AS word")
    return folder


PID_FILE = "{pid}\n{cluster}\n1700000000\n5432\n{cluster}\n\n  1234567     123\nready   \n"


@pytest.mark.parametrize("content", ["", "\n", "12", "not a number", "-1\n", "9" * 40, PID_FILE[:9], PID_FILE])
@pytest.mark.parametrize("owner", ["dead", "sleeper", "zombie"])
def test_a_stale_pid_file_is_no_obstacle_and_its_pid_is_left_alone(stopped: Path, content: str, owner: str) -> None:
    bystander = subprocess.Popen(["sleep", "60" if owner == "sleeper" else "0"])
    if owner == "dead":
        bystander.wait()
    if owner == "zombie":
        until(lambda: psutil.Process(bystander.pid).status() == psutil.STATUS_ZOMBIE)
    text = content.replace("{pid}", str(bystander.pid)).replace("{cluster}", str(stopped / "postgres"))
    (stopped / "postgres" / "postmaster.pid").write_text(text)
    (stopped / "run" / ".s.PGSQL.5432.lock").write_text(text)
    try:
        with EmbeddedPostgres(stopped) as postgres:
            assert ask(postgres.start(), "SELECT word FROM kept") == "kept"

        assert bystander.poll() == (None if owner == "sleeper" else 0)
    finally:
        bystander.kill()
        bystander.wait()


def test_a_server_that_somebody_started_by_hand_is_named_and_left_alone(stopped: Path) -> None:
    command = choose_identity(stopped).command(
        "postgres", "-D", str(stopped / "postgres"), "-c", "listen_addresses=", "-k", str(stopped), when_we_die="INT"
    )
    by_hand = subprocess.Popen(command, stderr=subprocess.DEVNULL, cwd="/")
    try:
        pid_file = stopped / "postgres" / "postmaster.pid"
        until(lambda: pid_file.exists() and "ready" in pid_file.read_text())

        with pytest.raises(EmbeddedError, match=f"did not start .process {by_hand.pid}."):
            EmbeddedPostgres(stopped).start()
        assert by_hand.poll() is None
    finally:
        by_hand.terminate()
        by_hand.wait(20)


@pytest.mark.parametrize("seconds", [0.1, 0.2, 0.3, 0.45, 0.6])
def test_a_first_start_killed_half_way_leaves_nothing_in_the_way(tmp_path: Path, seconds: float) -> None:
    first = Supervisor(tmp_path / "data", ready=False)
    until((tmp_path / "data" / "owner.lock").exists)
    time.sleep(seconds)
    first.kill()

    with EmbeddedPostgres(tmp_path / "data") as postgres:
        assert ask(postgres.start(), "SELECT extname FROM pg_extension WHERE extname = 'vector'") == "vector"
    assert not list((tmp_path / "data").glob("postgres.unfinished-*"))


def test_of_two_first_starts_at_once_one_serves_and_one_refuses(tmp_path: Path) -> None:
    both = [Supervisor(tmp_path, ready=False) for _ in range(2)]

    said = sorted(each.hear() for each in both)

    assert said[0].startswith("postgresql://")
    assert said[1].startswith("refused: Wherefore is already running")
    assert ask(said[0], "SELECT 1") == 1
    for each in both:
        each.close()


def test_a_start_right_after_a_kill_does_not_trip_over_the_dying_server(tmp_path: Path) -> None:
    for _ in range(4):
        first = Supervisor(tmp_path)
        os.kill(first.process.pid, signal.SIGKILL)
        with supervisor(tmp_path) as second:
            assert second.said == first.said
        first.close()


def test_a_full_disk_is_one_clear_line_and_no_loss(tmp_path: Path) -> None:
    """In a file system of its own, which ends with the process."""
    namespace = ["unshare", "--mount"] if IS_ROOT else ["unshare", "--user", "--map-root-user", "--mount"]
    mount = 'mount -t tmpfs -o size=30m,mode=755 none "$1" && exec "$2" -c "$3" "$1"'

    trial = subprocess.run(
        [*namespace, "sh", "-c", mount, "sh", str(tmp_path), sys.executable, _FULL_DISK],
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )

    assert trial.stdout.splitlines() == ["first start refused", "nothing half made", "later start refused", "kept"], (
        trial.stdout + trial.stderr
    )


_FULL_DISK = """
import os, pathlib, signal, subprocess, sys
from api.embedded import EmbeddedError, EmbeddedPostgres
from tests.api.embedded_trials import ask, server_of
disk = pathlib.Path(sys.argv[1])
data = disk / "data"

def refused(which):
    try:
        EmbeddedPostgres(data).start()
    except EmbeddedError as error:
        line = str(error)
        assert "is full" in line and "free some space" in line and "\\n" not in line, line
        print(which, "start refused", flush=True)

refused("first")
assert [path.name for path in data.iterdir() if path.name.startswith("postgres.unfinished") or path.is_symlink()] == []
assert not (data / "postgres").exists()
print("nothing half made", flush=True)

subprocess.run(["mount", "-o", "remount,size=120m", str(disk)], check=True)
with EmbeddedPostgres(data) as postgres:
    ask(postgres.start(), "CREATE TABLE kept AS SELECT 'kept' AS word")
filling = disk / "filling"
try:
    with filling.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(4096))
except OSError:
    pass
refused("later")
filling.unlink()
with EmbeddedPostgres(data) as postgres:
    print(ask(postgres.start(), "SELECT word FROM kept"))
"""
