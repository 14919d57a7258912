"""What Piccolo's tables cannot say: vectors partitioned by purpose, one standing consent, and their indexes."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from api.database import fetch

ID = "2026-11-22T00:00:01:000000"
VERSION = "1.38.0"
DESCRIPTION = "Partition statement_vector by purpose; one standing consent for a member and purpose."

PURPOSES = ("business", "hobby", "interest", "belief", "caretaking", "partnership")


async def forwards():
    manager = MigrationManager(migration_id=ID, app_name="profiles", description=DESCRIPTION)

    async def run():
        # LIKE keeps the columns and defaults that the tables say; only the key must name the partition too.
        await fetch("ALTER TABLE statement_vector RENAME TO statement_vector_whole")
        await fetch(
            "CREATE TABLE statement_vector (LIKE statement_vector_whole INCLUDING DEFAULTS, "
            "CONSTRAINT statement_vector_key PRIMARY KEY (statement, purpose)) PARTITION BY LIST (purpose)"
        )
        for purpose in PURPOSES:
            await fetch(
                f"CREATE TABLE statement_vector_{purpose} PARTITION OF statement_vector FOR VALUES IN ('{purpose}')"
            )
        await fetch("DROP TABLE statement_vector_whole")
        await fetch("CREATE INDEX statement_vector_member ON statement_vector (member)")
        await fetch("CREATE INDEX statement_author ON statement (author, purpose)")
        await fetch("CREATE INDEX block_blocked ON block (blocked)")
        await fetch("CREATE UNIQUE INDEX consent_one_stands ON consent (member, purpose) WHERE withdrawn_at IS NULL")

    async def run_backwards():
        for index in ("consent_one_stands", "block_blocked", "statement_author"):
            await fetch(f"DROP INDEX {index}")
        await fetch("ALTER TABLE statement_vector RENAME TO statement_vector_parted")
        await fetch(
            "CREATE TABLE statement_vector (LIKE statement_vector_parted INCLUDING DEFAULTS, PRIMARY KEY (statement))"
        )
        await fetch("INSERT INTO statement_vector SELECT * FROM statement_vector_parted")
        await fetch("DROP TABLE statement_vector_parted")

    manager.add_raw(run)
    manager.add_raw_backwards(run_backwards)
    return manager
