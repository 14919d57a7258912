"""Mails on their way out."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns.column_types import UUID, Bytea, Integer, Text, Timestamptz, Varchar
from piccolo.columns.defaults.uuid import UUID4
from piccolo.columns.indexes import IndexMethod
from piccolo.constraints import Check

ID = "2026-11-22T14:14:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Keep mails until they are sent."

COMMON = {
    "primary_key": False,
    "unique": False,
    "index": False,
    "index_method": IndexMethod.btree,
    "choices": None,
    "db_column_name": None,
    "secret": False,
}
MOMENT = (Timestamptz, {"default": None, "null": True})
SEALED = (Text, {"default": None, "null": True, "secret": True})
COLUMNS = {
    "id": (UUID, {"default": UUID4(), "null": False, "primary_key": True}),
    "kind": (Varchar, {"length": 32, "default": "", "null": False}),
    "recipient": SEALED,
    "recipient_digest": (Bytea, {"default": b"", "null": False, "secret": True, "index": True}),
    "subject": (Varchar, {"length": 200, "default": "", "null": False}),
    "text": SEALED,
    "html": SEALED,
    "message_id": (Varchar, {"length": 255, "default": "", "null": False}),
    "tries": (Integer, {"default": 0, "null": False}),
    "created_at": (Timestamptz, {"default": None, "null": False}),
    "useful_until": MOMENT,
    "next_try_at": (Timestamptz, {"default": None, "null": True, "index": True}),
    "claimed_until": MOMENT,
    "sent_at": MOMENT,
    "dead_at": MOMENT,
    "last_error": (Varchar, {"length": 60, "default": None, "null": True}),
}
CHECKS = {
    "outgoing_mail_ends_once": "sent_at IS NULL OR dead_at IS NULL",
    "outgoing_mail_forgets": "(sent_at IS NULL AND dead_at IS NULL) OR (recipient IS NULL AND text IS NULL "
    "AND html IS NULL AND next_try_at IS NULL)",
}


async def forwards():
    manager = MigrationManager(migration_id=ID, app_name="mail", description=DESCRIPTION)

    manager.add_table(class_name="OutgoingMail", tablename="outgoing_mail", schema=None, columns=None)
    for name, (kind, params) in COLUMNS.items():
        manager.add_column(
            table_class_name="OutgoingMail",
            tablename="outgoing_mail",
            column_name=name,
            db_column_name=name,
            column_class_name=kind.__name__,
            column_class=kind,
            params=COMMON | params,
            schema=None,
        )
    for name, condition in CHECKS.items():
        manager.add_constraint(
            table_class_name="OutgoingMail",
            tablename="outgoing_mail",
            constraint_name=name,
            constraint_class=Check,
            params={"condition": condition},
            schema=None,
        )
    return manager
