"""The journal of erasures: written first, whole after a crash, and without a word about anybody."""

import json
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import anyio
import anyio.to_thread
import msgspec
import pytest

from api import database as databases
from api import journal
from api.accounts.schemas import Meets
from api.clock import now
from api.errors import NotFoundError
from api.journal import Decision, Entry, JournalUnavailableError, entries_in, journal_file, last_decisions
from api.privacy.erasure import erase, leave, leaves_at, replay
from api.profiles import queries as profiles
from api.profiles.me import update_me
from api.profiles.schemas import MeUpdate
from api.settings import settings
from tests.factories import make_member

pytestmark = pytest.mark.usefixtures("database", "own_journal")


async def test_the_journal_holds_ids_and_times_and_nothing_else(own_journal: Path) -> None:
    ada = await make_member("Ada", email="ada@example.org", statements=["I keep bees."])

    await leave(ada)
    await erase(ada.id)

    lines, mode = await anyio.to_thread.run_sync(_lines_and_mode, own_journal)
    assert [(line["account"], line["decision"]) for line in lines] == [(str(ada.id), "leaving"), (str(ada.id), "gone")]
    assert {frozenset(line) for line in lines} == {frozenset({"at", "account", "decision"})}
    assert mode == 0o600


async def test_nothing_is_deleted_when_the_journal_cannot_be_written(own_journal: Path) -> None:
    ada = await make_member("Ada")
    await anyio.Path(own_journal).mkdir(parents=True)  # a folder stands where the file belongs

    with pytest.raises(JournalUnavailableError):
        await leave(ada)
    with pytest.raises(JournalUnavailableError):
        await erase(ada.id)

    assert await leaves_at(ada.id) is None
    assert (await profiles.me(ada)).display_name == "Ada"


async def test_the_journal_is_written_before_the_deletion_is_committed() -> None:
    ada = await make_member("Ada")

    class LostError(Exception):
        """The process ends between the journal and the commit."""

    async def lost() -> None:
        async with databases.transaction():
            await erase(ada.id)
            raise LostError

    with pytest.raises(LostError):
        await lost()
    assert (await profiles.me(ada)).id == ada.id, "the deletion was not committed"
    assert (await _decisions())[ada.id].decision == "gone"

    assert (await replay()).accounts == 1

    with pytest.raises(NotFoundError):
        await profiles.me(ada)


async def test_a_line_that_a_crash_cut_off_spoils_no_other(own_journal: Path) -> None:
    ada, grace = await make_member("Ada"), await make_member("Grace")
    await leave(ada)
    with own_journal.open("ab") as file:
        file.write(b'{"at":"2026-1')

    await leave(grace)

    assert set(await _decisions()) == {ada.id, grace.id}


async def test_the_real_journal_is_in_the_data_directory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()

    assert journal_file() == settings().data_dir / "erasures.jsonl"


async def _decisions() -> dict[UUID, Entry]:
    return last_decisions(await anyio.to_thread.run_sync(entries_in, journal.journal_file()))


def _lines_and_mode(path: Path) -> tuple[list[dict[str, str]], int]:
    lines = [json.loads(line) for line in path.read_text().splitlines() if line]
    return lines, path.stat().st_mode & 0o777


async def test_what_is_said_again_as_it_is_takes_no_room_in_the_journal(own_journal: Path) -> None:
    ada = await make_member("Ada")
    until = now() + timedelta(days=3)
    for _ in range(5):
        await update_me(
            ada, change=MeUpdate(display_name="Ada", pronouns="she", paused_until=until, meets=Meets.ONLINE)
        )

    lines, _ = await anyio.to_thread.run_sync(_lines_and_mode, own_journal)

    assert len(lines) == 2
    assert (await profiles.me(ada)).pronouns == "she"


async def test_lines_of_a_clock_that_ran_ahead_stay_in_their_order_when_journals_are_put_together(
    own_journal: Path, tmp_path: Path
) -> None:
    moment, ada, ben = now(), uuid4(), uuid4()
    theirs = [Entry(moment + timedelta(days=1), ada, Decision.LEAVING), Entry(moment, ada, Decision.BACK)]
    ours = [Entry(moment - timedelta(hours=1), ben, Decision.LEAVING), Entry(moment, ben, Decision.BACK)]
    other = tmp_path / "other.jsonl"
    await anyio.Path(other).write_bytes(b"\n".join(map(msgspec.json.encode, theirs)))
    await journal.add(ours)

    assert await journal.add_from(other) == 2
    assert await journal.add_from(other) == 0

    assert await anyio.to_thread.run_sync(entries_in, own_journal) == [*ours, *theirs]
    assert {entry.decision for entry in (await _decisions()).values()} == {Decision.BACK}


async def test_a_line_whose_time_has_no_zone_is_told_and_breaks_nothing(own_journal: Path, tmp_path: Path) -> None:
    ada = await make_member("Ada")
    await leave(ada)
    other = tmp_path / "other.jsonl"
    line = {"at": "2026-11-23T12:00:00", "account": str(ada.id), "decision": "gone"}
    await anyio.Path(other).write_text(json.dumps(line) + "\n")

    assert await journal.add_from(other) == 0
    assert journal.read(other) == ([], 1)
    assert [entry.decision for entry in entries_in(own_journal)] == ["leaving"]
