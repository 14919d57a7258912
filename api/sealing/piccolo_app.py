"""The tables of sealing and where their migrations are."""

from pathlib import Path

from piccolo.conf.apps import AppConfig

from api.sealing.tables import SealingKey

APP_CONFIG = AppConfig(
    app_name="sealing",
    migrations_folder_path=str(Path(__file__).parent / "piccolo_migrations"),
    table_classes=[SealingKey],
    migration_dependencies=[],
)
