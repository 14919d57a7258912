"""The tables of this domain and where their migrations are."""

from pathlib import Path

from piccolo.conf.apps import AppConfig

from api.disagreements.tables import Disagreement, DisagreementText, FindingCounted, FindingShown

APP_CONFIG = AppConfig(
    app_name="disagreements",
    migrations_folder_path=str(Path(__file__).parent / "piccolo_migrations"),
    table_classes=[FindingShown, FindingCounted, Disagreement, DisagreementText],
    migration_dependencies=["api.accounts.piccolo_app"],
)
