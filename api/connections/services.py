"""Everything that can be done about a request; asking and connecting live in modules of their own."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from piccolo.querystring import QueryString

from api import clock
from api.accounts.schemas import Member
from api.connections import queries, request_machine
from api.connections.errors import AlreadyOpenError, NotNowError
from api.connections.request_machine import OPEN, RequestFacts
from api.connections.request_rows import RequestRow, lock_open_between, lock_request, record, refused, write
from api.connections.schemas import LONGEST_WORDS, Refusal, RequestRead, RequestState, Words
from api.connections.sending import check_reason, send_request
from api.connections.ties import check_not_connected, close_between, connect, end_connection, update_note
from api.database import fetch, transaction
from api.errors import FieldError, InvalidError, NotFoundError
from api.event_kinds import Kind
from api.events import tell
from api.idempotency.services import once
from api.profiles.queries import has_purpose
from api.profiles.visibility import is_active, is_there_for
from api.protections import Ended, What, line_of, protecting, strike_out
from api.texts import problem_with, tidy
from embeddings.reason_contacts import contact_details
from embeddings.reason_findings import finding

__all__ = [
    "accept_request",
    "answer",
    "ask",
    "check_reason",
    "close_between",
    "end_connection",
    "refuse_request",
    "reopen_request",
    "send_request",
    "set_aside",
    "take_up",
    "update_note",
    "withdraw_request",
]

TOLD_AT_ONCE = {"declined", "question", "answer"}
"""Steps with which one answers the other, unless the other is not to see them; a yes is told by `connect`."""


async def accept_request(actor: Member, request_id: UUID) -> RequestRead:
    """Agree to connect; the conversation is open when this returns.

    Raises:
        NotFoundError: The actor has received no such request.
        NotNowError: It is not open for the actor.
    """
    async with once(actor) as doing:
        row, _ = await _move(actor, request_id, request_machine.accept, as_recipient=True, kind="accepted")
        await connect(row)
        return await doing.answer(await queries.request(actor, request_id))


async def refuse_request(actor: Member, request_id: UUID, *, refusal: Refusal) -> RequestRead:
    """Decline: in silence, which the sender never learns, or with a sentence to them.

    Raises:
        NotFoundError: The actor has received no such request.
        NotNowError: It is not open for the actor.
        InvalidError: The sentence cannot be kept, or the actor said no to it with one before.
    """
    sentence = tidy(refusal.sentence or "")
    if sentence:
        _check_words(sentence, field="sentence", name="Your sentence")
    async with protecting() as keep, once(actor) as doing:
        row, facts = await _move(
            actor,
            request_id,
            request_machine.decline_with_sentence if sentence else request_machine.decline_silently,
            as_recipient=True,
            kind="declined",
            text=sentence or None,
            only_recipient_sees=not sentence,
        )
        keep(refused(row, facts, for_good=False), line=line_of(row.id, facts.declined_silently_at or facts.closed_at))
        if sentence:
            await _check_said_once(actor, request_id)
        return await doing.answer(await queries.request(actor, request_id))


async def ask(actor: Member, request_id: UUID, *, words: Words) -> RequestRead:
    """Ask the sender something before deciding; the clock stands still until they answer.

    Raises:
        NotFoundError: The actor has received no such request.
        NotNowError: It is not pending for the actor, or they asked twice already.
        InvalidError: The question is empty, cannot be kept or has contact details in it.
    """
    text = _check_words(tidy(words.text), field="text", name="Your question", unconnected=True)
    async with once(actor) as doing:
        await _move(actor, request_id, request_machine.ask, as_recipient=True, kind="question", text=text)
        return await doing.answer(await queries.request(actor, request_id))


async def answer(actor: Member, request_id: UUID, *, words: Words) -> RequestRead:
    """Answer what the recipient asked.

    Raises:
        NotFoundError: The actor has sent no such request.
        NotNowError: Nothing was asked.
        InvalidError: The answer is empty, cannot be kept or has contact details in it.
    """
    text = _check_words(tidy(words.text), field="text", name="Your answer", unconnected=True)
    async with once(actor) as doing:
        await _move(actor, request_id, request_machine.answer, as_recipient=False, kind="answer", text=text)
        await _keep_aside(request_id, since=None)  # there is something new to read
        return await doing.answer(await queries.request(actor, request_id))


async def withdraw_request(actor: Member, request_id: UUID) -> RequestRead:
    """Take a request back, a day after it was sent or later.

    Raises:
        NotFoundError: The actor has sent no such request.
        NotNowError: It is not open for the actor, or younger than a day.
    """
    async with protecting() as keep, once(actor) as doing:
        await _move(actor, request_id, request_machine.withdraw, as_recipient=False, kind="withdrawn")
        keep(Ended(What.REQUEST, request_id))
        return await doing.answer(await queries.request(actor, request_id))


async def reopen_request(actor: Member, request_id: UUID) -> RequestRead:
    """Think better of a request that the actor declined or let expire.

    Raises:
        NotFoundError: The actor has received no such request.
        NotNowError: It did not end like that, something came after it, or one of the two has switched its purpose off.
        AlreadyConnectedError: The two are connected by now.
        AlreadyOpenError: Another request is open between the two.
    """
    async with once(actor) as doing:
        row, facts = await _lock(actor, request_id, as_recipient=True)
        now = clock.now()
        reopened = request_machine.reopen(facts, now)
        leaves_trace = facts.state not in OPEN
        if leaves_trace:
            await check_not_connected(actor.id, row.sender)
            if await lock_open_between(row.sender, actor.id):
                raise AlreadyOpenError
            if await queries.something_came_later(actor, row.id):
                raise NotNowError("You two asked each other or were connected since. What came of that stands.")
            if not (await has_purpose(row.sender, row.purpose) and await has_purpose(actor.id, row.purpose)):
                raise NotNowError("One of you has switched this purpose off.")
        await write(row.id, reopened, provided=_may_act(actor, as_recipient=True))
        await _keep_aside(request_id, since=None)
        await record(row.id, actor_id=actor.id, kind="reopened", only_recipient_sees=not leaves_trace)
        read = await doing.answer(await queries.request(actor, request_id))
    await strike_out(line_of(row.id, facts.declined_silently_at or facts.closed_at))
    return read


async def set_aside(actor: Member, request_id: UUID) -> RequestRead:
    """Put a request aside for later: it waits no more among the first, and goes on as before. Nobody else learns it.

    Raises:
        NotFoundError: The actor has received no such request.
        NotNowError: It does not wait for the actor's answer.
    """
    async with transaction():
        _, facts = await _lock(actor, request_id, as_recipient=True)
        if request_machine.as_recipient_sees(facts) is not RequestState.PENDING:
            raise NotNowError("It does not wait for your answer now.")
        await _keep_aside(request_id, since=clock.now())
        return await queries.request(actor, request_id)


async def take_up(actor: Member, request_id: UUID) -> RequestRead:
    """Put a request back among those that wait, if it was put aside.

    Raises:
        NotFoundError: The actor has received no such request.
    """
    async with transaction():
        await _lock(actor, request_id, as_recipient=True)
        await _keep_aside(request_id, since=None)
        return await queries.request(actor, request_id)


async def _check_said_once(actor: Member, request_id: UUID) -> None:
    """Hold that no is said with one sentence at most: whoever opens a request again must not write without end."""
    said = "SELECT 1 FROM request_event WHERE actor = {} AND request = {} AND kind = 'declined' AND text IS NOT NULL"
    if len(await fetch(said, actor.id, request_id)) > 1:
        raise InvalidError.field(
            "sentence", "said-before", "You said no with a sentence before. Say no silently, or accept this request."
        )


async def _keep_aside(request_id: UUID, *, since: datetime | None) -> None:
    """Note on a locked request since when it is put aside."""
    await fetch("UPDATE connection_request SET set_aside_at = {} WHERE id = {}", since, request_id)


async def _move(
    actor: Member,
    request_id: UUID,
    step: Callable[[RequestFacts, datetime], RequestFacts],
    *,
    as_recipient: bool,
    kind: str,
    text: str | None = None,
    only_recipient_sees: bool = False,
) -> tuple[RequestRow, RequestFacts]:
    """Take one step of the machine with a request of the actor's, and write its history; what it was and is now."""
    row, before = await _lock(actor, request_id, as_recipient=as_recipient)
    facts = step(before, clock.now())
    await write(row.id, facts, provided=_may_act(actor, as_recipient=as_recipient))
    await record(row.id, actor_id=actor.id, kind=kind, text=text, only_recipient_sees=only_recipient_sees)
    other = row.sender if as_recipient else row.recipient
    if kind in TOLD_AT_ONCE and not only_recipient_sees and other is not None:
        await tell(Kind.REQUEST_ANSWERED, to=other, request_id=row.id)
    return row, facts


async def _lock(actor: Member, request_id: UUID, *, as_recipient: bool) -> tuple[RequestRow, RequestFacts]:
    row, facts = await lock_request(request_id)
    theirs = "SELECT 1 FROM connection_request AS r WHERE r.id = {} AND {}"
    if not await fetch(theirs, request_id, _may_act(actor, as_recipient=as_recipient)):
        raise NotFoundError
    return row, facts


def _may_act(actor: Member, *, as_recipient: bool) -> QueryString:
    """Whether the actor may do something with the request `r`: checked before it, and in the statement that does it.

    A sender may act on their own whoever is there to read it: that the recipient blocked them must not show.
    """
    if as_recipient:
        there = is_there_for(actor.id, "r.sender")
        return QueryString("(r.recipient = {} AND {} AND {})", actor.id, there, is_active(actor.id))
    return QueryString("(r.sender = {} AND {})", actor.id, is_active(actor.id))


def _check_words(text: str, *, field: str, name: str, unconnected: bool = False) -> str:
    problem = problem_with(text, field=field, name=name, most=LONGEST_WORDS)
    if problem is None and unconnected and contact_details(text):
        problem = FieldError(f"/{field}", "contact-details", finding("contact-details", 0, len(text)).message)
    if problem is not None:
        raise InvalidError(problem.detail, errors=(problem,))
    return text
