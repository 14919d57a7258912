"""What members say of findings, and how often each was shown."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns.base import OnDelete, OnUpdate
from piccolo.columns.column_types import UUID, Date, ForeignKey, Integer, Text, Timestamptz, Varchar
from piccolo.columns.defaults.uuid import UUID4
from piccolo.columns.indexes import IndexMethod
from piccolo.constraints import Check, Unique
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


ID = "2026-11-22T11:10:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Keep which findings members call wrong, and how often each was shown."

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
CODE = (Varchar, {"length": 32, "default": "", "null": False})
JUDGED = (Varchar, {"length": 16, "default": "", "null": False})
ENGINE = (Varchar, {"length": 300, "default": "", "null": False})
DAY = (Date, {"default": None, "null": False})
MEMBER = (
    ForeignKey,
    {
        "references": Account,
        "on_delete": OnDelete.cascade,
        "on_update": OnUpdate.cascade,
        "target_column": None,
        "default": None,
        "null": True,
    },
)
TABLES = {
    ("FindingShown", "finding_shown"): {
        "id": KEY,
        "code": CODE,
        "judged": JUDGED,
        "engine": ENGINE,
        "day": DAY,
        "times": (Integer, {"default": 0, "null": False}),
    },
    ("Disagreement", "disagreement"): {
        "id": KEY,
        "member": MEMBER,
        "code": CODE,
        "judged": JUDGED,
        "engine": ENGINE,
        "day": DAY,
        "text": (Text, {"default": None, "null": True}),
        "created_at": (Timestamptz, {"default": None, "null": False}),
    },
}


async def forwards():
    manager = MigrationManager(migration_id=ID, app_name="disagreements", description=DESCRIPTION)

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
    for class_name, table, name, kind, params in (
        (
            "FindingShown",
            "finding_shown",
            "finding_shown_once_a_day",
            Unique,
            {"columns": ["code", "judged", "engine", "day"], "nulls_distinct": True},
        ),
        (
            "Disagreement",
            "disagreement",
            "disagreement_once_a_day",
            Unique,
            {"columns": ["member", "code", "judged", "day"], "nulls_distinct": True},
        ),
        (
            "Disagreement",
            "disagreement",
            "disagreement_text_fits",
            Check,
            {"condition": "char_length(text) BETWEEN 1 AND 4000"},
        ),
    ):
        manager.add_constraint(
            table_class_name=class_name,
            tablename=table,
            constraint_name=name,
            constraint_class=kind,
            params=params,
            schema=None,
        )

    return manager
