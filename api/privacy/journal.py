"""The journal of erasures: kept outside the database, so that a restored backup brings nobody back who has left.

A file in the data directory to which lines are only ever added. Each has an account's id, which says nothing about
anybody once the account is gone, what its member decided, and when.
"""

import asyncio
import os
import tempfile
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from uuid import UUID

import msgspec
import structlog

from api import clock
from api.errors import WhereforeError
from api.settings import settings
from api.syncing import sync_folder

logger = structlog.get_logger()


class Decision(StrEnum):
    """What a member decided about their account; or that a backup was made."""

    LEAVING = "leaving"
    BACK = "back"
    GONE = "gone"
    BACKUP = "backup"
    """Of no account: the id is a backup's. A journal with this line knows of everybody who has left since."""


class Entry(msgspec.Struct, frozen=True):
    """A line of the journal."""

    at: datetime
    account: UUID
    decision: Decision


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
    entry = Entry(clock.now(), account, decision)
    try:
        await asyncio.to_thread(_append, journal_file(), msgspec.json.encode(entry))
    except OSError as error:
        logger.exception("erasure_journal_unavailable")
        raise JournalUnavailableError from error


async def last_decisions() -> dict[UUID, Entry]:
    """What each member in the journal decided last."""
    return decisions_of(await asyncio.to_thread(entries_in, journal_file()))


def decisions_of(entries: list[Entry]) -> dict[UUID, Entry]:
    """What each member decided last, of lines in their order."""
    return {entry.account: entry for entry in entries if entry.decision is not Decision.BACKUP}


def backups_in(path: Path) -> dict[UUID, datetime]:
    """Which backups a journal knows of, and when each was made."""
    return {entry.account: entry.at for entry in entries_in(path) if entry.decision is Decision.BACKUP}


async def add_from(path: Path) -> int:
    """Take what another journal says and this one does not into this one; how many lines those were.

    All lines stand in the order of their times then, as what was decided last is what counts.

    Raises:
        OSError: It cannot be written; this one is as it was.
    """
    return await asyncio.to_thread(_add_from, path, journal_file())


def _append(path: Path, line: bytes) -> None:
    new = not path.exists()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        # It begins with a line break too: what a crash may have cut off before it stays a line of its own.
        os.write(descriptor, b"\n" + line + b"\n")
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    if new:
        sync_folder(path.parent)


def _add_from(path: Path, into: Path) -> int:
    here, others = entries_in(into), entries_in(path)
    new = set(others) - set(here)
    if not new:
        return 0
    lines = sorted({*here, *new}, key=lambda entry: entry.at)
    into.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor, draft = tempfile.mkstemp(dir=into.parent)
    with os.fdopen(descriptor, "wb") as file:
        file.writelines(msgspec.json.encode(entry) + b"\n" for entry in lines)
        file.flush()
        os.fsync(descriptor)
    Path(draft).replace(into)
    sync_folder(into.parent)
    return len(new)


def entries_in(path: Path) -> list[Entry]:
    """What stands in a journal; lines that a crash has cut off are left out, and told."""
    found: list[Entry] = []
    if not path.exists():
        return found
    with path.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                found.append(msgspec.json.decode(line, type=Entry))
            except msgspec.DecodeError:
                logger.warning("erasure_journal_line_unreadable", line=number)
    return found
