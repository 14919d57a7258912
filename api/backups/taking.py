"""Making a backup: one moment of the database in one file, read back from the disk before it counts."""

import fcntl
import os
import shutil
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

import asyncpg
import msgspec
from pyrage.x25519 import Recipient

from api import clock, journal
from api.backups import catalog
from api.backups.archive import ArchiveWriter, forget_cached, opened, written
from api.backups.catalog import Connection, quoted
from api.backups.encryption import new_identity
from api.backups.errors import BackupError, DamagedError
from api.backups.schemas import FORMAT, About, Sums
from api.syncing import sync_folder

_UNFINISHED = ".unfinished"
_SECONDS_FOR_LOCKS = 60
_SPARE = 32 * 1024 * 1024

Say = Callable[[str], None]


class Taken(msgspec.Struct, frozen=True):
    """A backup that was made, and read back."""

    path: Path
    about: About
    sums: Sums
    size: int
    """Bytes of the file."""

    @property
    def rows(self) -> int:
        """How many rows are in it."""
        return sum(total.rows for total in self.sums.tables.values())


async def back_up(url: str, *, to: Path, recipients: Sequence[Recipient], say: Say) -> Taken:
    """Write the database as it is at this moment into a file, while the site serves.

    The file is there only once it is whole, on the disk, and was read back.

    Args:
        url: The database; nothing in it is changed.
        to: A folder, or a file that is not there yet.
        recipients: For whom it is encrypted; for everybody to read if there are none.
        say: Is told in sentences how it goes.

    Raises:
        BackupError: It was not made; nothing is left of it.
    """
    path = _chosen(to, encrypted=bool(recipients))
    to_read_back = new_identity()  # lives in memory, and as long as this
    closed_for = [*recipients, to_read_back.to_public()] if recipients else []
    with _reported(path), _unfinished(path) as (file, draft):
        async with _one_moment(url) as connection:
            about = await _about(connection)
            _check_space(path.parent, about.bytes_in_tables)
            with written(file, recipients=closed_for) as archive:
                archive.begin(about, journal=_read_journal())
                await _copy(connection, about, archive, say)
                sums = archive.end()
        file.flush()
        os.fsync(file.fileno())
        forget_cached(file.fileno())
        say("Reading it back from the disk.")
        with opened(draft, [to_read_back]) as archive_read:
            if archive_read.check() != sums or archive_read.about != about:
                raise DamagedError("What was read back is not what was written: look after the disk.")
        await journal.note(about.id, journal.Decision.BACKUP)
        size = draft.stat().st_size
        draft.rename(path)
        sync_folder(path.parent)
    return Taken(path, about, sums, size)


@asynccontextmanager
async def _one_moment(url: str) -> AsyncIterator[Connection]:
    """A connection that sees the database as it is now, however long it looks."""
    try:
        connection = await asyncpg.connect(url, timeout=30, server_settings={"application_name": "wherefore backup"})
    except (OSError, ValueError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise BackupError(f"The database cannot be reached: {_first_line(error)}") from error
    try:
        await connection.execute(
            "SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0; "
            f"SET lock_timeout = '{_SECONDS_FOR_LOCKS}s'"
        )
        names = await catalog.names_of_tables(connection)
        if "account" not in names:
            raise BackupError("There is nothing to back up: this database has never been served.")
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            # Before anything is looked at, so that nobody changes a table while it is copied.
            await connection.execute(f"LOCK TABLE {', '.join(map(quoted, names))} IN ACCESS SHARE MODE")
            if names != await catalog.names_of_tables(connection):
                raise BackupError("The tables are being changed just now: make the backup after the migration.")
            yield connection
    except asyncpg.LockNotAvailableError as error:
        raise BackupError("The tables are being changed just now: make the backup after the migration.") from error
    except (asyncpg.PostgresError, asyncpg.InterfaceError, ConnectionError) as error:
        raise BackupError(f"The database ended the backup: {_first_line(error)}") from error
    finally:
        connection.terminate()


async def _about(connection: Connection) -> About:
    names = [row["conname"] for row in await connection.fetch("SELECT conname FROM pg_constraint WHERE convalidated")]
    has_keys = await connection.fetchval("SELECT to_regclass('sealing_key') IS NOT NULL")
    keys = await connection.fetch("SELECT id FROM sealing_key ORDER BY id") if has_keys else []
    return About(
        format=FORMAT,
        id=uuid4(),
        made_at=clock.now(),
        wherefore=version("wherefore"),
        postgresql=await connection.fetchval("SHOW server_version"),
        pgvector=await connection.fetchval("SELECT extversion FROM pg_extension WHERE extname = 'vector'"),
        members=await catalog.number_of_members(connection),
        bytes_in_tables=await catalog.size_of_tables(connection),
        steps=await catalog.steps(connection),
        sealed=tuple(sorted(name for name in names if name.endswith("_sealed"))),
        keys=tuple(row["id"] for row in keys),
        tables=await catalog.tables(connection),
        sequences=await catalog.sequences(connection),
    )


async def _copy(connection: Connection, about: About, archive: ArchiveWriter, say: Say) -> None:
    for place, table in enumerate(about.tables, 1):
        taking = archive.table(table.name)
        status = await connection.copy_from_query(
            f"SELECT {catalog.listed(table.columns)} FROM {quoted(table.name)}",
            output=taking.take,
            format="binary" if table.binary else "text",
        )
        total = taking.end(int(status.removeprefix("COPY ")))
        archive.end_table(table.name, total)
        if total.rows:
            say(f"  {place}/{len(about.tables)} {table.name}: {total.rows:,} rows")


def _read_journal() -> bytes:
    path = journal.journal_file()
    return path.read_bytes() if path.exists() else b""


def _chosen(to: Path, *, encrypted: bool) -> Path:
    to = to.expanduser().absolute()
    if to.is_dir():
        to /= f"wherefore-{clock.now():%Y-%m-%dT%H-%M-%SZ}.tar.gz{'.age' if encrypted else ''}"
    if to.exists():
        raise _there_already(to)
    if not to.parent.is_dir():
        raise BackupError(f"{to.parent} is no folder: make it first, or name another.")
    return to


def _there_already(path: Path) -> BackupError:
    return BackupError(f"{path} is there already: name another file, or a folder. Nothing was changed.")


@contextmanager
def _unfinished(path: Path) -> Iterator[tuple[BinaryIO, Path]]:
    """The file until it is whole, which no other backup writes meanwhile; what a killed one left is written anew."""
    draft = path.with_name(f".{path.name}{_UNFINISHED}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise BackupError(f"Another backup is writing {path} just now. Nothing was changed.") from error
        try:
            if path.exists() or not draft.exists():  # another was done with it between two lines of this
                raise _there_already(path)
            file.truncate()
            yield file, draft
        finally:
            draft.unlink(missing_ok=True)


@contextmanager
def _reported(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise BackupError(
            f"The backup cannot be written in {path.parent} ({reason}). Nothing is left of it."
        ) from error
    except journal.JournalUnavailableError as error:
        raise BackupError(
            f"The journal of erasures ({journal.journal_file()}) cannot be written, so the backup would not be known: "
            "mend that first. Nothing is left of it."
        ) from error


def _check_space(folder: Path, needed: int) -> None:
    free = shutil.disk_usage(folder).free
    if free < needed + _SPARE:
        raise BackupError(
            f"{folder} has {in_words(free)} free, and the backup may take {in_words(needed + _SPARE)}: "
            "make room, or name another folder."
        )


def in_words(size: int) -> str:
    """A number of bytes for a person."""
    if size < 1_000_000:  # noqa: PLR2004
        return f"{size / 1000:,.0f} kB"
    return f"{size / 1_000_000:,.0f} MB" if size < 1_000_000_000 else f"{size / 1_000_000_000:,.1f} GB"  # noqa: PLR2004


def _first_line(error: Exception) -> str:
    return str(error).split("\n", 1)[0] or "it did not answer in time"
