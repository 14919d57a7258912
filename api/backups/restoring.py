"""Putting a backup back: looked at whole first, then all of it or nothing, and nobody comes back who has left since."""

import shutil
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import msgspec
from pyrage.x25519 import Identity

from api import clock, database, journal
from api.accounts.schemas import LinkPurpose
from api.backups import catalog
from api.backups.archive import opened
from api.backups.catalog import Connection
from api.backups.errors import BackupError
from api.backups.loading import Say, drop_everything, load
from api.backups.schemas import About, Sums
from api.backups.taking import in_words
from api.faults import kind_of
from api.migration_steps import known_steps
from api.migrations import ONE_AT_A_TIME, check_server, migrate
from api.privacy.erasure import Replayed, replay
from api.privacy.retention import PROTECTIONS_KEPT
from api.sealing import keys
from api.settings import settings
from api.webhooks.schemas import WhyOff

_TIMES_ITS_SIZE = 3
"""Rows, their indexes, and the log of both, in sizes of the tables alone."""

_OTHERS = (
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() "
    "AND backend_type = 'client backend'"
)
# What members ended since the backup would open their accounts again.
_SIGN_INS = (
    "DELETE FROM session",
    "DELETE FROM access_token",
    "DELETE FROM pending_sign_in",
    "DELETE FROM passkey_challenge",
    f"DELETE FROM mailed_link WHERE purpose <> '{LinkPurpose.UNDO}'",
)

# Their members may have deleted them since, or turned them off because somebody else had made them.
_WEBHOOKS = f"UPDATE webhook SET off_at = $1, why_off = '{WhyOff.SIGNED_OUT}' WHERE off_at IS NULL"


class Restored(msgspec.Struct, frozen=True):
    """A backup that was put back."""

    about: About
    sums: Sums
    replayed: Replayed
    """What was decided since the backup about accounts in it, and done to protect somebody, and holds again."""


class Wishes(msgspec.Struct, frozen=True, kw_only=True):
    """What the operator wants, where there is a choice."""

    replace: bool = False
    journal: Path | None = None
    """A journal of erasures to learn from who has left."""
    without_journal: bool = False
    keep_sign_ins: bool = False


def check(path: Path, identities: Sequence[Identity]) -> tuple[About, Sums]:
    """Read a whole backup and change nothing.

    Raises:
        BackupError: It cannot be opened, or is damaged.
    """
    with opened(path, identities) as archive:
        return archive.about, archive.check()


async def restore(url: str, path: Path, identities: Sequence[Identity], wishes: Wishes, *, say: Say) -> Restored:
    """Put a backup into a database that nobody uses, and bring it to the shape of this version.

    Raises:
        BackupError: It was not put back; the database is as it was.
        SettingError: The same, for the encryption keys are missing or wrong.
    """
    say(f"Reading {path.name}.")
    about, sums = check(path, identities)
    _check_version(about)
    _check_keys(about)
    _check_journal(about, wishes)
    async with _alone(url) as connection:
        await _check_place(connection, about, replace=wishes.replace)
    await _learn(path, identities, wishes)
    try:
        async with database.transaction() as current:
            connection = current.connection
            await connection.execute("SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = '10s'")
            await connection.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
            await connection.execute("SELECT pg_advisory_xact_lock($1)", ONE_AT_A_TIME)
            await drop_everything(connection)
            with opened(path, identities) as archive:
                if archive.about != about:
                    raise BackupError("The file was changed while it was read.")
                await load(connection, archive, say=say)
            if not wishes.keep_sign_ins:
                await _end_sign_ins(connection)
    except (asyncpg.PostgresError, asyncpg.InterfaceError, ConnectionError) as error:
        raise BackupError(f"The database refused the backup ({kind_of(error)}); it is as it was before.") from error
    await migrate(url)
    async with _alone(url) as connection:
        await connection.execute("SET statement_timeout = 0; ANALYZE")
    async with database.connected():
        replayed = await replay()
    return Restored(about, sums, replayed)


@asynccontextmanager
async def _alone(url: str) -> AsyncIterator[Connection]:
    try:
        connection = await asyncpg.connect(url, timeout=30)
    except (OSError, ValueError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise BackupError(f"The database cannot be reached: {kind_of(error)}.") from error
    try:
        yield connection
    finally:
        connection.terminate()


async def _end_sign_ins(connection: Connection) -> None:
    for statement in _SIGN_INS:
        await connection.execute(statement)
    if await connection.fetchval("SELECT to_regclass('webhook')") is not None:  # a backup may be older than they are
        await connection.execute(_WEBHOOKS, clock.now())


def _check_version(about: About) -> None:
    newer = [step for step in about.steps if step not in known_steps()]
    if newer:
        raise BackupError(
            f"This backup was made by a newer Wherefore ({about.wherefore}): it has {len(newer)} migrations that this "
            "version does not know. Install that version or a newer one, and put it back with it."
        )


def _check_keys(about: About) -> None:
    if about.keys and not keys.are_there():
        where = keys.file()
        raise BackupError(
            f"The encryption keys that belong to this backup are missing: they are not in it. Put your copy of them at "
            f"{where}, or set WHEREFORE_ENCRYPTION_KEYS; without them nobody can read what members wrote."
        )


def _check_journal(about: About, wishes: Wishes) -> None:
    chosen = wishes.journal or journal.journal_file()
    if wishes.without_journal or about.id in journal.backups_in(chosen):
        return
    if about.made_at < clock.now() - PROTECTIONS_KEPT:
        raise BackupError(
            f"This backup is of {about.made_at:%Y-%m-%d}, and a journal knows for {PROTECTIONS_KEPT.days} days what "
            "members and moderators did to be protected: blocks, suspensions and consents that were taken back after "
            "it would be undone. If there is no younger one: --without-journal; who has left is erased again all the "
            "same, if the journal is there."
        )
    raise BackupError(
        f"The journal of erasures ({chosen}) {'is not there' if not chosen.exists() else 'does not know this backup'}, "
        f"so whoever left after {about.made_at:%Y-%m-%d %H:%M} UTC would come back, and whoever was blocked or "
        "suspended after it would be let in again. Give the one of the machine that "
        "made the backup with --journal FILE. If it is lost for good: --without-journal."
    )


async def _check_place(connection: Connection, about: About, *, replace: bool) -> None:
    await check_server(connection)
    if others := await connection.fetchval(_OTHERS):
        raise BackupError(f"Somebody uses this database ({others} connections): stop the site and all else first.")
    members = await catalog.number_of_members(connection)
    if members and not replace:
        raise BackupError(
            f"This database has {members:,} members, who would be replaced by the {about.members:,} of the backup: "
            "make a backup of it, and give --replace if that is what you want."
        )
    if await connection.fetchval("SELECT inet_server_addr()") is not None:
        return  # on another machine perhaps, whose disk is not to be seen from here
    folder, needed = settings().data_dir, about.bytes_in_tables * _TIMES_ITS_SIZE
    free = shutil.disk_usage(folder if folder.exists() else folder.parent).free
    if free < needed:
        raise BackupError(f"{folder} has {in_words(free)} free, and this may take {in_words(needed)}: make room first.")


async def _learn(path: Path, identities: Sequence[Identity], wishes: Wishes) -> None:
    """Have the journal here know all that is known of who has left; more is never wrong."""
    try:
        if wishes.journal is not None:
            await journal.add_from(wishes.journal)
        with opened(path, identities) as archive, tempfile.TemporaryDirectory() as folder:
            of_its_time = Path(folder) / "erasures.jsonl"
            of_its_time.write_bytes(archive.journal)
            await journal.add_from(of_its_time)
    except OSError as error:
        raise BackupError(
            f"The journal of erasures cannot be written ({error.strerror}). Nothing was changed."
        ) from error
