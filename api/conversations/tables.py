"""What connected members write to each other, and how far each has read."""

from piccolo.columns import UUID, ForeignKey, OnDelete, Timestamptz
from piccolo.columns.defaults.uuid import UUID4
from piccolo.constraints import Unique
from piccolo.table import Table

from api.accounts.tables import Account
from api.connections.tables import Connection
from api.sealing.columns import SealedText


class Message(Table, tablename="message"):
    """Something one member of a connection wrote to the other."""

    id = UUID(primary_key=True, default=UUID4())
    connection = ForeignKey(Connection, null=False, on_delete=OnDelete.cascade)
    author = ForeignKey(Account, null=False, on_delete=OnDelete.cascade)
    text = SealedText(most=4000, null=False)
    created_at = Timestamptz(null=False)
    reminder_of: ForeignKey["Message"] = ForeignKey("self", null=True, default=None, on_delete=OnDelete.cascade)
    """The other's message that this one answers with what the two had connected about; each has one such answer.

    Nearly always NULL: the unique index `message_reminds_once` holds reminders alone (a migration makes it).
    """


class ReadMark(Table, tablename="read_mark"):
    """How far a member has read a conversation, and until when it may be quiet. Only they ever see it."""

    id = UUID(primary_key=True, default=UUID4())
    connection = ForeignKey(Connection, null=False, on_delete=OnDelete.cascade)
    member = ForeignKey(Account, null=False, on_delete=OnDelete.cascade)
    read_until = Timestamptz(null=False)
    put_off_until = Timestamptz(null=True, default=None)
    """Until then the member is not told that the conversation went quiet."""

    read_mark_once = Unique([connection, member])
