"""The bundled PostgreSQL stops with the program that started it, however that ends, and starts again."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from api.embedded import EmbeddedPostgres
from tests.api.embedded_trials import ROOT, Supervisor, ask, fork, lives, processes_of, server_of, take_way, ways


def test_one_object_can_be_stopped_and_started_again(tmp_path: Path) -> None:
    postgres = EmbeddedPostgres(tmp_path)
    postgres.stop()
    assert ask(postgres.start(), "SELECT 1") == 1
    postgres.stop()
    postgres.stop()

    assert ask(postgres.start(), "SELECT 1") == 1
    postgres.stop()
    assert processes_of(tmp_path / "postgres") == []


@ways
def test_stop_leaves_no_process_and_no_socket(
    tmp_path: Path, way: str, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    take_way(way, monkeypatch, request)
    postgres = EmbeddedPostgres(tmp_path / "data")
    postgres.start()
    cluster = (tmp_path / "data" / "postgres").resolve()
    seen = server_of(cluster)
    assert seen in processes_of(cluster)

    postgres.stop()

    assert not lives(seen)
    assert processes_of(cluster) == []
    assert list((cluster.parent / "run").iterdir()) == []


def test_ctrl_c_reaches_only_the_application_which_stops_the_database_last(tmp_path: Path) -> None:
    first = Supervisor(tmp_path)
    server = server_of(tmp_path / "postgres")

    assert os.getpgid(server.pid) != os.getpgid(first.process.pid)
    assert first.end(signal.SIGINT) in {1, 130, -signal.SIGINT}
    assert not lives(server)
    assert processes_of(tmp_path / "postgres") == []


def test_sigterm_leaves_no_process(tmp_path: Path) -> None:
    first = Supervisor(tmp_path)

    assert first.end(signal.SIGTERM) == 0
    assert processes_of(tmp_path / "postgres") == []


def test_a_program_that_forgets_to_stop_leaves_no_process(tmp_path: Path) -> None:
    program = f"from pathlib import Path; from api.embedded import *; EmbeddedPostgres(Path({str(tmp_path)!r})).start()"

    assert subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=False).returncode == 0

    assert (tmp_path / "postgres").is_dir()
    assert processes_of(tmp_path / "postgres") == []


def test_a_forked_child_does_not_stop_it_for_its_parent(tmp_path: Path) -> None:
    with EmbeddedPostgres(tmp_path) as postgres:
        dsn = postgres.start()
        child = fork()
        if child == 0:
            postgres.stop()
            os._exit(0)
        os.waitpid(child, 0)

        assert ask(dsn, "SELECT 1") == 1
