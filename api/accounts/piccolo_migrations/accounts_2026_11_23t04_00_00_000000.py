"""Reading and changing become scopes of their own, and what moderators do becomes one.

The bare names go on meaning both, so what tokens hold stays. What moderators do was part of `safety`: those of their
tokens that had it have `moderation` too, and go on doing what they did.
"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from api.database import fetch

ID = "2026-11-23T04:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "The tokens of moderators keep what was part of safety until now."


async def forwards():
    manager = MigrationManager(migration_id=ID, app_name="accounts", description=DESCRIPTION)

    async def run():
        await fetch(
            "UPDATE access_token SET scopes = array_append(scopes, 'moderation') "
            "WHERE 'safety' = ANY(scopes) AND NOT 'moderation' = ANY(scopes) "
            "AND account IN (SELECT id FROM account WHERE is_moderator)"
        )

    async def run_backwards():
        # What the version before does not know is put into its words where they mean no more; else it goes.
        await fetch(
            "UPDATE access_token SET scopes = ARRAY(SELECT DISTINCT split_part(one, ':', 1) FROM unnest(scopes) AS one "
            "WHERE one NOT LIKE 'moderation%' AND (one NOT LIKE '%:%' OR one = 'export:read' "
            "OR (one LIKE '%:read' AND replace(one, ':read', ':write') = ANY(scopes))))"
        )

    manager.add_raw(run)
    manager.add_raw_backwards(run_backwards)
    return manager
