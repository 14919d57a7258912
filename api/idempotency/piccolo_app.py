"""The tables of this domain and where their migrations are."""

from pathlib import Path

from piccolo.conf.apps import AppConfig

from api.idempotency.tables import KeptReply

APP_CONFIG = AppConfig(
    app_name="idempotency",
    migrations_folder_path=str(Path(__file__).parent / "piccolo_migrations"),
    table_classes=[KeptReply],
    migration_dependencies=["api.accounts.piccolo_app"],
)
