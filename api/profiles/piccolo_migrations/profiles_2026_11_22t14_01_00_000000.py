"""Blocks that hold against whoever comes back, and that say whom they are about as the blocker knew them."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from api.database import fetch

ID = "2026-11-22T14:01:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Blocked addresses, and what blocks come of them."

TABLE = """
CREATE TABLE blocked_address (
    id uuid PRIMARY KEY NOT NULL DEFAULT gen_random_uuid(),
    blocker uuid NOT NULL REFERENCES account (id) ON DELETE CASCADE ON UPDATE CASCADE,
    blocked uuid REFERENCES account (id) ON DELETE SET NULL ON UPDATE CASCADE,
    digest bytea NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT blocked_address_once UNIQUE (blocker, blocked, digest)
)
"""

# One at a time for an address, so that neither an account nor a block that is just being made misses the other.
APPLY = """
CREATE FUNCTION apply_blocked_addresses() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.address_digest IS NULL
        OR (TG_OP = 'UPDATE' AND NEW.address_digest IS NOT DISTINCT FROM OLD.address_digest) THEN
        RETURN NULL;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended(encode(NEW.address_digest, 'hex'), 1112294211));
    INSERT INTO blocked_address (id, blocker, blocked, digest, created_at)
        SELECT gen_random_uuid(), blocker, blocked, NEW.address_digest, created_at FROM block
        WHERE blocked = NEW.id AND because_of IS NULL ON CONFLICT DO NOTHING;
    INSERT INTO block (id, blocker, blocked, created_at, because_of)
        SELECT gen_random_uuid(), known.blocker, other.id, known.created_at, known.id FROM blocked_address AS known
        JOIN account AS other ON other.address_digest = known.digest AND other.id <> known.blocker
        WHERE known.digest = NEW.address_digest ON CONFLICT (blocker, blocked) DO NOTHING;
    UPDATE connection AS c SET ended_at = now(), ended_by = b.blocker FROM block AS b
        WHERE c.ended_at IS NULL AND b.because_of IS NOT NULL AND NEW.id IN (b.blocker, b.blocked)
        AND ((c.asker = b.blocker AND c.accepter = b.blocked) OR (c.asker = b.blocked AND c.accepter = b.blocker));
    RETURN NULL;
END
$$
"""

FORWARDS = (
    TABLE,
    "CREATE INDEX blocked_address_digest ON blocked_address (digest)",
    "CREATE INDEX blocked_address_blocked ON blocked_address (blocked)",
    "ALTER TABLE block ADD COLUMN known_as varchar(60)",
    "ALTER TABLE block ADD COLUMN because_of uuid REFERENCES blocked_address (id) ON DELETE CASCADE ON UPDATE CASCADE",
    "CREATE INDEX block_because_of ON block (because_of) WHERE because_of IS NOT NULL",
    "UPDATE block SET known_as = account.display_name FROM account WHERE account.id = block.blocked",
    APPLY,
    "CREATE TRIGGER account_address_is_blocked AFTER INSERT OR UPDATE OF address_digest ON account "
    "FOR EACH ROW EXECUTE FUNCTION apply_blocked_addresses()",
    "CREATE INDEX consent_taken_back ON consent (purpose, member) WHERE withdrawn_at IS NOT NULL",
)
BACKWARDS = (
    "DROP INDEX consent_taken_back",
    "DROP TRIGGER account_address_is_blocked ON account",
    "DROP FUNCTION apply_blocked_addresses",
    "DELETE FROM block WHERE because_of IS NOT NULL",
    "ALTER TABLE block DROP COLUMN because_of",
    "ALTER TABLE block DROP COLUMN known_as",
    "DROP TABLE blocked_address",
)


async def forwards():
    manager = MigrationManager(migration_id=ID, app_name="profiles", description=DESCRIPTION)

    async def run():
        for statement in FORWARDS:
            await fetch(statement)

    async def run_backwards():
        for statement in BACKWARDS:
            await fetch(statement)

    manager.add_raw(run)
    manager.add_raw_backwards(run_backwards)
    return manager
