"""What goes in and out of the moderation domain."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

import msgspec

from api.profiles.schemas import Audience, Purpose, Role
from api.texts import length

LONGEST_WORDS = 2000


class TargetKind(StrEnum):
    """What can be reported."""

    REQUEST = "request"
    MESSAGE = "message"
    MEMBER = "member"
    STATEMENT = "statement"


class Category(StrEnum):
    """What is wrong, in the eyes of the one who reports it; each is a rule that it may break."""

    GENERIC = "generic"
    CONNECTED_THEN_PITCHED = "connected_then_pitched"
    HARASSMENT = "harassment"
    SCAM = "scam"
    OUT_OF_PLACE = "out_of_place"
    DANGER = "danger"


class Decision(StrEnum):
    """What moderators decided; all but the first have an effect, and a notice that says so."""

    NO_ACTION = "no_action"
    WORDS_TO_MEMBER = "words_to_member"
    WORDS_REMOVED = "words_removed"
    REQUESTS_PAUSED = "requests_paused"
    ACCOUNT_SUSPENDED = "account_suspended"


class AppealOutcome(StrEnum):
    """What another moderator made of an appeal."""

    UPHELD = "upheld"
    OVERTURNED = "overturned"


class Target(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is reported."""

    kind: TargetKind
    id: UUID


class ReportCreate(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A report; `words` say more, and `block` keeps the reported member away from now on."""

    target: Target
    category: Category
    words: Annotated[str, length(LONGEST_WORDS, least=0)] | None = None
    block: bool = False


class ReportRead(msgspec.Struct, frozen=True):
    """One of one's own reports, and what came of it."""

    id: UUID
    target: Target
    category: Category
    state: Literal["waiting", "decided"]
    outcome: Literal["no_rule_broken", "acted", "overturned"] | None
    """What came of it: nothing that breaks a rule; something was done; or that was taken back after an appeal."""
    created_at: datetime
    decided_at: datetime | None


Side = Literal["reporter", "reported"]
PartKind = Literal[
    "name",
    "pronouns",
    "statement",
    "anchor",
    "met",
    "reason",
    "crossed_reason",
    "question",
    "answer",
    "refusal",
    "message",
]


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """One piece of evidence: a text as the one who reported could read it at that moment."""

    kind: PartKind
    text: str
    by: Side
    id: UUID | None = None
    """The row that the text stands in, where it can be taken out."""
    concerned: bool = False
    """Whether it is what was reported, and not what stands around it."""
    at: datetime | None = None
    purpose: Purpose | None = None
    role: Role | None = None
    audience: Audience | None = None


class Evidence(msgspec.Struct, frozen=True):
    """What was reported, with its context, as it was when it was reported."""

    kind: TargetKind
    reporter_name: str
    reported_name: str
    purpose: Purpose | None
    parts: list[Part]


class DecisionCreate(msgspec.Struct, frozen=True, kw_only=True):
    """What a moderator decides about a report."""

    decision: Decision
    reason: str
    """Why, for other moderators and for an appeal."""
    rule: Category | None = None
    """The rule that was broken; none when nothing is done."""
    words: str = ""
    """What the member is told, beside what the notice says by itself."""
    parts: frozenset[int] = frozenset()
    """Which pieces of the evidence it is about, all by the member concerned."""
    days: int | None = None
    """For how long requests are paused."""
    at_once: str = ""
    """Why an account is suspended without an earlier step."""


class AppealDecision(msgspec.Struct, frozen=True, kw_only=True):
    """What another moderator decides about an appeal; the member reads the reason."""

    outcome: AppealOutcome
    reason: str


class NoticeText(msgspec.Struct, frozen=True):
    """What a member is told of a decision: the words of the moderator, and the member's own words that it is about."""

    words: str
    quotes: list[str]


class NoticeRead(msgspec.Struct, frozen=True, kw_only=True):
    """A decision as the member whom it concerns reads it; who reported, and that anybody did, is not in it."""

    id: UUID
    decision: Decision
    rule: Category
    text: NoticeText
    decided_at: datetime
    requests_paused_until: datetime | None
    seen: bool
    appealed_at: datetime | None
    appeal: str | None
    appeal_outcome: AppealOutcome | None
    appeal_reason: str | None
    appeal_decided_at: datetime | None


class WaitingCase(msgspec.Struct, frozen=True, kw_only=True):
    """A case in the queue: what it is about, but no words of anybody."""

    id: UUID
    kind: TargetKind
    category: Category
    created_at: datetime
    is_appeal: bool
    claimed_by: str | None
    """The name of the moderator who has it."""
    claimed_until: datetime | None
    mine: bool


class CaseRead(msgspec.Struct, frozen=True, kw_only=True):
    """A case as the moderator reads it who has taken it."""

    id: UUID
    kind: TargetKind
    category: Category
    created_at: datetime
    claimed_until: datetime
    words: str | None
    evidence: Evidence
    reported_is_here: bool
    earlier: list["EarlierDecision"]
    may_suspend: bool
    """Whether there was an earlier step, so that suspending the account needs no reason of its own."""
    decided: "DecidedRead | None"


class DecidedRead(msgspec.Struct, frozen=True, kw_only=True):
    """A decision as the moderator reads it who looks at the appeal against it."""

    decision: Decision
    rule: Category | None
    reason: str
    text: NoticeText | None
    decided_at: datetime
    requests_paused_until: datetime | None
    appeal: str | None


class EarlierDecision(msgspec.Struct, frozen=True):
    """Something that was decided about the same member before: never the words of that case."""

    decision: Decision
    rule: Category | None
    decided_at: datetime
    overturned: bool


class AuditRead(msgspec.Struct, frozen=True):
    """One line of the audit trail."""

    id: UUID
    at: datetime
    moderator: str
    act: str
    report: UUID | None
    detail: str
