"""Statements that were written before their words were kept get theirs."""

from uuid import UUID

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from api.database import fetch
from embeddings.words import word_keys

ID = "2026-11-22T07:41:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Find the words of statements that take part in matching."

AT_A_TIME = 10_000


async def forwards():
    # Not in the migration that adds the column: its raw steps would run before the column is there.
    manager = MigrationManager(migration_id=ID, app_name="profiles", description=DESCRIPTION)

    async def run():
        await fetch("SET LOCAL statement_timeout = 0")
        last = UUID(int=0)
        while rows := await fetch("SELECT id, text FROM statement WHERE id > {} ORDER BY id LIMIT {}", last, AT_A_TIME):
            keys = word_keys([row["text"] for row in rows])
            await fetch(
                "UPDATE statement_vector AS v SET words = given.words "
                "FROM unnest({}::uuid[], {}::bytea[]) AS given (statement, words) "
                "WHERE v.statement = given.statement AND v.words = ''",
                [row["id"] for row in rows],
                [row[row != 0].astype(">i4").tobytes() for row in keys],
            )
            last = rows[-1]["id"]

    async def run_backwards():
        pass

    manager.add_raw(run)
    manager.add_raw_backwards(run_backwards)
    return manager
