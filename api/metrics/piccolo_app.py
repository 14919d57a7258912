"""The tables of this domain and where their migrations are."""

from pathlib import Path

from piccolo.conf.apps import AppConfig

from api.metrics.tables import SiteFigure

APP_CONFIG = AppConfig(
    app_name="metrics",
    migrations_folder_path=str(Path(__file__).parent / "piccolo_migrations"),
    table_classes=[SiteFigure],
)
