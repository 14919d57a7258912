"""Piccolo's engine and the domains that have tables.

It connects when it is imported: PostgreSQL must run and `WHEREFORE_DATABASE_URL` must be set before.
"""

from piccolo.conf.apps import AppRegistry
from piccolo.engine.postgres import PostgresEngine

from api.settings import SettingError, settings

_url = settings().database_url
if _url is None:
    raise SettingError("WHEREFORE_DATABASE_URL is not set and no bundled PostgreSQL was started before.")

DB = PostgresEngine(config={"dsn": _url}, extensions=())

APP_REGISTRY = AppRegistry(
    apps=[
        "api.accounts.piccolo_app",
        "api.profiles.piccolo_app",
        "api.matching.piccolo_app",
        "api.connections.piccolo_app",
        "api.conversations.piccolo_app",
    ]
)
