"""The life of a request as pure functions of what is known about it and of the time; nothing here reads or writes.

What the sender sees is `state`, and nothing else. A silent refusal leaves `state` alone: the request goes on exactly as
an ignored one would, may be asked about, answered, withdrawn, and expires at the same moment. Only
`declined_silently_at` tells the recipient that they are done with it. A block or a withdrawn consent of the recipient
ends a request in the same silence, and for good. What the sender ends themself they see as ended.

The ends of a request are lazy: `settled` says where one stands at a moment, whatever was last written about it. Every
transition settles first, so that the clock wins against whoever comes late.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from api.connections.errors import NoSlotError, NotNowError, RecipientFullError, TooSoonError
from api.connections.schemas import RequestState
from api.connections.slots import SenderRoom

LIFETIME = timedelta(days=30)
WITHDRAWABLE_AFTER = timedelta(hours=24)
PAUSE = timedelta(days=90)
MOST_ROUNDS = 2

OPEN = frozenset({RequestState.PENDING, RequestState.ASKED})


class RequestFacts(Struct, frozen=True, kw_only=True):
    """All that decides what may become of a request. Times are in UTC."""

    state: RequestState
    """What the sender sees."""
    rounds: int
    """Questions asked so far."""
    created_at: datetime
    opened_at: datetime
    """When it was sent or last reopened."""
    expires_at: datetime
    """When it expires; while it is asked, when it would have if nobody had asked."""
    asked_at: datetime | None = None
    """Since when the clock stands still."""
    closed_at: datetime | None = None
    declined_silently_at: datetime | None = None
    closed_silently: bool = False
    sender_left_at: datetime | None = None
    """When the sender switched the purpose off while it was open."""
    recipient_left_at: datetime | None = None
    """When the recipient did."""
    holds_slot: bool = True
    may_ask_again_at: datetime | None = None


def send(now: datetime, *, room: SenderRoom) -> RequestFacts:
    """A new request.

    Raises:
        TooSoonError: The sender asked this recipient before, and the pause is not over.
        NoSlotError: The sender's slots are taken.
        RecipientFullError: As many wait for the recipient, in the eyes of their senders, as they can bear.
    """
    if room.may_ask_again_at is not None and now < room.may_ask_again_at:
        raise TooSoonError(room.may_ask_again_at)
    if room.slots_open >= room.slots_allowed:
        raise NoSlotError(room.slots_allowed)
    if room.recipient_taken >= room.recipient_capacity:
        raise RecipientFullError
    return RequestFacts(state=RequestState.PENDING, rounds=0, created_at=now, opened_at=now, expires_at=now + LIFETIME)


def settled(facts: RequestFacts, now: datetime) -> RequestFacts:
    """Where a request stands at this moment, by the clock and by who has left the purpose, in that order."""
    if _is_open_at(facts, facts.recipient_left_at):
        facts = close_by_recipient(facts, facts.recipient_left_at or now)
    if _is_open_at(facts, facts.sender_left_at):
        return close_by_sender(facts, facts.sender_left_at or now)
    if facts.state is RequestState.PENDING and now >= facts.expires_at:
        return _ended(facts, RequestState.EXPIRED, facts.expires_at, holds_slot=False)
    return facts


def ask(facts: RequestFacts, now: datetime) -> RequestFacts:
    """The recipient asks the sender something; the clock stands still until they answer.

    Raises:
        NotNowError: It is not pending for the recipient, or there were questions enough.
    """
    facts = _settled_for_recipient(facts, now, {RequestState.PENDING})
    if facts.rounds >= MOST_ROUNDS:
        raise NotNowError("You have asked twice already. Accept this request, decline it, or leave it.")
    return replace(facts, state=RequestState.ASKED, rounds=facts.rounds + 1, asked_at=now)


def answer(facts: RequestFacts, now: datetime) -> RequestFacts:
    """The sender answers; the request lives on for as long as it had left when it was asked about.

    Raises:
        NotNowError: Nothing was asked, or the sender has left since.
    """
    facts = settled(facts, now)
    if facts.state is not RequestState.ASKED:
        raise NotNowError("There is no question to answer.")
    return replace(facts, state=RequestState.PENDING, expires_at=runs_out_at(facts, now), asked_at=None)


def accept(facts: RequestFacts, now: datetime) -> RequestFacts:
    """The recipient agrees, also while a question is open.

    Raises:
        NotNowError: It is not open for the recipient.
    """
    return _accepted(_settled_for_recipient(facts, now, OPEN), now)


def cross(facts: RequestFacts, now: datetime) -> RequestFacts:
    """The recipient, asking the sender in turn, agrees by that; also when they had declined in silence or been away.

    Raises:
        NotNowError: The sender does not see it as open.
    """
    facts = settled(facts, now)
    if facts.state not in OPEN:
        raise NotNowError
    return _accepted(replace(facts, declined_silently_at=None, closed_silently=False), now)


def decline_silently(facts: RequestFacts, now: datetime) -> RequestFacts:
    """The recipient is done with it, and the sender sees nothing of that.

    Raises:
        NotNowError: It is not open for the recipient.
    """
    return replace(_settled_for_recipient(facts, now, OPEN), declined_silently_at=now)


def decline_with_sentence(facts: RequestFacts, now: datetime) -> RequestFacts:
    """The recipient says no. The slot stays taken until the request would have expired.

    Raises:
        NotNowError: It is not open for the recipient.
    """
    facts = _settled_for_recipient(facts, now, OPEN)
    return _ended(facts, RequestState.DECLINED, now, holds_slot=facts.holds_slot)


def withdraw(facts: RequestFacts, now: datetime) -> RequestFacts:
    """The sender takes it back.

    Raises:
        NotNowError: The sender does not see it as open, or it is younger than a day.
    """
    facts = settled(facts, now)
    if facts.state not in OPEN:
        raise NotNowError("This request is not open any more.")
    if now < facts.created_at + WITHDRAWABLE_AFTER:
        raise NotNowError("A request can be withdrawn a day after it was sent.")
    return _ended(facts, RequestState.WITHDRAWN, now, holds_slot=False)


def close_by_sender(facts: RequestFacts, now: datetime) -> RequestFacts:
    """The sender blocked the recipient or switched the purpose off. The slot stays taken, as on a refusal."""
    return _ended(facts, RequestState.CLOSED, now, holds_slot=facts.holds_slot) if facts.state in OPEN else facts


def close_by_recipient(facts: RequestFacts, now: datetime) -> RequestFacts:
    """The recipient blocked the sender or switched the purpose off: the sender must not notice from the request."""
    if facts.state not in OPEN or facts.closed_silently:
        return facts
    return replace(facts, declined_silently_at=facts.declined_silently_at or now, closed_silently=True)


def reopen(facts: RequestFacts, now: datetime) -> RequestFacts:
    """The recipient thinks better of it. It takes no slot from now on if the sender saw it end.

    A silent refusal taken back before its time leaves no trace for the sender, not even in the time that is left.

    Raises:
        NotNowError: The recipient neither declined it nor let it expire, or it ended otherwise.
    """
    facts = settled(facts, now)
    if as_recipient_sees(facts) not in {RequestState.DECLINED, RequestState.EXPIRED}:
        raise NotNowError("Only a request that you declined or that expired can be reopened.")
    if facts.state in OPEN:
        return replace(facts, declined_silently_at=None)
    return replace(
        facts,
        state=RequestState.PENDING,
        opened_at=now,
        expires_at=now + LIFETIME,
        closed_at=None,
        declined_silently_at=None,
        sender_left_at=None,
        recipient_left_at=None,
        holds_slot=False,
        may_ask_again_at=None,
    )


def as_sender_sees(facts: RequestFacts) -> RequestState:
    """What a settled request is to its sender."""
    return facts.state


def as_recipient_sees(facts: RequestFacts) -> RequestState:
    """What a settled request is to its recipient. What the sender ended looks taken back, whatever made them."""
    if facts.state is RequestState.CLOSED:
        return RequestState.WITHDRAWN
    if facts.state in {*OPEN, RequestState.EXPIRED}:
        if facts.closed_silently:
            return RequestState.CLOSED
        if facts.declined_silently_at is not None:
            return RequestState.DECLINED
    return facts.state


def sender_can(facts: RequestFacts, now: datetime) -> list[str]:
    """What the sender may do to a settled request."""
    can = ["answer"] if facts.state is RequestState.ASKED else []
    if facts.state in OPEN and now >= facts.created_at + WITHDRAWABLE_AFTER:
        can.append("withdrawal")
    return can


def recipient_can(facts: RequestFacts) -> list[str]:
    """What the recipient may do to a settled request."""
    seen = as_recipient_sees(facts)
    if seen in OPEN:
        may_ask = seen is RequestState.PENDING and facts.rounds < MOST_ROUNDS
        return ["acceptance", "refusal", *(["question"] if may_ask else [])]
    return ["reopening"] if seen in {RequestState.DECLINED, RequestState.EXPIRED} else []


def runs_out_at(facts: RequestFacts, now: datetime) -> datetime:
    """When a request expires or would have expired, if a question that is open were answered now."""
    return facts.expires_at if facts.asked_at is None else facts.expires_at + (now - facts.asked_at)


def takes_slot(facts: RequestFacts, now: datetime) -> bool:
    """Whether a request takes one of its sender's slots at this moment. Depends on nothing the sender may not see."""
    return facts.holds_slot and (facts.state is RequestState.ASKED or now < facts.expires_at)


def slot_returns_at(requests: Iterable[RequestFacts], now: datetime) -> datetime | None:
    """When the next slot comes back by itself; None when none is taken or all wait for the sender's own answer."""
    held = (facts.expires_at for facts in requests if takes_slot(facts, now) and facts.asked_at is None)
    return min(held, default=None)


def _is_open_at(facts: RequestFacts, moment: datetime | None) -> bool:
    """Whether a request that was last written as open was still open at a moment, if there was one."""
    return moment is not None and (
        facts.state is RequestState.ASKED or (facts.state is RequestState.PENDING and moment < facts.expires_at)
    )


def _settled_for_recipient(facts: RequestFacts, now: datetime, wanted: Iterable[RequestState]) -> RequestFacts:
    facts = settled(facts, now)
    if as_recipient_sees(facts) not in wanted:
        raise NotNowError("This request does not wait for your answer now.")
    return facts


def _accepted(facts: RequestFacts, now: datetime) -> RequestFacts:
    return replace(
        facts,
        state=RequestState.ACCEPTED,
        expires_at=runs_out_at(facts, now),
        asked_at=None,
        closed_at=now,
        holds_slot=False,
        may_ask_again_at=now + PAUSE,
    )


def _ended(facts: RequestFacts, state: RequestState, at: datetime, *, holds_slot: bool) -> RequestFacts:
    return replace(
        facts,
        state=state,
        expires_at=runs_out_at(facts, at),
        asked_at=None,
        closed_at=at,
        holds_slot=holds_slot,
        may_ask_again_at=at + PAUSE,
    )
