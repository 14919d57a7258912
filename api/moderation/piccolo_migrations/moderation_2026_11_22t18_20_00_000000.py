"""Suspensions that hold against whoever comes back, and ties of moderators that outlive an account."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from api.database import fetch

ID = "2026-11-22T18:20:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Suspended addresses, and the ties that moderators have to a report."

ADDRESSES = """
CREATE TABLE suspended_address (
    id uuid PRIMARY KEY NOT NULL DEFAULT gen_random_uuid(),
    report uuid NOT NULL REFERENCES report (id) ON DELETE CASCADE ON UPDATE CASCADE,
    digest bytea NOT NULL,
    kept_at timestamptz NOT NULL,
    CONSTRAINT suspended_address_once UNIQUE (report, digest)
)
"""

TIES = """
CREATE TABLE report_tie (
    id uuid PRIMARY KEY NOT NULL DEFAULT gen_random_uuid(),
    report uuid NOT NULL REFERENCES report (id) ON DELETE CASCADE ON UPDATE CASCADE,
    moderator uuid NOT NULL REFERENCES account (id) ON DELETE CASCADE ON UPDATE CASCADE,
    CONSTRAINT report_tie_once UNIQUE (report, moderator)
)
"""

# Under the lock of `apply_blocked_addresses`, so that neither an account nor a suspension that is just being made misses
# the other. A case that has lost its account gets this one: its member can read why, and appeal.
APPLY = """
CREATE FUNCTION apply_suspended_addresses() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.address_digest IS NULL
        OR (TG_OP = 'UPDATE' AND NEW.address_digest IS NOT DISTINCT FROM OLD.address_digest) THEN
        RETURN NULL;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended(encode(NEW.address_digest, 'hex'), 1112294211));
    INSERT INTO suspended_address (report, digest, kept_at)
        SELECT DISTINCT known.report, NEW.address_digest, known.kept_at FROM suspended_address AS known
        JOIN report AS r ON r.id = known.report WHERE r.reported = NEW.id ON CONFLICT DO NOTHING;
    UPDATE report AS r SET reported = NEW.id FROM suspended_address AS known
        WHERE known.digest = NEW.address_digest AND r.id = known.report AND r.reported IS NULL
        AND r.reporter IS DISTINCT FROM NEW.id;
    UPDATE account SET suspended_at = now() WHERE id = NEW.id AND suspended_at IS NULL AND EXISTS (
        SELECT 1 FROM suspended_address AS known JOIN report AS r ON r.id = known.report
        WHERE known.digest = NEW.address_digest AND r.reporter IS DISTINCT FROM NEW.id);
    RETURN NULL;
END
$$
"""

FORWARDS = (
    ADDRESSES,
    "CREATE INDEX suspended_address_digest ON suspended_address (digest)",
    TIES,
    "CREATE INDEX report_tie_moderator ON report_tie (moderator)",
    APPLY,
    # The schema of the tables is the one in which the function is made; a restore runs with an empty search path.
    "DO $$ BEGIN EXECUTE format('ALTER FUNCTION %s SET search_path = %I, pg_temp', "
    "'apply_suspended_addresses()'::regprocedure, current_schema()); END $$",
    "CREATE TRIGGER account_address_is_suspended AFTER INSERT OR UPDATE OF address_digest ON account "
    "FOR EACH ROW EXECUTE FUNCTION apply_suspended_addresses()",
)
BACKWARDS = (
    "DROP TRIGGER account_address_is_suspended ON account",
    "DROP FUNCTION apply_suspended_addresses",
    "DROP TABLE report_tie",
    "DROP TABLE suspended_address",
)


async def forwards():
    manager = MigrationManager(migration_id=ID, app_name="moderation", description=DESCRIPTION)

    async def run():
        for statement in FORWARDS:
            await fetch(statement)

    async def run_backwards():
        for statement in BACKWARDS:
            await fetch(statement)

    manager.add_raw(run)
    manager.add_raw_backwards(run_backwards)
    return manager
