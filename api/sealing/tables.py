"""Which keys a database belongs to, without the keys."""

from piccolo.columns import Text, Varchar
from piccolo.table import Table


class SealingKey(Table, tablename="sealing_key"):
    """A key that texts here may be sealed with: a start without it, or with another in its place, is stopped."""

    id = Varchar(length=16, primary_key=True, null=False, default=None)
    """The id of the key, or `digest`."""
    proof = Text(null=False)
    """What only this key makes: a known word, sealed with it."""
