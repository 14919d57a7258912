"""How well each member is shown is kept, to share it out."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns.base import OnDelete, OnUpdate
from piccolo.columns.column_types import UUID, ForeignKey, SmallInt, Timestamptz
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.columns.defaults.uuid import UUID4
from piccolo.columns.indexes import IndexMethod
from piccolo.table import Table

ID = "2026-11-22T07:20:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "How well members are shown."


class MemberPurpose(Table, tablename="member_purpose", schema=None):
    id = UUID(default=UUID4(), null=False, primary_key=True)


def _column(name, kind, **params):
    return {
        "table_class_name": "Exposure",
        "tablename": "exposure",
        "column_name": name,
        "db_column_name": name,
        "column_class_name": kind.__name__,
        "column_class": kind,
        "params": {
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        }
        | params,
        "schema": None,
    }


async def forwards():
    manager = MigrationManager(migration_id=ID, app_name="matching", description=DESCRIPTION)
    manager.add_table(class_name="Exposure", tablename="exposure", schema=None, columns=None)
    manager.add_column(
        **_column(
            "switched",
            ForeignKey,
            references=MemberPurpose,
            on_delete=OnDelete.cascade,
            on_update=OnUpdate.cascade,
            target_column=None,
            primary_key=True,
        )
    )
    manager.add_column(**_column("share", SmallInt, default=0))
    manager.add_column(**_column("counted_at", Timestamptz, default=TimestamptzNow()))
    return manager
