"""What was spent of each limit; nothing in it says whose it is."""

from piccolo.columns import Array, BigInt, Bytea, Timestamptz
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
