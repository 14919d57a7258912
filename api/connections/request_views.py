"""A request as each of its two sides sees it.

What a sender reads of a recipient whom they cannot see (any more) is what would be left of one who has gone: no name
and no words of theirs, and an answer that does not come. So a block cannot be told from a departure.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from api import clock
from api.accounts.schemas import Meets, Member
from api.connections import request_machine
from api.connections.request_machine import RequestFacts
from api.connections.request_rows import Event, RequestRow, unwritten
from api.connections.schemas import AnchorKind, AnchorRead, RequestEventRead, RequestRead
from api.database import fetch
from api.profiles.queries import member_summaries
from api.profiles.schemas import MemberSummary
from api.sealing import open_in

UNSEEN = MemberSummary(
    id=UUID(int=0), display_name="Someone who is not here", pronouns=None, place=None, meets=Meets.ONLINE_FIRST
)
"""Stands for a member whom the reader cannot see (any more), whoever it is and whatever the reason."""


class SeenRow(RequestRow, frozen=True, kw_only=True):
    """A request with what its reader may know about the other and do with it."""

    other_seen: bool
    anchor_seen: bool
    """Whether the statement that the request is about is still one that the reader may read."""
    reopenable: bool
    """Whether nothing else between the two stands in the way of reopening it."""
    connection_id: UUID | None
    set_aside: bool
    """Whether the reader has received it, and put it aside."""


async def views(actor: Member, rows: Sequence[SeenRow]) -> list[RequestRead]:
    """The actor's view of their own requests, in the same order."""
    now = clock.now()
    members = {row.sender for row in rows} | {row.recipient for row in rows if row.recipient is not None}
    summaries = await member_summaries(actor, members)
    events = await _histories(actor, rows, now)
    return [_view(actor, row, now, summaries=summaries, history=events[row.id]) for row in rows]


def _view(
    actor: Member,
    row: SeenRow,
    now: datetime,
    *,
    summaries: dict[UUID, MemberSummary],
    history: list[RequestEventRead],
) -> RequestRead:
    facts = row.settled(now)
    mine = row.sender == actor.id
    other = row.recipient if mine else row.sender
    theirs = summaries.get(other, UNSEEN) if row.other_seen and other is not None else UNSEEN
    me = summaries[actor.id]
    return RequestRead(
        id=row.id,
        sender=me if mine else theirs,
        recipient=theirs if mine else me,
        purpose=row.purpose,
        anchor=_anchor(
            row, readable=not mine or (row.other_seen and (row.anchor_seen or row.anchor_kind is AnchorKind.MET))
        ),
        reason=row.reason,
        state=request_machine.as_sender_sees(facts) if mine else request_machine.as_recipient_sees(facts),
        rounds=facts.rounds,
        created_at=row.created_at,
        expires_at=request_machine.runs_out_at(facts, now),
        history=history,
        connection_id=row.connection_id if row.other_seen else None,
        can=request_machine.sender_can(facts, now) if mine else _recipient_can(row, facts),
        set_aside=row.set_aside,
    )


def _anchor(row: SeenRow, *, readable: bool) -> AnchorRead:
    met = row.anchor_kind is AnchorKind.MET
    text = row.anchor_text if readable else None
    return AnchorRead(
        kind=row.anchor_kind,
        id=row.anchor_statement if readable else None,
        text=None if met else text,
        where=text if met else None,
    )


def _recipient_can(row: SeenRow, facts: RequestFacts) -> list[str]:
    return [can for can in request_machine.recipient_can(facts) if can != "reopening" or row.reopenable]


async def _histories(actor: Member, rows: Sequence[SeenRow], now: datetime) -> dict[UUID, list[RequestEventRead]]:
    """What each side may know of what was said and done, in order; by request."""
    written = await fetch(
        "SELECT id, request, actor, kind, text, at, only_recipient_sees FROM request_event "
        "WHERE request = ANY({}::uuid[]) AND (NOT only_recipient_sees OR request = ANY({}::uuid[])) "
        "ORDER BY at, number",
        [row.id for row in rows],
        [row.id for row in rows if row.recipient == actor.id],  # what a sender may not see costs them no time either
    )
    open_in(written, text="request_event.text")
    events: dict[UUID, list[Event]] = defaultdict(list)
    for event in written:
        del event["id"]
        events[event.pop("request")].append(Event(**event))
    found = {}
    for row in rows:
        events[row.id] += unwritten(row, row.settled(now))
        seen = (_event_as_seen(event, row, actor) for event in events[row.id])
        found[row.id] = [event for event in seen if event is not None]
    return found


def _event_as_seen(event: Event, row: SeenRow, actor: Member) -> RequestEventRead | None:
    by_me = event.actor == actor.id
    kind = event.kind
    if row.sender == actor.id:
        by_the_other = event.actor is not None and not by_me
        if event.only_recipient_sees or (by_the_other and not row.other_seen):
            return None
    elif kind == "closed" and not by_me:
        kind = "withdrawn"  # as in `as_recipient_sees`: what made the sender end it is theirs
    return RequestEventRead(kind=kind, by_me=by_me, text=event.text, at=event.at)
