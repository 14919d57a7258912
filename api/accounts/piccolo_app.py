"""The tables of this domain and where their migrations are."""

from pathlib import Path

from piccolo.conf.apps import AppConfig

from api.accounts.tables import (
    AccessToken,
    Account,
    MailAsked,
    MailedLink,
    Passkey,
    PasskeyChallenge,
    PendingAccount,
    PendingSignIn,
    RecoveryCode,
    SecondFactor,
    Session,
)

APP_CONFIG = AppConfig(
    app_name="accounts",
    migrations_folder_path=str(Path(__file__).parent / "piccolo_migrations"),
    table_classes=[
        Account,
        Session,
        AccessToken,
        Passkey,
        PasskeyChallenge,
        SecondFactor,
        RecoveryCode,
        PendingSignIn,
        PendingAccount,
        MailedLink,
        MailAsked,
    ],
    migration_dependencies=[],
)
