"""Operators take out and erase what is kept of a member, as the member could."""

import json
from contextlib import nullcontext
from pathlib import Path

import anyio
import click
import pytest

from api.database import fetch
from api.journal import entries_in, journal_file, last_decisions
from scripts.members_data import erase_member, export_member
from tests.factories import make_member

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture(autouse=True)
def pool_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    """The run's own pool serves the command as well."""
    monkeypatch.setattr("api.database.connected", nullcontext)


async def test_a_member_is_exported_to_a_file_that_nobody_else_reads(tmp_path: Path) -> None:
    await make_member("Ada", email="ada@example.org", statements=["I keep bees."])
    output = anyio.Path(tmp_path / "ada.json")

    await export_member("ADA@example.org", output=Path(output))

    assert json.loads(await output.read_text())["parts"]["statements"][0]["text"] == "I keep bees."
    assert (await output.stat()).st_mode & 0o777 == 0o600


async def test_a_member_is_erased_at_once_and_for_good() -> None:
    ada, grace = await make_member("Ada", email="ada@example.org"), await make_member("Grace")

    await erase_member("ada@example.org")

    assert [row["id"] for row in await fetch("SELECT id FROM account")] == [grace.id]
    assert last_decisions(entries_in(journal_file()))[ada.id].decision == "gone"


async def test_an_unknown_address_is_told_in_a_line() -> None:
    with pytest.raises(click.ClickException, match=r"Nobody signs in with nobody@example\.org\."):
        await erase_member("nobody@example.org")
