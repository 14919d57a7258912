"""Requests, what happened to them, and the connections that came of them."""

from piccolo.columns import UUID, Boolean, ForeignKey, Integer, OnDelete, Timestamptz, Varchar
from piccolo.columns.defaults.uuid import UUID4
from piccolo.constraints import Check
from piccolo.table import Table

from api.accounts.tables import Account
from api.connections.schemas import AnchorKind, RequestState
from api.profiles.schemas import Purpose
from api.profiles.tables import Statement
from api.sealing.columns import SealedText


class ConnectionRequest(Table, tablename="connection_request"):
    """One member asking another to connect, and what came of it.

    `state` is what the sender sees. A silent refusal does not touch it: it only sets `declined_silently_at`, which
    the recipient alone ever sees, so an ignored and a declined request cannot be told apart. A block or a withdrawn
    consent of the recipient does the same and sets `closed_silently` too. When the recipient's account goes, the
    sender keeps the row without them: a trigger takes the recipient's words out of it.
    """

    id = UUID(primary_key=True, default=UUID4())
    sender = ForeignKey(Account, null=False, on_delete=OnDelete.cascade)
    recipient = ForeignKey(Account, null=True, default=None, on_delete=OnDelete.set_null)
    """Nobody once their account is gone: their silence lasts until the request expires, as anyone's would."""
    purpose = Varchar(length=16, choices=Purpose, null=False)
    anchor_kind = Varchar(length=16, choices=AnchorKind, null=False)
    anchor_statement = ForeignKey(Statement, null=True, default=None, on_delete=OnDelete.set_null)
    anchor_text = SealedText(most=280, null=True, default=None)
    """The recipient's statement as the sender read it, or where the two met."""
    reason = SealedText(least=60, most=600, null=False)
    state = Varchar(length=16, choices=RequestState, default=RequestState.PENDING, null=False)
    rounds = Integer(default=0, null=False)
    created_at = Timestamptz(null=False)
    opened_at = Timestamptz(null=False)
    """When it was sent or last reopened."""
    expires_at = Timestamptz(null=False)
    """When it expires unless it is answered; moved on by as long as it was *asked*."""
    asked_at = Timestamptz(null=True, default=None)
    """Since when the clock stands still."""
    closed_at = Timestamptz(null=True, default=None)
    declined_silently_at = Timestamptz(null=True, default=None)
    sender_left_at = Timestamptz(null=True, default=None)
    """When the sender switched the purpose off, which ended it."""
    recipient_left_at = Timestamptz(null=True, default=None)
    """When the recipient did, which ended it for them alone."""
    closed_silently = Boolean(default=False, null=False)
    """Whether the silence came from a block or a withdrawn consent, which no reopening undoes."""
    holds_slot = Boolean(default=True, null=False)
    """Whether it takes one of the sender's slots until `expires_at`."""
    may_ask_again_at = Timestamptz(null=True, default=None)
    set_aside_at = Timestamptz(null=True, default=None)
    """When its recipient put it aside for later, which only they ever see. It goes on as before."""

    connection_request_not_to_oneself = Check(sender != recipient)
    connection_request_rounds_at_most_two = Check((rounds >= 0) & (rounds <= 2))  # noqa: PLR2004
    connection_request_clock_stands_while_asked = Check("(state = 'asked') = (asked_at IS NOT NULL)")
    connection_request_closed_once = Check("(state IN ('pending', 'asked')) = (closed_at IS NULL)")
    connection_request_silence_has_a_moment = Check("NOT closed_silently OR declined_silently_at IS NOT NULL")


class RequestEvent(Table, tablename="request_event"):
    """Something that was said or done about a request, in order."""

    id = UUID(primary_key=True, default=UUID4())
    request = ForeignKey(ConnectionRequest, null=False, on_delete=OnDelete.cascade)
    actor = ForeignKey(Account, null=True, default=None, on_delete=OnDelete.cascade)
    kind = Varchar(length=20, null=False)
    text = SealedText(most=600, null=True, default=None)
    at = Timestamptz(null=False)
    number = Integer(null=False, default=1)
    """Its place in the history, for two in the same moment."""
    only_recipient_sees = Boolean(default=False, null=False)


class Connection(Table, tablename="connection"):
    """Two members who agreed to be in touch about a purpose; it keeps the reason for ever."""

    id = UUID(primary_key=True, default=UUID4())
    request = ForeignKey(ConnectionRequest, null=True, default=None, on_delete=OnDelete.set_null)
    asker = ForeignKey(Account, null=False, on_delete=OnDelete.cascade)
    accepter = ForeignKey(Account, null=False, on_delete=OnDelete.cascade)
    purpose = Varchar(length=16, choices=Purpose, null=False)
    reason = SealedText(least=60, most=600, null=False)
    """What the asker gave as the reason."""
    crossed_reason = SealedText(least=60, most=600, null=True, default=None)
    """What the other gave, when both had asked each other."""
    anchor_text = SealedText(most=280, null=True, default=None)
    asker_note = SealedText(most=1000, empty=True, null=False, default="")
    accepter_note = SealedText(most=1000, empty=True, null=False, default="")
    """Private notes: each is read only by its writer."""
    created_at = Timestamptz(null=False)
    ended_at = Timestamptz(null=True, default=None)
    ended_by = ForeignKey(Account, null=True, default=None, on_delete=OnDelete.set_null)
    """Who ended it: the other may not ask again for a while."""
    words_gone_at = Timestamptz(null=True, default=None)
    """When what the two wrote was taken out, some days after the end (`api.privacy.outdated`)."""

    connection_not_with_oneself = Check(asker != accepter)
