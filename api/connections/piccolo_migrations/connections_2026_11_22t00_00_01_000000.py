"""What Piccolo's tables cannot say about requests: one open for a pair, what stays of the departed, and indexes."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from api.database import fetch

ID = "2026-11-22T00:00:01:000000"
VERSION = "1.38.0"
DESCRIPTION = "One open request and one connection for a pair; forget the words of a recipient who leaves; indexes."

INDEXES = {
    "connection_request_one_open": (
        "UNIQUE INDEX {} ON connection_request (LEAST(sender, recipient), GREATEST(sender, recipient)) "
        "WHERE state IN ('pending', 'asked') AND recipient IS NOT NULL"
    ),
    "connection_one_for_a_pair": (
        "UNIQUE INDEX {} ON connection (LEAST(asker, accepter), GREATEST(asker, accepter)) WHERE ended_at IS NULL"
    ),
    "connection_request_sent": "INDEX {} ON connection_request (sender, created_at, id)",
    "connection_request_received": "INDEX {} ON connection_request (recipient, created_at, id)",
    "connection_request_due": "INDEX {} ON connection_request (expires_at) WHERE state = 'pending'",
    "request_event_request": "INDEX {} ON request_event (request, at)",
    "connection_asker": "INDEX {} ON connection (asker, created_at)",
    "connection_accepter": "INDEX {} ON connection (accepter, created_at)",
    "connection_of_request": "INDEX {} ON connection (request)",
}


async def forwards():
    manager = MigrationManager(migration_id=ID, app_name="connections", description=DESCRIPTION)

    async def run():
        for name, definition in INDEXES.items():
            await fetch("CREATE " + definition.replace("{}", name))
        # The foreign key itself sets `recipient` to NULL; no service is asked when an account goes.
        await fetch(
            "CREATE FUNCTION forget_the_recipients_words() RETURNS trigger LANGUAGE plpgsql AS "
            "$$BEGIN NEW.anchor_text := NULL; RETURN NEW; END$$"
        )
        await fetch(
            "CREATE TRIGGER connection_request_recipient_leaves BEFORE UPDATE OF recipient ON connection_request "
            "FOR EACH ROW WHEN (NEW.recipient IS NULL) EXECUTE FUNCTION forget_the_recipients_words()"
        )

    async def run_backwards():
        await fetch("DROP TRIGGER connection_request_recipient_leaves ON connection_request")
        await fetch("DROP FUNCTION forget_the_recipients_words()")
        for name in INDEXES:
            await fetch(f"DROP INDEX {name}")

    manager.add_raw(run)
    manager.add_raw_backwards(run_backwards)
    return manager
