"""Webhooks, and what is sent to them."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns.base import OnDelete, OnUpdate
from piccolo.columns.column_types import UUID, Array, ForeignKey, Integer, Text, Timestamptz, Varchar
from piccolo.columns.defaults.uuid import UUID4
from piccolo.columns.indexes import IndexMethod
from piccolo.constraints import Check, Unique
from piccolo.table import Table

ID = "2026-11-23T05:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Keep webhooks, and what is sent to them."


class Account(Table, tablename="account"):
    id = UUID(primary_key=True)


class Webhook(Table, tablename="webhook"):
    id = UUID(primary_key=True)


COMMON = {
    "primary_key": False,
    "unique": False,
    "index": False,
    "index_method": IndexMethod.btree,
    "choices": None,
    "db_column_name": None,
    "secret": False,
}
CASCADE = {
    "on_delete": OnDelete.cascade,
    "on_update": OnUpdate.cascade,
    "target_column": None,
    "null": False,
    "default": None,
}
NO_ID = (UUID, {"default": None, "null": True})
MOMENT = (Timestamptz, {"default": None, "null": True})
SOME_MOMENT = (Timestamptz, {"default": None, "null": False})
NUMBER = (Integer, {"default": 0, "null": False})
WORDS = Varchar(**COMMON | {"length": 32, "default": "", "null": False})
OUTCOME = Varchar(**COMMON | {"length": 40, "default": "", "null": False})
TIMES = Timestamptz(**COMMON | {"default": None, "null": False})
WEBHOOK = {
    "id": (UUID, {"default": UUID4(), "null": False, "primary_key": True}),
    "member": (ForeignKey, {"references": Account, **CASCADE, "index": True}),
    "url": (Text, {"default": "", "null": False}),
    "kinds": (Array, {"base_column": WORDS, "default": list, "null": False}),
    "secret": (Text, {"default": "", "null": False, "secret": True}),
    "old_secret": (Text, {"default": None, "null": True, "secret": True}),
    "old_secret_until": MOMENT,
    "created_at": SOME_MOMENT,
    "off_at": MOMENT,
    "why_off": (Varchar, {"length": 16, "default": None, "null": True}),
    "failures": NUMBER,
    "failing_since": MOMENT,
    "rest_until": MOMENT,
    "claimed_until": MOMENT,
    "served_at": MOMENT,
}
DELIVERY = {
    "id": (UUID, {"default": UUID4(), "null": False, "primary_key": True}),
    "webhook": (ForeignKey, {"references": Webhook, **CASCADE}),
    "event": (UUID, {"default": UUID4(), "null": False}),
    "kind": (Varchar, {"length": 32, "default": "", "null": False}),
    "request_id": NO_ID,
    "connection_id": NO_ID,
    "message_id": NO_ID,
    "created_at": SOME_MOMENT,
    "queued_at": SOME_MOMENT,
    "tries": NUMBER,
    "tried_at": (Array, {"base_column": TIMES, "default": list, "null": False}),
    "outcomes": (Array, {"base_column": OUTCOME, "default": list, "null": False}),
    "next_try_at": (Timestamptz, {"default": None, "null": True, "index": True}),
    "delivered_at": MOMENT,
    "dead_at": MOMENT,
}
TABLES = {("Webhook", "webhook"): WEBHOOK, ("WebhookDelivery", "webhook_delivery"): DELIVERY}
CHECKS = {
    "webhook_off_has_a_reason": "(off_at IS NULL) = (why_off IS NULL)",
    "webhook_old_secret_ends": "(old_secret IS NULL) = (old_secret_until IS NULL)",
    "webhook_delivery_stands_one_way": "num_nonnulls(next_try_at, delivered_at, dead_at) = 1",
    "webhook_delivery_each_try_ended": "cardinality(tried_at) = cardinality(outcomes)",
}


async def forwards():
    manager = MigrationManager(migration_id=ID, app_name="webhooks", description=DESCRIPTION)

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
    for name, condition in CHECKS.items():
        delivery = name.startswith("webhook_delivery")
        manager.add_constraint(
            table_class_name="WebhookDelivery" if delivery else "Webhook",
            tablename="webhook_delivery" if delivery else "webhook",
            constraint_name=name,
            constraint_class=Check,
            params={"condition": condition},
            schema=None,
        )
    manager.add_constraint(
        table_class_name="WebhookDelivery",
        tablename="webhook_delivery",
        constraint_name="webhook_delivery_once",
        constraint_class=Unique,
        params={"columns": ["webhook", "event"], "nulls_distinct": True},
        schema=None,
    )
    return manager
