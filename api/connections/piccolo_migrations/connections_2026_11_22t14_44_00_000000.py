"""Words that their author deletes are gone from the requests and connections that were about them, too."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from api.database import fetch

ID = "2026-11-22T14:44:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Forget what a request was about when its author deletes it; find ended connections with words."


async def forwards():
    manager = MigrationManager(migration_id=ID, app_name="connections", description=DESCRIPTION)

    async def run():
        # The foreign key itself sets `anchor_statement` to NULL; no service is asked when a statement goes.
        await fetch(
            "CREATE FUNCTION forget_deleted_words() RETURNS trigger LANGUAGE plpgsql AS "
            "$$BEGIN NEW.anchor_text := NULL; UPDATE connection SET anchor_text = NULL WHERE request = NEW.id; "
            "RETURN NEW; END$$"
        )
        await fetch(
            "CREATE TRIGGER connection_request_words_go BEFORE UPDATE OF anchor_statement ON connection_request "
            "FOR EACH ROW WHEN (OLD.anchor_statement IS NOT NULL AND NEW.anchor_statement IS NULL) "
            "EXECUTE FUNCTION forget_deleted_words()"
        )
        await fetch(
            "UPDATE connection_request SET anchor_text = NULL WHERE anchor_kind = 'statement' AND anchor_statement IS NULL"
        )
        await fetch(
            "UPDATE connection SET anchor_text = NULL FROM connection_request AS r WHERE r.id = connection.request "
            "AND r.anchor_kind = 'statement' AND r.anchor_statement IS NULL"
        )
        await fetch(
            "CREATE INDEX connection_words_to_go ON connection (ended_at) "
            "WHERE ended_at IS NOT NULL AND words_gone_at IS NULL"
        )

    async def run_backwards():
        await fetch("DROP INDEX connection_words_to_go")
        await fetch("DROP TRIGGER connection_request_words_go ON connection_request")
        await fetch("DROP FUNCTION forget_deleted_words()")

    manager.add_raw(run)
    manager.add_raw_backwards(run_backwards)
    return manager
