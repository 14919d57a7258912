"""The bundled PostgreSQL: how it starts, for whom, what it allows, and how it stops."""

import asyncio
import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest
from piccolo.engine.postgres import PostgresEngine

from api import embedded, embedded_identity
from api.embedded import EmbeddedError, EmbeddedPostgres, address_of_running
from tests.api.embedded_trials import (
    IS_ROOT,
    ROOT,
    Supervisor,
    as_ordinary_user,
    ask,
    fork,
    lives,
    ordinary_folder,
    processes_of,
    server_of,
    supervisor,
    take_way,
    until,
    ways,
)


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("embedded") / "data"


@pytest.fixture(scope="module")
def dsn(data_dir: Path) -> Iterator[str]:
    with EmbeddedPostgres(data_dir) as postgres:
        yield postgres.start()


@pytest.mark.parametrize(
    ("query", "answer"),
    [
        ("SELECT current_user", "wherefore"),
        ("SELECT rolsuper OR rolcreaterole OR rolbypassrls FROM pg_roles WHERE rolname = current_user", False),
        ("SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = current_database()", "wherefore"),
        ("SHOW data_checksums", "on"),
        ("SHOW listen_addresses", ""),
        ("SHOW server_encoding", "UTF8"),
        ("SHOW statement_timeout", "30s"),
        ("SHOW idle_in_transaction_session_timeout", "1min"),
        ("SHOW fsync", "on"),
        ("SELECT lower('ÄÖΣ')", "äöσ"),
        ("SELECT '[1,2]'::vector <-> '[1,4]'::vector", 2.0),
    ],
)
def test_the_application_role_finds_it_as_designed(dsn: str, query: str, answer: object) -> None:
    assert ask(dsn, query) == answer


def test_shared_buffers_are_sized_by_memory_within_bounds(dsn: str) -> None:
    size = ask(dsn, "SELECT pg_size_bytes(current_setting('shared_buffers'))")

    assert isinstance(size, int)
    assert 128 * 2**20 <= size <= 1024 * 2**20


def test_nothing_listens_on_the_network(dsn: str, data_dir: Path) -> None:
    assert ask(dsn, "SELECT 1") == 1
    assert server_of(data_dir / "postgres").net_connections(kind="inet") == []


@pytest.mark.parametrize(
    ("role", "password"), [("wherefore", "wrong"), ("wherefore", None), ("postgres", "wrong"), ("postgres", None)]
)
def test_nobody_comes_in_without_the_password_not_even_the_superuser(
    dsn: str, role: str, password: str | None, tmp_path: Path
) -> None:
    socket_dir = dsn.partition("host=")[2].partition("&")[0]

    async def try_it() -> None:
        await asyncpg.connect(
            host=socket_dir, user=role, password=password, database="wherefore", passfile=str(tmp_path / "none")
        )

    with pytest.raises(asyncpg.InvalidAuthorizationSpecificationError):
        asyncio.run(try_it())


def test_secrets_socket_and_log_are_for_the_owner_only(dsn: str, data_dir: Path) -> None:
    modes = {name: stat.S_IMODE((data_dir / name).stat().st_mode) for name in ("postgres", "postgres-password", "run")}

    assert modes == {"postgres": 0o700, "postgres-password": 0o600, "run": 0o700}
    assert stat.S_IMODE((data_dir / "postgres.log").stat().st_mode) == 0o600


def test_piccolo_connects_with_the_url(dsn: str) -> None:
    async def version() -> object:
        engine = PostgresEngine(config={"dsn": dsn}, extensions=())
        return [dict(row) for row in await engine._run_in_new_connection("SELECT 1 AS one")]

    assert asyncio.run(version()) == [{"one": 1}]


def test_another_process_of_the_account_can_find_the_one_that_runs(dsn: str, data_dir: Path) -> None:
    assert address_of_running(data_dir) == dsn


def test_a_second_start_on_the_same_folder_refuses_and_names_the_first(dsn: str, data_dir: Path) -> None:
    with pytest.raises(EmbeddedError, match=f"already running on .*process {os.getpid()}"):
        EmbeddedPostgres(data_dir).start()
    with supervisor(data_dir) as second:
        assert f"process {os.getpid()}" in second.said

    assert ask(dsn, "SELECT 1") == 1


def test_a_later_start_finds_what_was_written(tmp_path: Path) -> None:
    with EmbeddedPostgres(tmp_path / "data") as postgres:
        first = postgres.start()
        ask(first, "CREATE TABLE kept AS SELECT 42 AS answer")
    with EmbeddedPostgres(tmp_path / "data") as postgres:
        second = postgres.start()

        assert second == first
        assert ask(second, "SELECT answer FROM kept") == 42


def test_one_object_can_be_stopped_and_started_again(tmp_path: Path) -> None:
    postgres = EmbeddedPostgres(tmp_path)
    postgres.stop()
    assert ask(postgres.start(), "SELECT 1") == 1
    postgres.stop()
    postgres.stop()

    assert ask(postgres.start(), "SELECT 1") == 1
    postgres.stop()
    assert processes_of(tmp_path / "postgres") == []


def test_a_lost_password_is_replaced(tmp_path: Path) -> None:
    with EmbeddedPostgres(tmp_path) as postgres:
        before = postgres.start()
    (tmp_path / "postgres-password").write_text("")

    with EmbeddedPostgres(tmp_path) as postgres:
        assert postgres.start() != before
        assert ask(postgres.start(), "SELECT 1") == 1


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


@ways
def test_a_home_folder_that_others_may_not_read_is_no_obstacle(
    tmp_path: Path, way: str, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    take_way(way, monkeypatch, request)
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    accounts = pwd.getpwall()

    with EmbeddedPostgres(home / "checkout" / ".wherefore") as postgres:
        assert ask(postgres.start(), "CREATE TABLE kept AS SELECT 1") is None
    with EmbeddedPostgres(home / "checkout" / ".wherefore") as postgres:
        assert ask(postgres.start(), "SELECT count(*) FROM kept") == 1

    assert [stat.S_IMODE(folder.stat().st_mode) for folder in (home, home / "checkout")] == [0o700, 0o755]
    assert pwd.getpwall() == accounts


@pytest.mark.skipif(not IS_ROOT, reason="only root runs PostgreSQL under another account")
def test_binaries_out_of_the_other_accounts_reach_are_copied_with_their_libraries(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    take_way("account", monkeypatch, request)
    package = embedded_identity.find_binaries().parent.parent
    closed = tmp_path / "home"
    closed.mkdir(mode=0o700)
    shutil.copytree(package / "pginstall18", closed / package.name / "pginstall18")
    shutil.copytree(package.with_name(f"{package.name}.libs"), closed / f"{package.name}.libs")
    monkeypatch.setattr(embedded_identity, "find_binaries", lambda: closed / package.name / "pginstall18" / "bin")

    with EmbeddedPostgres(closed / ".wherefore") as postgres:
        assert ask(postgres.start(), "SELECT '[1]'::vector::text") == "[1]"
        program = server_of(closed / ".wherefore" / "postgres")

        assert program.uids().real == pwd.getpwnam("nobody").pw_uid
        assert program.exe().startswith(str(embedded_identity.SYSTEM_HOME))
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700


def test_an_ordinary_user_runs_it_in_their_closed_home(tmp_path: Path) -> None:
    home = ordinary_folder(tmp_path / "home")

    def start_twice() -> object:
        with EmbeddedPostgres(home / "data") as postgres:
            ask(postgres.start(), "CREATE TABLE kept AS SELECT 'kept' AS word")
        with EmbeddedPostgres(home / "data") as postgres:
            return ask(postgres.start(), "SELECT word FROM kept")

    assert as_ordinary_user(start_twice) == "kept"
    assert stat.S_IMODE(home.stat().st_mode) == 0o700


@pytest.mark.parametrize("name", ["with a space", "and, a comma", "ünïcödé", "long" * 40])
def test_any_path_will_do(tmp_path: Path, name: str) -> None:
    with EmbeddedPostgres(tmp_path / name) as postgres:
        dsn = postgres.start()
        socket_dir = Path(dsn.partition("host=")[2].partition("&")[0])

        assert ask(dsn, "SELECT 1") == 1
        assert stat.S_IMODE(socket_dir.stat().st_mode) == 0o700

    assert not socket_dir.exists()


def test_a_start_that_takes_long_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedded, "SAY_EVERY", 0.001)
    said: list[str] = []

    with EmbeddedPostgres(tmp_path, say=said.append):
        assert [message for message in said if "recovering" in message]


def test_the_log_stays_small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedded, "LOG_SIZE", 2000)
    with EmbeddedPostgres(tmp_path) as postgres:
        stranger = postgres.start().replace("wherefore:", "stranger:")
        for _ in range(30):
            with pytest.raises(asyncpg.InvalidAuthorizationSpecificationError):
                ask(stranger, "SELECT 1")

        until(lambda: (tmp_path / "postgres.log").stat().st_size <= 2000)


def test_the_log_keeps_no_words_of_members(tmp_path: Path) -> None:
    with EmbeddedPostgres(tmp_path) as postgres:
        ask(postgres.start(), "CREATE TABLE statement (words text PRIMARY KEY)")
        ask(postgres.start(), "INSERT INTO statement VALUES ('I keep bees')")
        with pytest.raises(asyncpg.UniqueViolationError):
            ask(postgres.start(), "INSERT INTO statement VALUES ('I keep bees')")
        with pytest.raises(asyncpg.InvalidTextRepresentationError, match="bees"):  # the error itself quotes it
            ask(postgres.start(), "SELECT 'I keep bees'::uuid")
        with pytest.raises(asyncpg.RaiseError, match="bees"):
            ask(postgres.start(), "DO $$ BEGIN RAISE WARNING 'bees'; RAISE EXCEPTION 'bees'; END $$")

    log = (tmp_path / "postgres.log").read_text()
    assert "ready to accept connections" in log
    assert "bees" not in log


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


def test_a_file_in_place_of_the_folder_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("not a folder")

    for path in (tmp_path / "data", tmp_path / "data" / "below"):
        with pytest.raises(EmbeddedError, match=r"is a file where the data directory should be.*\Z"):
            EmbeddedPostgres(path).start()


def test_an_unreadable_folder_is_one_clear_line(tmp_path: Path) -> None:
    home = ordinary_folder(tmp_path / "home")
    (home / "data").mkdir(mode=0o000)
    if os.geteuid() == 0:
        os.chown(home / "data", 65534, 65534)

    answer = as_ordinary_user(lambda: EmbeddedPostgres(home / "data").start())

    assert answer.splitlines()[0].startswith(f"EmbeddedError: No permission for {home}/data")


def test_a_cluster_of_another_major_version_is_refused_untouched(tmp_path: Path) -> None:
    with EmbeddedPostgres(tmp_path) as postgres:
        postgres.start()
    (tmp_path / "postgres" / "PG_VERSION").write_text("17\n")

    with pytest.raises(EmbeddedError, match="made by PostgreSQL 17 and this is PostgreSQL 18"):
        EmbeddedPostgres(tmp_path).start()

    (tmp_path / "postgres" / "PG_VERSION").write_text("18\n")
    with EmbeddedPostgres(tmp_path) as postgres:
        assert ask(postgres.start(), "SELECT 1") == 1


def test_a_folder_of_something_else_is_refused_untouched(tmp_path: Path) -> None:
    (tmp_path / "postgres").mkdir()
    (tmp_path / "postgres" / "diary.txt").write_text("dear diary")

    with pytest.raises(EmbeddedError, match="is not empty: move it away"):
        EmbeddedPostgres(tmp_path).start()

    assert (tmp_path / "postgres" / "diary.txt").read_text() == "dear diary"


def test_a_machine_without_binaries_is_told_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedded_identity, "_INSTALLATION", "pginstall-for-another-machine")

    with pytest.raises(EmbeddedError, match="WHEREFORE_DATABASE_URL"):
        EmbeddedPostgres(tmp_path).start()
