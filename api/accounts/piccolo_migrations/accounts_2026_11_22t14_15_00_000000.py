"""What is known before an address is confirmed, and the links that are mailed to it."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns.base import OnDelete, OnUpdate
from piccolo.columns.column_types import UUID, Bytea, ForeignKey, Text, Timestamptz, Varchar
from piccolo.columns.defaults.uuid import UUID4
from piccolo.columns.indexes import IndexMethod
from piccolo.table import Table


class Account(Table, tablename="account", schema=None):
    id = UUID(
        default=UUID4(),
        null=False,
        primary_key=True,
        unique=False,
        index=False,
        index_method=IndexMethod.btree,
        choices=None,
        db_column_name=None,
        secret=False,
    )


ID = "2026-11-22T14:15:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Keep sign-ups that wait for their address to be confirmed, and links that are mailed."

COMMON = {
    "primary_key": False,
    "unique": False,
    "index": False,
    "index_method": IndexMethod.btree,
    "choices": None,
    "db_column_name": None,
    "secret": False,
}
KEY = (UUID, {"default": UUID4(), "null": False, "primary_key": True})
MOMENT = (Timestamptz, {"default": None, "null": False})
WHO = {
    "references": Account,
    "on_delete": OnDelete.cascade,
    "on_update": OnUpdate.cascade,
    "target_column": None,
    "default": None,
    "null": False,
    "index": True,
}
TABLES = {
    ("PendingAccount", "pending_account"): {
        "id": KEY,
        "email": (Varchar, {"length": 254, "default": "", "null": False, "index": True}),
        "password_hash": (Varchar, {"length": 255, "default": "", "null": False, "secret": True}),
        "display_name": (Varchar, {"length": 60, "default": "", "null": False}),
        "choices": (Text, {"default": None, "null": True, "secret": True}),
        "token_hash": (Bytea, {"default": None, "null": True, "unique": True, "secret": True}),
        "token_expires_at": (Timestamptz, {"default": None, "null": True}),
        "created_at": MOMENT,
    },
    ("MailedLink", "mailed_link"): {
        "id": KEY,
        "account": (ForeignKey, WHO),
        "purpose": (Varchar, {"length": 16, "default": "", "null": False}),
        "token_hash": (Bytea, {"default": b"", "null": False, "unique": True, "secret": True}),
        "email": (Varchar, {"length": 254, "default": "", "null": False, "index": True}),
        "created_at": MOMENT,
        "expires_at": MOMENT,
    },
    ("MailAsked", "mail_asked"): {
        "id": KEY,
        "purpose": (Varchar, {"length": 16, "default": "", "null": False}),
        "email": (Text, {"default": "", "null": False, "secret": True}),
        "account": (ForeignKey, WHO | {"null": True}),
        "created_at": MOMENT,
    },
}


async def forwards():
    manager = MigrationManager(migration_id=ID, app_name="accounts", description=DESCRIPTION)

    for (class_name, table), columns in TABLES.items():
        manager.add_table(class_name=class_name, tablename=table, schema=None, columns=None)
        for name, (kind, params) in columns.items():
            manager.add_column(
                table_class_name=class_name,
                tablename=table,
                column_name=name,
                db_column_name=name,
                column_class_name=kind.__name__,
                column_class=kind,
                params=COMMON | params,
                schema=None,
            )
    return manager
