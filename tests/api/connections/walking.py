"""What the random walks through the services look at: rows as they are kept, and requests as both sides see them."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID, uuid4

from api import clock
from api.accounts.schemas import Member
from api.connections import queries
from api.connections.request_machine import OPEN
from api.connections.request_views import UNSEEN
from api.connections.schemas import Anchor, AnchorKind, Box, RequestCreate, RequestRead, RequestState, SlotsRead
from api.database import fetch
from api.errors import NotFoundError
from api.piccolo_conf import DB
from api.profiles.schemas import Purpose

CAPACITY = 2
DRAFT_REASON = "We stood beside each other at the seed swap, and your question about beans has stayed with me since."

Rows = dict[str, Any]


class CrashedError(Exception):
    """The process is gone, as far as the database can tell."""


@contextmanager
def crashing_after(statements: int) -> Iterator[None]:
    """Let the next so many statements reach the database, and none after them."""
    run = DB.run_querystring
    left = statements

    async def run_or_crash(*args: Any, **kwargs: Any) -> Any:
        nonlocal left
        if left == 0:
            raise CrashedError
        left -= 1
        return await run(*args, **kwargs)

    DB.run_querystring = run_or_crash  # type: ignore[method-assign]
    try:
        yield
    finally:
        DB.run_querystring = run  # type: ignore[method-assign]


async def begin_anew(members: list[Member]) -> None:
    """These members, all of whom have the hobby switched on, and nothing between them."""
    await fetch("TRUNCATE connection_request, request_event, connection, message, block, account CASCADE")
    for member in members:
        await fetch(
            "INSERT INTO account (id, email, display_name, created_at, confirmed_adult_at, request_capacity) "
            "VALUES ({}, {}, {}, {}, {}, {})",
            member.id,
            f"{member.id}@example.org",
            member.display_name,
            clock.now(),
            clock.now(),
            CAPACITY,
        )
        await fetch(
            "INSERT INTO member_purpose (id, member, purpose, switched_on_at) VALUES ({}, {}, {}, {})",
            uuid4(),
            member.id,
            Purpose.HOBBY,
            clock.now(),
        )


def draft_to(recipient: Member) -> RequestCreate:
    """A request because the two have met."""
    met = Anchor(AnchorKind.MET, where="the seed swap")
    return RequestCreate(recipient_id=recipient.id, purpose=Purpose.HOBBY, reason=DRAFT_REASON, anchor=met)


async def rows() -> Rows:
    """Everything that is kept about requests, connections and blocks."""
    [found] = await fetch(
        "SELECT (SELECT json_agg(r ORDER BY id)::text FROM connection_request AS r) AS requests, "
        "(SELECT json_agg(e ORDER BY id)::text FROM request_event AS e) AS events, "
        "(SELECT json_agg(c ORDER BY id)::text FROM connection AS c) AS connections, "
        "(SELECT json_agg(b ORDER BY id)::text FROM block AS b) AS blocks"
    )
    return found


async def parties() -> dict[UUID, tuple[UUID, UUID]]:
    """The sender and the recipient of every request."""
    found = await fetch("SELECT id, sender, recipient FROM connection_request ORDER BY created_at, sender, recipient")
    return {row["id"]: (row["sender"], row["recipient"]) for row in found}


async def seen_by(member: Member, request_id: UUID) -> RequestRead | None:
    """A request as one of its sides sees it, if they do."""
    try:
        return await queries.request(member, request_id)
    except NotFoundError:
        return None


async def sent(member: Member) -> list[RequestRead]:
    """What a member has sent."""
    return (await queries.requests(member, box=Box.SENT, limit=100)).items


async def everything_seen(members: list[Member]) -> list[object]:
    """All that these members can read of their requests and slots."""
    seen: list[object] = []
    for member in members:
        seen += [await queries.requests(member, box=box, limit=100) for box in Box]
        seen += [await queries.slots(member), await queries.waiting(member)]
    return seen


def check_both_sides(of_sender: RequestRead, of_recipient: RequestRead | None) -> None:
    """Hold that the two views of a request differ in nothing but silence."""
    if of_recipient is None:  # a block is between them
        return
    views = (of_sender, of_recipient)
    for facts in ("reason", "rounds", "created_at", "expires_at", "purpose"):
        assert getattr(of_sender, facts) == getattr(of_recipient, facts)
    mine, theirs = (view.state for view in views)
    if mine in OPEN | {RequestState.EXPIRED}:
        assert theirs in {mine, RequestState.DECLINED, RequestState.CLOSED}
    else:
        assert theirs is {RequestState.CLOSED: RequestState.WITHDRAWN}.get(mine, mine)
    if of_sender.recipient.id == UNSEEN.id:  # what they said is not to be read any more
        return
    said = [[(event.kind, event.text) for event in view.history if event.text] for view in views]
    assert said[0] == said[1]
    for view in views:
        kinds = [event.kind for event in view.history]
        assert kinds.count("answer") <= kinds.count("question") == view.rounds <= 2


def takes_slot(request: RequestRead) -> bool:
    """Whether a sender can expect that a request takes one of their slots, from what they see of it."""
    if any(event.kind == "reopened" for event in request.history):
        return False
    unanswered = request.state is RequestState.PENDING or request.state in {RequestState.DECLINED, RequestState.CLOSED}
    return request.state is RequestState.ASKED or (unanswered and clock.now() < request.expires_at)


def check_slots(slots: SlotsRead, mine: list[RequestRead]) -> None:
    """Hold that a sender has as many slots taken as they can expect from what they see."""
    assert 0 <= slots.open <= slots.allowed
    if all(request.recipient.id != UNSEEN.id for request in mine):  # else a reopening may not be readable any more
        taken = [request for request in mine if takes_slot(request)]
        assert slots.open == len(taken)
        assert (slots.returns_at is None) == all(request.state is RequestState.ASKED for request in taken)


async def check_promises(members: list[Member]) -> None:
    """Hold what must hold at every moment, from what each member can read."""
    open_pairs: set[frozenset[UUID]] = set()
    connected: dict[UUID, set[UUID]] = {}
    for member in members:
        mine = await sent(member)
        check_slots(await queries.slots(member), mine)
        for request in mine:
            others = [other for other in members if other.id == (await parties())[request.id][1]]
            check_both_sides(request, await seen_by(others[0], request.id))
            if request.state in OPEN:
                pair = frozenset({member.id, others[0].id})
                assert pair not in open_pairs
                open_pairs.add(pair)
        items = (await queries.connections(member, limit=100)).items
        connected[member.id] = {item.member.id for item in items}
        assert len(connected[member.id]) == len(items)
    for member_id, others_of in connected.items():
        for other in others_of:
            assert member_id in connected[other]
            assert frozenset({member_id, other}) not in open_pairs
