"""Given texts get a table of their own, so that one overwrites no other and each can be taken back."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from api.database import fetch

ID = "2026-11-22T11:30:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Keep one row for each text that was given."

FORWARDS = (
    "SET LOCAL statement_timeout = 0",
    "CREATE TABLE disagreement_text (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), "
    "member uuid NOT NULL REFERENCES account (id) ON DELETE CASCADE ON UPDATE CASCADE, "
    "code varchar(32) NOT NULL DEFAULT '', judged varchar(16) NOT NULL DEFAULT '', "
    "text text NOT NULL DEFAULT '', created_at timestamptz NOT NULL, "
    "CONSTRAINT disagreement_text_is_words CHECK (char_length(text) BETWEEN 1 AND 4000))",
    "CREATE INDEX disagreement_text_of_member ON disagreement_text (member, created_at)",
    "INSERT INTO disagreement_text (member, code, judged, text, created_at) "
    "SELECT member, code, judged, text, created_at FROM disagreement WHERE text IS NOT NULL AND member IS NOT NULL",
    "ALTER TABLE disagreement DROP COLUMN text",
)
BACKWARDS = (
    "ALTER TABLE disagreement ADD COLUMN text text, "
    "ADD CONSTRAINT disagreement_text_fits CHECK (char_length(text) BETWEEN 1 AND 4000)",
    "DROP TABLE disagreement_text",
)


async def forwards():
    manager = MigrationManager(migration_id=ID, app_name="disagreements", description=DESCRIPTION)

    async def run():
        for statement in FORWARDS:
            await fetch(statement)

    async def run_backwards():
        for statement in BACKWARDS:
            await fetch(statement)

    manager.add_raw(run)
    manager.add_raw_backwards(run_backwards)
    return manager
