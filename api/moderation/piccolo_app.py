"""The tables of this domain and where their migrations are."""

from pathlib import Path

from piccolo.conf.apps import AppConfig

from api.moderation.tables import AuditEntry, Report, ReportEvidence, ReportTie, SuspendedAddress

APP_CONFIG = AppConfig(
    app_name="moderation",
    migrations_folder_path=str(Path(__file__).parent / "piccolo_migrations"),
    table_classes=[Report, ReportEvidence, SuspendedAddress, ReportTie, AuditEntry],
    migration_dependencies=["api.accounts.piccolo_app"],
)
