"""Asking another member to connect: the reason is judged first, and only then is anything locked or kept."""

from datetime import datetime
from uuid import UUID, uuid4

from api import clock
from api.accounts.schemas import Member
from api.connections import queries, reason_checks, request_machine
from api.connections.errors import (
    AlreadyOpenError,
    ReasonNotedError,
    ReasonRefusedError,
    RequestsPausedError,
    TooSoonError,
)
from api.connections.quotas import check_room_to_write
from api.connections.reason_checks import Subject
from api.connections.reason_drafts import forget_sent_reason
from api.connections.request_machine import PAUSE, RequestFacts
from api.connections.request_rows import lock_members, lock_open_between, record, write
from api.connections.schemas import ReasonCheck, RequestCreate, RequestRead
from api.connections.slots import SenderRoom
from api.connections.ties import check_not_connected, connect
from api.database import fetch, fetch_one
from api.disagreements.schemas import Judged
from api.disagreements.services import count_shown
from api.encoding import check_not_busy
from api.errors import ConflictError, NotFoundError, SuspendedError
from api.event_kinds import Kind
from api.events import tell
from api.idempotency.services import once
from api.profiles.queries import see_member
from api.profiles.visibility import can_see_member, has_purpose_on, places_taken
from api.sealing import seal
from embeddings.reasons import EarlierReason, Finding, sendable


async def check_reason(actor: Member, *, draft: RequestCreate) -> ReasonCheck:
    """Say what would be found in a reason, without keeping or using up anything.

    Raises:
        QuotaReachedError: The actor has not seen them, and may see nobody new just now.
        NotFoundError: There is no such member for this purpose, or the actor may not see them.
        PurposeOffError: The actor has not switched the purpose on.
        InvalidError: Something in it cannot be kept.
        ConflictError: The recipient changed the words that the reason is about.
        BusyError: Too many reasons are to be looked at just now.
    """
    await check_not_busy()
    _, findings = await _judge(actor, draft, await reason_checks.earlier_reasons(actor, draft.recipient_id))
    return ReasonCheck(sendable=sendable(findings), findings=findings)


async def send_request(actor: Member, *, draft: RequestCreate, past_notes: bool = True) -> RequestRead:
    """Ask another member to connect. When they have asked the actor already, this accepts.

    Args:
        actor: Whoever asks.
        draft: Whom, about what, and why.
        past_notes: Whether notes let it go, as they do for programs; pages stop at them once.

    Raises:
        RequestsPausedError: Moderators paused the actor's requests.
        QuotaReachedError: The actor has not seen them, and may see nobody new just now.
        NotFoundError: There is no such member for this purpose, or the actor may not see them.
        PurposeOffError: The actor has not switched the purpose on.
        InvalidError: Something in it cannot be kept.
        ReasonRefusedError: The reason cannot go as it is; says what to change.
        ReasonNotedError: Something was noted, and that is not passed.
        AlreadyConnectedError: The two are connected.
        AlreadyOpenError: The actor has asked, and that is not over.
        TooSoonError: The actor asked before, and the pause is not over.
        WrittenQuotaReachedError: The actor has written to as many people as they may for now.
        NoSlotError: The actor has as many open requests as they may have.
        RecipientFullError: The recipient has enough to answer just now.
        ConflictError: The recipient changed the words that the reason is about.
        BusyError: Too many reasons are to be looked at just now.
    """
    await check_not_busy()
    await _check_may_ask(actor)
    earlier = await reason_checks.earlier_reasons(actor, draft.recipient_id)
    judged, findings = await _judge(actor, draft, earlier)
    refused = not sendable(findings)
    if refused or (findings and not past_notes):
        await count_shown(actor, [found.code for found in findings], judged=Judged.REASON)
        raise ReasonRefusedError(findings) if refused else ReasonNotedError(findings)
    async with once(actor) as doing:
        await lock_members(actor.id, draft.recipient_id)
        await _check_may_ask(actor)
        await _check_unchanged(actor, draft, judged)
        # Several at once are judged side by side, but sent one after the other.
        if copy := await reason_checks.copy_of_newer(actor, draft=draft, subject=judged, earlier=earlier):
            raise ReasonRefusedError([copy])
        request_id = await _cross_or_send(actor, draft, judged)
        await forget_sent_reason(actor, draft)
        return await doing.answer(await queries.request(actor, request_id))


async def _check_may_ask(actor: Member) -> None:
    """Hold that moderators let the actor ask; once more when they are locked, as a decision counts at once."""
    row = await fetch_one(
        "SELECT suspended_at, requests_paused_until AS until FROM account WHERE id = {}",
        actor.id,
    )
    if row is not None and row["suspended_at"] is not None:
        raise SuspendedError
    if row is not None and row["until"] is not None and clock.now() < row["until"]:
        raise RequestsPausedError(row["until"])


async def _judge(actor: Member, draft: RequestCreate, earlier: list[EarlierReason]) -> tuple[Subject, list[Finding]]:
    await see_member(actor, draft.recipient_id)
    subject = await reason_checks.find_subject(actor, draft=draft)
    findings = await reason_checks.judge(actor, draft=draft, subject=subject, earlier=earlier)
    if not sendable(findings):  # perhaps only because the words or their author have gone while it was judged
        await _check_unchanged(actor, draft, subject)
    return subject, findings


async def _check_unchanged(actor: Member, draft: RequestCreate, judged: Subject) -> None:
    if await reason_checks.find_subject(actor, draft=draft) != judged:
        raise ConflictError("They have just changed the words that your reason is about. Read them again first.")


async def _cross_or_send(actor: Member, draft: RequestCreate, subject: Subject) -> UUID:
    """Accept the open request of the recipient, or keep a new one; both members are locked."""
    await check_not_connected(actor.id, subject.recipient_id)
    reason = reason_checks.tidied_reason(draft)
    now = clock.now()
    if standing := await lock_open_between(actor.id, subject.recipient_id):
        row, facts = standing
        if row.sender == actor.id:
            raise AlreadyOpenError
        await write(row.id, request_machine.cross(facts, now))
        await record(row.id, actor_id=actor.id, kind="accepted", text=reason)
        # Where the actor had blocked the sender or withdrawn their consent, only the purpose they name now stands.
        await connect(row, purpose=draft.purpose if facts.closed_silently else row.purpose, crossed_reason=reason)
        return row.id
    facts = request_machine.send(now, room=await _room(actor, subject.recipient_id, now))
    return await _insert(actor, draft, subject, reason=reason, facts=facts)


async def _room(actor: Member, recipient_id: UUID, now: datetime) -> SenderRoom:
    await _check_pause(actor.id, recipient_id, now)
    await check_room_to_write(actor.id, recipient_id)
    slots = await queries.slots(actor)
    [row] = await fetch(
        "SELECT request_capacity AS capacity, {} AS taken, (SELECT max(may_ask_again_at) FROM connection_request "
        "WHERE sender = {} AND recipient = account.id) AS may_ask_again_at FROM account WHERE id = {}",
        places_taken("account.id"),
        actor.id,
        recipient_id,
    )
    return SenderRoom(
        slots_open=slots.open,
        slots_allowed=slots.allowed,
        recipient_taken=row["taken"],
        recipient_capacity=row["capacity"],
        may_ask_again_at=row["may_ask_again_at"],
    )


async def _check_pause(sender_id: UUID, recipient_id: UUID, now: datetime) -> None:
    """Whoever was left does not write to the one who left, for as long as after a refusal."""
    row = await fetch_one(
        "SELECT max(ended_at) AS left_at FROM connection "
        "WHERE ended_by = {} AND ((asker = {} AND accepter = {}) OR (asker = {} AND accepter = {}))",
        recipient_id,
        sender_id,
        recipient_id,
        recipient_id,
        sender_id,
    )
    if row is not None and row["left_at"] is not None and now < row["left_at"] + PAUSE:
        raise TooSoonError(row["left_at"] + PAUSE)


async def _insert(actor: Member, draft: RequestCreate, subject: Subject, *, reason: str, facts: RequestFacts) -> UUID:
    request_id = uuid4()
    said = subject.anchor_text
    anchor_kind = draft.anchor.kind if draft.anchor is not None else None  # judged: never None here
    sent = await fetch(
        "INSERT INTO connection_request (id, sender, recipient, purpose, anchor_kind, anchor_statement, anchor_text, "
        "reason, state, rounds, created_at, opened_at, expires_at, closed_silently, holds_slot) "
        "SELECT {}, {}, account.id, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {} FROM account "
        f"WHERE account.id = {{}} AND {{}} AND {has_purpose_on('account.id', '{}::varchar')} RETURNING id",
        request_id,
        actor.id,
        draft.purpose,
        anchor_kind,
        subject.anchor_statement,
        None if said is None else seal(said, about="connection_request.anchor_text", row=request_id),
        seal(reason, about="connection_request.reason", row=request_id),
        facts.state,
        facts.rounds,
        facts.created_at,
        facts.opened_at,
        facts.expires_at,
        facts.closed_silently,
        facts.holds_slot,
        subject.recipient_id,
        can_see_member(actor.id, "account.id"),
        draft.purpose,
    )
    if not sent:
        raise NotFoundError
    await record(request_id, actor_id=actor.id, kind="sent")
    await tell(Kind.REQUEST_RECEIVED, to=subject.recipient_id, request_id=request_id)
    return request_id
