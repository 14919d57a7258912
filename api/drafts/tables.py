"""Words that members have begun to write."""

from piccolo.columns import UUID, ForeignKey, OnDelete, Timestamptz
from piccolo.table import Table

from api.accounts.tables import Account
from api.sealing.columns import SealedText


class Draft(Table, tablename="draft"):
    """What a member has begun to write; nothing in it says in clear to whom, or what for."""

    id = UUID(primary_key=True, default=None, null=False)
    """Made by a keyed digest of whose it is and where it belongs (`api.drafts.queries`): one draft for each place."""
    member = ForeignKey(Account, null=False, on_delete=OnDelete.cascade)
    content = SealedText(most=20_000, null=False)
    """`DraftWords` as JSON."""
    changed_at = Timestamptz(null=False)
