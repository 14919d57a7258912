"""The commands for backups, as an operator types them."""

import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from api.backups.encryption import identity
from scripts.backups import restore_command
from scripts.command import main


@pytest.fixture
def runner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    monkeypatch.setenv("WHEREFORE_DATA_DIR", str(tmp_path / "data"))
    return CliRunner()


def run(*words: str | Path, **environment: str) -> "subprocess.CompletedProcess[str]":
    """`wherefore …` in a process of its own."""
    import os

    return subprocess.run(
        [sys.executable, "-m", "scripts.command", *map(str, words)],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | environment,
    )


def test_an_identity_is_made_once_and_read_by_its_owner_alone(runner: CliRunner, tmp_path: Path) -> None:
    file = tmp_path / "backup.key"

    said = runner.invoke(main, ["backup-identity", str(file)]).output

    about, secret = file.read_text().splitlines()
    assert said.splitlines()[0] == about.removeprefix("# public key: ")
    assert str(identity(secret).to_public()) == about.removeprefix("# public key: ")
    assert file.stat().st_mode & 0o777 == 0o600
    again = run("backup-identity", file)
    assert (again.returncode, again.stderr) == (2, f"wherefore: {file} is there already; it was not changed.\n")
    assert file.read_text().splitlines() == [about, secret]


def test_a_secret_key_is_never_an_argument() -> None:
    takes = {parameter.name: parameter.type for parameter in restore_command.params}

    assert takes["key_file"].name == "file"


def test_a_mistyped_key_is_told_before_anything_is_done(tmp_path: Path) -> None:
    said = run("backup", tmp_path, "--data-dir", tmp_path / "data", "--recipient", "age1mistyped")

    assert (said.returncode, said.stdout) == (2, "")
    assert said.stderr == (
        "wherefore: age1mistyped… is no public key of age; it begins with age1 and has 62 characters.\n"
    )
    assert list(tmp_path.iterdir()) == []
