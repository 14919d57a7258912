"""The tables of this domain and where their migrations are."""

from pathlib import Path

from piccolo.conf.apps import AppConfig

from api.limits.tables import PersonSeen, RateSpent

APP_CONFIG = AppConfig(
    app_name="limits",
    migrations_folder_path=str(Path(__file__).parent / "piccolo_migrations"),
    table_classes=[RateSpent, PersonSeen],
    migration_dependencies=["api.accounts.piccolo_app"],
)
