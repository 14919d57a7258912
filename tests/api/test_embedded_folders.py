"""Where the bundled PostgreSQL can be kept, by whom, and which folders it refuses in one clear line."""

import os
import pwd
import shutil
import stat
from pathlib import Path

import pytest

from api import embedded_identity
from api.embedded import EmbeddedError, EmbeddedPostgres
from tests.api.embedded_trials import IS_ROOT, as_ordinary_user, ask, ordinary_folder, server_of, take_way, ways


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
