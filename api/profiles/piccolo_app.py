"""The tables of this domain and where their migrations are."""

from pathlib import Path

from piccolo.conf.apps import AppConfig

from api.profiles.tables import (
    Block,
    BlockedAddress,
    Consent,
    MemberPurpose,
    ModelCoverage,
    Statement,
    StatementVector,
)

APP_CONFIG = AppConfig(
    app_name="profiles",
    migrations_folder_path=str(Path(__file__).parent / "piccolo_migrations"),
    table_classes=[
        MemberPurpose,
        Consent,
        Statement,
        StatementVector,
        ModelCoverage,
        BlockedAddress,
        Block,
    ],
    migration_dependencies=["api.accounts.piccolo_app"],
)
