"""What goes in and out of the connections domain."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

import msgspec

from api.profiles.schemas import MemberSummary, Purpose
from api.texts import length
from embeddings.reasons import Finding

LONGEST_WORDS = 600
"""Of a question, an answer, or a sentence with which a request is declined."""
LONGEST_NOTE = 1000


class RequestState(StrEnum):
    """Where a request stands."""

    PENDING = "pending"
    ASKED = "asked"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    CLOSED = "closed"
    """Ended by a block, a departure or a withdrawn consent."""


class AnchorKind(StrEnum):
    """What a reason refers to."""

    STATEMENT = "statement"
    POST = "post"
    CIRCLE = "circle"
    INTRODUCTION = "introduction"
    MET = "met"


class Box(StrEnum):
    """Which side of one's requests."""

    RECEIVED = "received"
    SENT = "sent"


class Anchor(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a reason refers to: `id` of the thing, or `where` the two have met."""

    kind: AnchorKind
    id: UUID | None = None
    where: str | None = None


class AnchorRead(msgspec.Struct, frozen=True):
    """What a reason refers to, with the words as the sender read them."""

    kind: AnchorKind
    id: UUID | None
    text: str | None
    where: str | None


class RequestCreate(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A request, or the draft of one to be checked. Without an anchor it is refused with a finding."""

    recipient_id: UUID
    purpose: Purpose
    reason: str
    """What is wrong with it, also that it is too short or too long, is told as findings."""
    anchor: Anchor | None = None


class ReasonCheck(msgspec.Struct, frozen=True):
    """Whether a draft could be sent, and what was found in it."""

    sendable: bool
    findings: list[Finding]


class RequestEventRead(msgspec.Struct, frozen=True):
    """One step in the history of a request, as the reader may see it."""

    kind: str
    """`sent`, `question`, `answer`, `accepted`, `declined`, `withdrawn`, `expired`, `closed` or `reopened`."""
    by_me: bool
    text: str | None
    at: datetime


class RequestRead(msgspec.Struct, frozen=True):
    """A request as one of its two sides sees it."""

    id: UUID
    sender: MemberSummary
    recipient: MemberSummary
    purpose: Purpose
    anchor: AnchorRead
    reason: str
    state: RequestState
    rounds: int
    created_at: datetime
    expires_at: datetime
    history: list[RequestEventRead]
    connection_id: UUID | None
    can: list[str]
    """What the reader may do now: `acceptance`, `refusal`, `question`, `answer`, `withdrawal`, `reopening`."""
    set_aside: bool = False
    """Whether its recipient, who reads it, has put it aside for later; to its sender it never is."""


class Refusal(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Saying no: silently, or with a sentence."""

    sentence: Annotated[str, length(LONGEST_WORDS, least=0)] | None = None


class Words(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A question to the sender, or the answer to it."""

    text: Annotated[str, length(LONGEST_WORDS)]


class SlotsRead(msgspec.Struct, frozen=True):
    """How many requests are open, how many may be, and when the next place comes back by itself."""

    open: int
    allowed: int
    returns_at: datetime | None
    fewer_until: datetime | None = None
    """Until when there is only one, because several members had to remind this one of what they had connected about."""


class PlacesRead(msgspec.Struct, frozen=True):
    """How many requests take a place with the one who receives them, and how many places they have set."""

    taken: int
    allowed: int


class ConnectionRead(msgspec.Struct, frozen=True):
    """A connection as one of its two members sees it."""

    id: UUID
    member: MemberSummary
    purpose: Purpose
    asked_by_me: bool
    reason: str
    crossed_reason: str | None
    anchor_text: str | None
    """What the reason was about, as long as its reader may read it: its author can take it back."""
    met_where: str | None
    """Where the two had met, when the reason was about that."""
    note: str
    created_at: datetime


class ConnectionUpdate(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A change to one's private note on a connection."""

    note: Annotated[str, length(LONGEST_NOTE, least=0)]
