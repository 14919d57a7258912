"""The bundled PostgreSQL while it runs: what it allows and to whom, and what its log keeps."""

import asyncio
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest
from piccolo.engine.postgres import PostgresEngine

from api import embedded
from api.embedded import EmbeddedError, EmbeddedPostgres, address_of_running
from tests.api.embedded_trials import ask, server_of, supervisor, until


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


def test_a_lost_password_is_replaced(tmp_path: Path) -> None:
    with EmbeddedPostgres(tmp_path) as postgres:
        before = postgres.start()
    (tmp_path / "postgres-password").write_text("")

    with EmbeddedPostgres(tmp_path) as postgres:
        assert postgres.start() != before
        assert ask(postgres.start(), "SELECT 1") == 1


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
