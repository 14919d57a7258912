"""Mails on their way out, and what became of them."""

from piccolo.columns import UUID, Bytea, Integer, Timestamptz, Varchar
from piccolo.columns.defaults.uuid import UUID4
from piccolo.constraints import Check
from piccolo.table import Table

from api.mail.schemas import MailKind
from api.sealing.columns import SealedText


class OutgoingMail(Table, tablename="outgoing_mail"):
    """One mail to one address. What it says goes as soon as it is sent, or given up."""

    id = UUID(primary_key=True, default=UUID4())
    kind = Varchar(length=32, choices=MailKind, null=False)
    recipient = SealedText(most=254, null=True, default=None, secret=True)
    """The address, sealed."""
    recipient_digest = Bytea(null=False, secret=True, index=True)
    """By which the mails to an address are found, to take them back."""
    subject = Varchar(length=200, null=False)
    text = SealedText(most=20_000, null=True, default=None, secret=True)
    """Sealed: it may hold a link that opens an account."""
    html = SealedText(most=40_000, null=True, default=None, secret=True)
    message_id = Varchar(length=255, null=False)
    """The same over all tries, so that a mailbox can tell that a second copy is one."""
    tries = Integer(default=0, null=False)
    created_at = Timestamptz(null=False)
    useful_until = Timestamptz(null=True, default=None)
    next_try_at = Timestamptz(null=True, default=None, index=True)
    """None when it is not to be tried: sent, given up, or kept for the operator because no server is set."""
    claimed_until = Timestamptz(null=True, default=None)
    """Until when it belongs to the worker that is sending it."""
    sent_at = Timestamptz(null=True, default=None)
    dead_at = Timestamptz(null=True, default=None)
    last_error = Varchar(length=60, null=True, default=None)
    """Of which kind, such as "recipient refused (550)": without addresses and without the server's words."""

    outgoing_mail_ends_once = Check("sent_at IS NULL OR dead_at IS NULL")
    outgoing_mail_forgets = Check(
        "(sent_at IS NULL AND dead_at IS NULL) OR (recipient IS NULL AND text IS NULL AND html IS NULL "
        "AND next_try_at IS NULL)"
    )
