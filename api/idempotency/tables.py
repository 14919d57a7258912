"""Replies to calls that came with a key, so that the same call may come again."""

from piccolo.columns import UUID, Bytea, ForeignKey, OnDelete, Timestamptz
from piccolo.table import Table

from api.accounts.tables import Account
from api.sealing.columns import SealedText


class KeptReply(Table, tablename="kept_reply"):
    """What a member's call was answered with, kept by the transaction that did what it asked for."""

    id = UUID(primary_key=True, default=None, null=False)
    """Made by a keyed digest of the member and their key; of two calls with one key the second finds it taken."""
    member = ForeignKey(Account, null=False, on_delete=OnDelete.cascade)
    fingerprint = Bytea(default=None, null=False)
    """A keyed digest of the call: method, address and body."""
    reply = SealedText(most=100_000, empty=True, null=False)
    """The body of the reply; empty only while the transaction goes on."""
    made_at = Timestamptz(null=False)
