"""What was spent of each limit; nothing in it says whose it is."""

from typing import Any

from piccolo.columns import UUID, Array, BigInt, Bytea, ForeignKey, OnDelete, Timestamptz
from piccolo.columns.defaults.uuid import UUID4
from piccolo.columns.reference import LazyTableReference
from piccolo.constraints import Unique
from piccolo.table import Table


class RateSpent(Table, tablename="rate_spent"):
    """When something was last spent of one limit by one account or address.

    The table is UNLOGGED: after a crash of PostgreSQL it is empty, so that whoever had spent all may begin anew.
    """

    key = Bytea(primary_key=True, default=None)
    """A keyed digest of the limit's name and the account or address."""
    spent = Array(base_column=BigInt(), default=list)
    """Microseconds since 1970, oldest first; never more of them than the limit's largest number."""
    ends_at = Timestamptz(null=False)
    """When none of it counts any more."""


class PersonSeen(Table, tablename="person_seen"):
    """Somebody whom a member was shown in the last 30 days; nothing in it says who that was."""

    id = UUID(primary_key=True, default=UUID4())
    viewer: ForeignKey[Any] = ForeignKey(
        LazyTableReference("Account", app_name="accounts"), null=False, on_delete=OnDelete.cascade, index=False
    )
    pair = Bytea(null=False, default=None, secret=True)
    """A keyed digest of both members."""
    seen_at = Timestamptz(null=False)

    person_seen_once = Unique([viewer, pair])
