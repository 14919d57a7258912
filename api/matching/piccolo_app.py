"""The tables of this domain and where their migrations are."""

from pathlib import Path

from piccolo.conf.apps import AppConfig

from api.matching.tables import Exposure, MatchChoice, MatchEntry, MatchList

APP_CONFIG = AppConfig(
    app_name="matching",
    migrations_folder_path=str(Path(__file__).parent / "piccolo_migrations"),
    table_classes=[MatchList, MatchEntry, MatchChoice, Exposure],
    migration_dependencies=["api.profiles.piccolo_app"],
)
