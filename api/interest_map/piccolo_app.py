"""The tables of this domain and where their migrations are."""

from pathlib import Path

from piccolo.conf.apps import AppConfig

from api.interest_map.tables import InterestArea, InterestMap

APP_CONFIG = AppConfig(
    app_name="interest_map",
    migrations_folder_path=str(Path(__file__).parent / "piccolo_migrations"),
    table_classes=[InterestMap, InterestArea],
    migration_dependencies=["api.profiles.piccolo_app"],
)
