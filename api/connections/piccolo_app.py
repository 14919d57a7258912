"""The tables of this domain and where their migrations are."""

from pathlib import Path

from piccolo.conf.apps import AppConfig

from api.connections.tables import Connection, ConnectionRequest, RequestEvent

APP_CONFIG = AppConfig(
    app_name="connections",
    migrations_folder_path=str(Path(__file__).parent / "piccolo_migrations"),
    table_classes=[ConnectionRequest, RequestEvent, Connection],
    migration_dependencies=["api.matching.piccolo_app"],
)
