"""What the database says: its version, shape, keys, clock, jobs and settings; in a session that can change nothing."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import asyncpg

from api import clock
from api.backups.catalog import Connection, steps
from api.database import POOL_SIZE
from api.doctor.findings import Finding, bad, look, ok
from api.faults import kind_of
from api.migration_steps import known_steps
from api.migrations import OLDEST_PGVECTOR, OLDEST_POSTGRESQL
from api.sealing.proofs import keys_that_do_not_fit
from api.settings import SettingError, Settings
from embeddings.models import ModelError, find_model

LITTLE_SKEW, MUCH_SKEW = timedelta(seconds=2), timedelta(seconds=30)
LATE = "15 minutes"

NEVER_LOG = {
    "log_statement": "none",
    "log_min_error_statement": "panic",
    "log_parameter_max_length_on_error": "0",
}
"""As docs/encryption.md asks: else PostgreSQL's log quotes what members write."""


async def database(url: str, chosen: Settings) -> AsyncIterator[Finding]:
    """Look at the database."""
    only_reading = {"default_transaction_read_only": "on", "application_name": "wherefore doctor"}
    try:
        connection = await asyncpg.connect(url, timeout=10, server_settings=only_reading)
    except (OSError, ValueError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        yield bad(
            "database", f"It cannot be reached ({kind_of(error)}).", "Start it, and look at WHEREFORE_DATABASE_URL."
        )
        return
    try:
        yield _version(connection)
        yield await _extension(connection)
        shape = await _shape(connection)
        yield shape
        yield await _clock(connection)
        for finding in [*await _careful(connection), await _room_for_all(connection, chosen)]:
            yield finding
        if shape.state == "ok":
            yield await _keys(connection)
            yield await _jobs(connection)
            yield await _mails(connection)
            yield await _vectors(connection, chosen)
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        yield bad("database", f"It ended the conversation ({kind_of(error)}).", "Look into its log.")
    finally:
        connection.terminate()


def _version(connection: Connection) -> Finding:
    major = connection.get_server_version().major
    if major < OLDEST_POSTGRESQL:
        return bad("database", f"PostgreSQL {major} is too old.", f"Install PostgreSQL {OLDEST_POSTGRESQL} or newer.")
    return ok("database", f"PostgreSQL {major}.")


async def _extension(connection: Connection) -> Finding:
    found = await connection.fetchval("SELECT extversion FROM pg_extension WHERE extname = 'vector'")
    if found is None:
        return bad("pgvector", "It is missing.", "As superuser, in this database: CREATE EXTENSION vector;")
    if tuple(int(part) for part in found.split(".")) < OLDEST_PGVECTOR:
        return bad(
            "pgvector",
            f"pgvector {found} is too old.",
            "Install 0.8.4 or newer, then, as superuser, in this database: ALTER EXTENSION vector UPDATE;",
        )
    return ok("pgvector", f"pgvector {found}.")


async def _shape(connection: Connection) -> Finding:
    there, known = set(await steps(connection)), set(known_steps())
    if not there:
        return look("migrations", "The database is empty.", "Right only before the first start: wherefore migrate.")
    if there - known:
        return bad(
            "migrations",
            f"A newer Wherefore has changed the tables ({len(there - known)} migrations that this one does not know).",
            "Install that version again; or put back the backup from before it: docs/backup.md.",
        )
    if known - there:
        return bad("migrations", f"{len(known - there)} are missing.", "wherefore migrate, or start the site anew.")
    return ok("migrations", f"All {len(known)} are done.")


async def _clock(connection: Connection) -> Finding:
    before = clock.now()
    there: datetime = await connection.fetchval("SELECT clock_timestamp()")
    here = before + (clock.now() - before) / 2
    skew = abs(there - here)
    said = f"This machine and the database differ by {skew.total_seconds():.1f} s."
    if skew > MUCH_SKEW:
        return bad("clock", said, "Set both by NTP (timedatectl set-ntp true): codes and links run out wrongly.")
    if skew > LITTLE_SKEW:
        return look("clock", said, "Set both by NTP (timedatectl set-ntp true).")
    if await connection.fetchval("SELECT to_regclass('account') IS NOT NULL") and await connection.fetchval(
        "SELECT EXISTS (SELECT FROM account WHERE created_at > clock_timestamp() + interval '1 minute')"
    ):
        return bad("clock", "Members have joined in the future: the clock was wrong, or is.", "Set it by NTP.")
    return ok("clock", said)


async def _careful(connection: Connection) -> list[Finding]:
    """Settings of PostgreSQL itself."""
    names = [*NEVER_LOG, "fsync", "full_page_writes"]
    rows = await connection.fetch("SELECT name, setting FROM pg_settings WHERE name = ANY($1)", names)
    found = {row["name"]: row["setting"] for row in rows}
    findings = [
        bad("postgresql", f"{name} is off: a power cut loses what members wrote.", f"ALTER SYSTEM SET {name} = on;")
        for name in ("fsync", "full_page_writes")
        if found.get(name) == "off"
    ]
    loud = [f"{name} = {wanted}" for name, wanted in NEVER_LOG.items() if found.get(name, wanted) != wanted]
    if loud:
        findings.append(
            look("postgresql", "Its log may quote what members write.", f"Set {', '.join(loud)} (docs/encryption.md).")
        )
    if await connection.fetchval("SELECT rolsuper FROM pg_roles WHERE rolname = current_user"):
        findings.append(
            look("postgresql", "The role of the address is a superuser.", "Give it a role that owns the database only.")
        )
    return findings or [ok("postgresql", "It keeps what it promises, and logs nothing that members write.")]


async def _room_for_all(connection: Connection, chosen: Settings) -> Finding:
    most = int(await connection.fetchval("SHOW max_connections"))
    needed = chosen.workers * (POOL_SIZE + 3)
    if needed > most:
        return bad(
            "connections",
            f"{chosen.workers} workers may need {needed} connections, and PostgreSQL takes {most}.",
            "Raise max_connections, or set WHEREFORE_WORKERS lower.",
        )
    return ok("connections", f"{chosen.workers} workers may need {needed} connections of {most}.")


async def _keys(connection: Connection) -> Finding:
    try:
        wrong = await keys_that_do_not_fit(connection)
    except SettingError as error:
        return bad("keys", str(error), "Mend them first; then ask again whether they are those of this database.")
    if wrong:
        return bad(
            "keys",
            f"The encryption keys here are not those of this database ({', '.join(wrong)}).",
            "Put the copy of the keys back that belongs to it: nobody can read what members wrote without them.",
        )
    return ok("keys", "The encryption keys are those of this database.")


async def _jobs(connection: Connection) -> Finding:
    late = await connection.fetchval(
        f"SELECT (SELECT count(*) FROM pgqueuer_schedules WHERE next_run < now() - interval '{LATE}') + "
        f"(SELECT count(*) FROM pgqueuer WHERE status = 'queued' AND execute_after < now() - interval '{LATE}')"
    )
    stuck = await connection.fetchval(
        f"SELECT count(*) FROM pgqueuer WHERE status = 'picked' AND heartbeat < now() - interval '{LATE}'"
    )
    if late or stuck:
        return bad(
            "jobs",
            f"{late} jobs are more than {LATE} late, {stuck} were begun and not ended.",
            "Start wherefore serve or wherefore worker; if one runs, look into its log for job_failed.",
        )
    return ok("jobs", "None is late.")


async def _mails(connection: Connection) -> Finding:
    row = await connection.fetchrow(
        "SELECT count(*) FILTER (WHERE next_try_at < now() - interval '1 hour') AS waiting, "
        "count(*) FILTER (WHERE dead_at > now() - interval '1 day') AS dead, "
        "max(last_error) FILTER (WHERE dead_at > now() - interval '1 day') AS why FROM outgoing_mail"
    )
    if row is not None and (row["waiting"] or row["dead"]):
        return look(
            "mails",
            f"{row['waiting']} wait for more than an hour, {row['dead']} were given up within a day"
            f"{' (' + row['why'] + ')' if row['why'] else ''}.",
            "wherefore outbox tells more.",
        )
    return ok("mails", "None waits, none was given up within a day.")


async def _vectors(connection: Connection, chosen: Settings) -> Finding:
    try:
        name = find_model(chosen.model).name
    except ModelError:
        return look("vectors", "They cannot be looked at without the model.", "Mend the model first.")
    if await connection.fetchval("SELECT EXISTS (SELECT FROM statement_vector WHERE model <> $1)", name):
        return look(
            "vectors",
            "There are some of another model: it was changed, and not all statements may have been read again.",
            "wherefore reembed, and when it is done wherefore reembed --remove-others.",
        )
    return ok("vectors", f"All are of {name}.")
