"""What is noted of protections: sealed, of one length, struck out by what comes after it, and lost to nobody."""

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import msgspec
import pytest

from api import clock, journal, protections
from api.accounts.schemas import Member
from api.journal import Decision, Entry
from api.moderation.schemas import Category
from api.profiles.schemas import Purpose
from api.protections import (
    Became,
    Blocked,
    Ended,
    Parted,
    Protection,
    Refused,
    Suspended,
    What,
    line_of,
    mark,
    protecting,
    standing,
    strike_out,
    version_of,
)

NOW = clock.now()
LONGEST_RULE = max(Category, key=len)
LONGEST_PURPOSE = max(Purpose, key=len)
DIGEST = b"\xc1" * 32
SHOWN = {name: mark(name) for name in ("display_name", "pronouns", "place_id")}
EVERY_KIND: tuple[Protection, ...] = (
    Blocked(uuid4(), uuid4(), uuid4(), DIGEST),
    Blocked(uuid4(), uuid4(), uuid4(), None),
    Suspended(uuid4(), uuid4(), uuid4(), LONGEST_RULE, NOW, NOW, DIGEST),
    Suspended(uuid4(), uuid4(), uuid4(), LONGEST_RULE, None, None, None),
    Refused(uuid4(), uuid4(), uuid4(), LONGEST_PURPOSE, NOW, NOW, for_good=True),
    Parted(uuid4(), uuid4(), uuid4(), LONGEST_PURPOSE, uuid4()),
    *(Ended(what, uuid4(), version_of(NOW)) for what in What),
    Became(uuid4(), shown=SHOWN),
    Became(uuid4(), paused=True, paused_until=NOW, moderator=False, secret=mark("hash")),
)

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture(autouse=True)
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A journal of the test's own."""
    path = tmp_path / "erasures.jsonl"
    monkeypatch.setattr(journal, "journal_file", lambda: path)
    return path


def _said(path: Path) -> list[Protection]:
    return [noted.said for noted in standing(journal.entries_in(path))[0]]


@pytest.mark.parametrize("said", EVERY_KIND, ids=lambda said: type(said).__name__)
async def test_every_kind_is_read_as_it_was_noted_and_is_as_long_as_any_other(file: Path, said: Protection) -> None:
    async with protecting() as keep:
        keep(said)

    assert _said(file) == [said]
    [entry] = journal.entries_in(file)
    assert len(entry.sealed) == 294


async def test_what_is_struck_out_does_not_hold_and_what_comes_after_it_does(file: Path) -> None:
    first, second, other = (Ended(What.PASSKEY, uuid4()) for _ in range(3))
    line = line_of(first.row)
    async with protecting() as keep:
        keep(first, line=line)
        keep(other)
    await strike_out(line)
    async with protecting() as keep:
        keep(second, line=line)

    assert _said(file) == [other, second]


async def test_one_within_another_is_noted_with_it_or_not_at_all(file: Path) -> None:
    said = Ended(What.PASSKEY, uuid4())

    async def fail() -> None:
        async with protecting() as keep:
            async with protecting() as inner:
                inner(said)
            keep(said)
            assert _said(file) == []
            raise KeyError

    with pytest.raises(KeyError):
        await fail()

    assert _said(file) == []


async def test_what_may_have_been_committed_stands(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = Ended(What.PASSKEY, uuid4())

    @asynccontextmanager
    async def lost() -> AsyncIterator[None]:
        yield
        raise ConnectionError

    monkeypatch.setattr(protections, "transaction", lost)

    with pytest.raises(ConnectionError):
        async with protecting() as keep:
            keep(said)

    assert _said(file) == [said]


async def test_what_was_given_up_while_it_was_noted_is_struck_out(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said, later = Ended(What.PASSKEY, uuid4()), Ended(What.PASSKEY, uuid4())
    add = journal.add

    async def given_up(entries: list[Entry]) -> None:
        await add(entries)
        raise asyncio.CancelledError

    with monkeypatch.context() as ending:
        ending.setattr(journal, "add", given_up)
        with pytest.raises(asyncio.CancelledError):
            async with protecting() as keep:
                keep(said)
    async with protecting() as keep:
        keep(later)

    assert _said(file) == [later]


async def test_a_line_that_was_moved_or_changed_is_counted_and_not_believed(file: Path) -> None:
    async with protecting() as keep:
        keep(EVERY_KIND[0])
    [entry] = journal.entries_in(file)
    moved = msgspec.structs.replace(entry, account=uuid4())
    changed = msgspec.structs.replace(entry, sealed=entry.sealed[:40] + "AAAA" + entry.sealed[44:])

    noted, closed = standing([entry, moved, changed])

    assert ([each.said for each in noted], closed) == ([EVERY_KIND[0]], 2)


async def test_what_is_old_is_forgotten_but_not_who_has_left(file: Path) -> None:
    old, young = NOW - timedelta(days=100), NOW - timedelta(days=1)
    lines = [Entry(at, uuid4(), decision) for at in (old, young) for decision in Decision]
    await journal.add(lines)
    with file.open("ab") as damaged:
        damaged.write(b'{"at":"2020-')

    gone = await journal.forget(NOW - timedelta(days=92))

    kept, unreadable = journal.read(file)
    assert gone == 3
    assert kept == [line for line in lines if line.at == young or line.decision in journal.OF_ACCOUNTS]
    assert unreadable == 1
    assert (await asyncio.to_thread(file.stat)).st_mode & 0o777 == 0o600


async def test_nothing_is_lost_while_others_add_and_one_forgets(file: Path) -> None:
    await journal.add([Entry(NOW - timedelta(days=200), uuid4(), Decision.PROTECTED)])
    lines = [[Entry(NOW, uuid4(), Decision.PROTECTED) for _ in range(60)] for _ in range(4)]
    stop = threading.Event()

    def add(those: list[Entry]) -> None:
        for line in those:
            asyncio.run(journal.add([line]))

    def forget() -> None:
        while not stop.is_set():
            asyncio.run(journal.add([Entry(NOW - timedelta(days=200), uuid4(), Decision.BACKUP)]))
            asyncio.run(journal.forget(NOW - timedelta(days=92)))

    threads = [threading.Thread(target=add, args=(those,)) for those in lines]
    forgetting = threading.Thread(target=forget)
    for thread in (*threads, forgetting):
        thread.start()
    for thread in threads:
        await asyncio.to_thread(thread.join)
    stop.set()
    await asyncio.to_thread(forgetting.join)

    there = journal.entries_in(file)
    assert {line.account for those in lines for line in those} <= {entry.account for entry in there}


async def test_what_cannot_be_written_waits_until_it_can(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = Ended(What.PASSKEY, uuid4()), Ended(What.PASSKEY, uuid4())
    with monkeypatch.context() as full:
        full.setattr(journal, "journal_file", lambda: file.parent)
        async with protecting() as keep:
            keep(first)
    assert _said(file) == []

    async with protecting() as keep:
        keep(second)

    assert _said(file) == [first, second]
    assert protections._Waiting.lines == ()


def test_an_id_of_a_line_tells_nobody_which_row_it_is_about() -> None:
    row = Member(uuid4(), "").id

    assert line_of(row) == line_of(row)
    assert len({row, line_of(row), line_of(row, NOW), line_of(uuid4())}) == 4
