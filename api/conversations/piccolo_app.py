"""The tables of this domain and where their migrations are."""

from pathlib import Path

from piccolo.conf.apps import AppConfig

from api.conversations.tables import Message, ReadMark

APP_CONFIG = AppConfig(
    app_name="conversations",
    migrations_folder_path=str(Path(__file__).parent / "piccolo_migrations"),
    table_classes=[Message, ReadMark],
    migration_dependencies=["api.connections.piccolo_app"],
)
