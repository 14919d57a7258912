"""The tables of this domain and where their migrations are."""

from pathlib import Path

from piccolo.conf.apps import AppConfig

from api.mail.tables import OutgoingMail

APP_CONFIG = AppConfig(
    app_name="mail",
    migrations_folder_path=str(Path(__file__).parent / "piccolo_migrations"),
    table_classes=[OutgoingMail],
    migration_dependencies=[],
)
