"""The journal beside the database, so that a restore brings nobody back who has left, and undoes no protection.

A file in the data directory to which lines are added. Of whoever leaves it has the account's id, which says nothing
about anybody once the account is gone, what its member decided, and when. What somebody did to be protected stands in
it sealed (`api.protections`).
"""

import asyncio
import fcntl
import heapq
import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import IO, Annotated
from uuid import UUID

import msgspec
import structlog

from api import clock
from api.errors import WhereforeError
from api.settings import settings
from api.syncing import sync_folder

logger = structlog.get_logger()


class Decision(StrEnum):
    """What a line is about: what a member decided about their account, that a backup was made, or a protection."""

    LEAVING = "leaving"
    BACK = "back"
    GONE = "gone"
    BACKUP = "backup"
    """Of no account: the id is a backup's. A journal with this line knows of everything since."""
    PROTECTED = "protected"
    """Of no account: the id is the line's own, and what it says is sealed."""
    VOID = "void"
    """The protections with this id, in lines before this one, hold no more."""


OF_ACCOUNTS = frozenset({Decision.LEAVING, Decision.BACK, Decision.GONE})


class Entry(msgspec.Struct, frozen=True, omit_defaults=True):
    """A line of the journal."""

    at: Annotated[datetime, msgspec.Meta(tz=True)]
    account: UUID
    decision: Decision
    sealed: str = ""


class JournalUnavailableError(WhereforeError):
    """The journal cannot be written, so nothing was changed: an erasure that a backup could undo is none."""

    code = "erasure-unavailable"
    title = "That cannot be done just now"
    status = 503
    retry_after = 300

    def __init__(self) -> None:
        """Say what to do."""
        super().__init__("Nothing was changed. Try again in a few minutes; whoever runs this site has been told.")


def journal_file() -> Path:
    """Where the journal is. Several machines that serve one database need one journal between them."""
    return settings().data_dir / "erasures.jsonl"


async def note(account: UUID, decision: Decision) -> None:
    """Add a line and wait until it is on the disk; call it last, before the change it is about is committed.

    Raises:
        JournalUnavailableError: It cannot be written.
    """
    try:
        await add([Entry(clock.now(), account, decision)])
    except OSError as error:
        logger.exception("erasure_journal_unavailable")
        raise JournalUnavailableError from error


async def add(entries: Iterable[Entry]) -> None:
    """Add lines, and wait until they are on the disk.

    Raises:
        OSError: They cannot be written.
    """
    # Each begins with a line break too: what a crash may have cut off before it stays a line of its own.
    lines = b"".join(b"\n" + msgspec.json.encode(entry) + b"\n" for entry in entries)
    await asyncio.to_thread(_append, journal_file(), lines)


def last_decisions(entries: Iterable[Entry]) -> dict[UUID, Entry]:
    """What each member decided last about their account, of lines in their order."""
    return {entry.account: entry for entry in entries if entry.decision in OF_ACCOUNTS}


def backups_in(path: Path) -> dict[UUID, datetime]:
    """Which backups a journal knows of, and when each was made."""
    return {entry.account: entry.at for entry in entries_in(path) if entry.decision is Decision.BACKUP}


async def add_from(path: Path) -> int:
    """Take what another journal says and this one does not into this one; how many lines those were.

    The lines of each stay in their order, as what was decided last is what counts, also where a clock ran ahead for a
    while; between the two journals their times decide.

    Raises:
        OSError: It cannot be written; this one is as it was.
    """
    return await asyncio.to_thread(_add_from, path, journal_file())


async def forget(before: datetime) -> int:
    """Take out what protections and backups were noted until a moment; how many lines.

    Who has left is told for ever. A backup whose line is taken out is put back only when told.

    Raises:
        OSError: It cannot be written; it is as it was.
    """
    return await asyncio.to_thread(_forget, before, journal_file())


def entries_in(path: Path) -> list[Entry]:
    """What stands in a journal; lines that cannot be read are left out, and told."""
    return read(path)[0]


def read(path: Path) -> tuple[list[Entry], int]:
    """What stands in a journal, and how many lines cannot be read: cut off by a crash, damaged, or of a newer site."""
    if not path.exists():
        return [], 0
    with path.open("rb") as written:
        lines = [entry for _, entry in _lines(written)]
    found = [entry for entry in lines if entry is not None]
    return found, len(lines) - len(found)


def _lines(written: Iterable[bytes]) -> Iterator[tuple[bytes, Entry | None]]:
    decode = msgspec.json.Decoder(Entry).decode
    for number, line in enumerate(written, 1):
        if not line.strip():
            continue
        try:
            yield line, decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError):
            logger.warning("erasure_journal_line_unreadable", line=number)
            yield line, None


def _append(path: Path, lines: bytes) -> None:
    new = not path.exists()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _held(path) as descriptor:
        if os.write(descriptor, lines) < len(lines):
            raise OSError(f"{path} took a part of what was written")
        os.fsync(descriptor)
    if new:
        sync_folder(path.parent)


@contextmanager
def _held(path: Path) -> Iterator[int]:
    """The journal, open to be added to by this thread alone, whatever other processes do."""
    while True:
        descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            if path.exists() and os.path.samestat(os.fstat(descriptor), path.stat()):
                yield descriptor
                return
        finally:
            os.close(descriptor)  # which lets go of it; where somebody wrote it anew meanwhile, once more


def _add_from(path: Path, into: Path) -> int:
    into.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _held(into):
        here, others = entries_in(into), entries_in(path)
        new = set(others) - set(here)
        if new:
            added = (both for both in _never_back(others) if both[1] in new)
            merged = heapq.merge(_never_back(here), added, key=lambda both: both[0])
            _replace(into, map(msgspec.json.encode, dict.fromkeys(entry for _, entry in merged)))
    return len(new)


def _never_back(entries: Iterable[Entry]) -> Iterator[tuple[datetime, Entry]]:
    """Lines with the time that each has by its place: never before that of the line in front of it."""
    reached = datetime.min.replace(tzinfo=UTC)
    for entry in entries:
        reached = max(reached, entry.at)
        yield reached, entry


def _forget(before: datetime, path: Path) -> int:
    if not path.exists():
        return 0
    with path.open("rb") as file:
        found, written = os.fstat(file.fileno()), file.read()
    end = written.rfind(b"\n") + 1
    lines = list(_lines(written[:end].splitlines()))
    kept = [
        line
        for line, entry in lines  # what is damaged stays: somebody may mend it
        if entry is None or entry.decision in OF_ACCOUNTS or entry.at > before
    ]
    if len(kept) == len(lines):
        return 0
    with _draft(path, kept) as draft, _held(path) as descriptor:  # only now, so that nobody waits for all of it
        if not os.path.samestat(os.fstat(descriptor), found):
            return 0  # another process was quicker
        with path.open("rb") as file:
            file.seek(end)
            draft.write(file.read())
        _put(draft, path)
    return len(lines) - len(kept)


def _replace(path: Path, lines: Iterable[bytes]) -> None:
    with _draft(path, lines) as draft:
        _put(draft, path)


@contextmanager
def _draft(path: Path, lines: Iterable[bytes]) -> Iterator[IO[bytes]]:
    """These lines on the disk, beside the journal."""
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
        try:
            file.writelines(line.strip() + b"\n" for line in lines)
            file.flush()
            os.fsync(file.fileno())
            yield file
        finally:
            Path(file.name).unlink(missing_ok=True)


def _put(draft: IO[bytes], path: Path) -> None:
    """Let a draft be the journal, all of it or nothing."""
    draft.flush()
    os.fsync(draft.fileno())
    Path(draft.name).replace(path)
    sync_folder(path.parent)
