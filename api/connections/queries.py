"""What members read of their requests, their slots and their connections.

A recipient finds no request of a sender who has gone, was suspended, or is kept apart from them by a block.
"""

from datetime import datetime, timedelta
from uuid import UUID

from piccolo.querystring import QueryString

from api import clock
from api.accounts.schemas import Member
from api.connections import request_machine
from api.connections.request_rows import ROW, RequestRow
from api.connections.request_views import SeenRow, views
from api.connections.schemas import AnchorKind, Box, ConnectionRead, PlacesRead, RequestRead, SlotsRead
from api.connections.slots import REMINDED_WITHIN, SLOTS_OF_THE_REMINDED, reminded_until, slots_allowed, start_of_day
from api.database import fetch, fetch_as, fetch_one
from api.errors import NotFoundError
from api.limits.standing import BOTH_WROTE
from api.pagination import DEFAULT_LIMIT, Moment, Page, beyond, page_of
from api.profiles.queries import SUMMARY, summary_of
from api.profiles.schemas import Purpose
from api.profiles.visibility import (
    are_connected,
    can_read_statement,
    can_see_member,
    has_purpose_on,
    have_open_request,
    is_open_for_sender,
    is_there_for,
    places_taken,
)
from api.sealing import open_in

_SEALED = {
    "reason": "connection.reason",
    "crossed_reason": "connection.crossed_reason",
    "anchor_text": "connection.anchor_text",
    "met_where": "connection.anchor_text",
    "asker_note": "connection.asker_note",
    "accepter_note": "connection.accepter_note",
}
"""What each column of `_connections` was sealed for."""


CAME_LATER = (
    "(EXISTS (SELECT 1 FROM connection_request AS later WHERE later.created_at > r.created_at "
    "AND ((later.sender = r.sender AND later.recipient = r.recipient) "
    "OR (later.sender = r.recipient AND later.recipient = r.sender))) "
    "OR EXISTS (SELECT 1 FROM connection AS later WHERE later.created_at > r.created_at "
    "AND ((later.asker = r.sender AND later.accepter = r.recipient) "
    "OR (later.asker = r.recipient AND later.accepter = r.sender))))"
)
"""Whether the two of the request `r` asked each other or were connected since: what came of that stands in its place.

Else who was left, or refused, could connect by an older request what the other has ended.
"""


async def requests(
    actor: Member,
    *,
    box: Box,
    still_open: bool | None = None,
    limit: int = DEFAULT_LIMIT,
    cursor: str | None = None,
) -> Page[RequestRead]:
    """The requests that the actor received or sent, newest first; on request only those that are open to them, or over.

    Raises:
        InvalidError: The cursor is not one of this list.
    """
    following = beyond(cursor, "(r.created_at, r.id) < ({}, {})")
    rows = await fetch_as(
        SeenRow,
        f"{_seen(box)} AND {{}} AND {{}} ORDER BY r.created_at DESC, r.id DESC LIMIT {{}}",
        *_seen_values(actor, box),
        QueryString("TRUE") if still_open is None else QueryString("{} = {}", is_open(box), still_open),
        following,
        limit + 1,
    )
    last = rows[:limit][-1] if rows else None
    position = None if last is None else Moment(last.created_at, last.id)
    return page_of(await views(actor, rows), limit=limit, position=position)


async def request(actor: Member, request_id: UUID) -> RequestRead:
    """A request that the actor received or sent.

    Raises:
        NotFoundError: There is none, or it is not the actor's to see.
    """
    for box in Box:
        rows = await fetch_as(SeenRow, f"{_seen(box)} AND r.id = {{}}", *_seen_values(actor, box), request_id)
        if rows:
            [view] = await views(actor, rows)
            return view
    raise NotFoundError


async def waiting(actor: Member) -> int:
    """How many requests wait for the actor's answer: pending, not declined in silence, and not put aside."""
    return len(await waiting_requests(actor))


async def waiting_requests(actor: Member) -> list[UUID]:
    """The requests that wait for the actor's answer and that they have not put aside, the oldest first."""
    rows = await fetch_as(
        RequestRow,
        f"SELECT {ROW} FROM connection_request AS r WHERE r.recipient = {{}} AND r.state = 'pending' "
        "AND r.declined_silently_at IS NULL AND r.set_aside_at IS NULL AND {} ORDER BY r.created_at, r.id",
        actor.id,
        is_there_for(actor.id, "r.sender"),
    )
    now = clock.now()
    return [row.id for row in rows if "acceptance" in request_machine.recipient_can(row.settled(now))]


async def places(actor: Member) -> PlacesRead:
    """How many requests wait for the actor in the eyes of their senders, and how many may."""
    [row] = await fetch_as(
        PlacesRead,
        "SELECT {} AS taken, request_capacity AS allowed FROM account WHERE id = {}",
        places_taken("account.id"),
        actor.id,
    )
    return row


async def slots(actor: Member) -> SlotsRead:
    """How many requests the actor has open, how many there may be, and when the next place comes back by itself."""
    rows = await fetch_as(
        RequestRow,
        f"SELECT {ROW} FROM connection_request AS r WHERE r.sender = {{}} AND r.holds_slot",
        actor.id,
    )
    account = await fetch_one(
        "SELECT created_at, conversed_at IS NOT NULL OR EXISTS (SELECT 1 FROM connection AS c "
        f"WHERE (c.asker = account.id OR c.accepter = account.id) AND {BOTH_WROTE}) AS has_conversed "
        "FROM account WHERE id = {}",
        actor.id,
    )
    if account is None:
        raise NotFoundError
    now = clock.now()
    settled = [row.settled(now) for row in rows]
    allowed = slots_allowed(created_at=account["created_at"], now=now, has_conversed=account["has_conversed"])
    fewer_until = reminded_until(await _reminders(actor.id, now), now)
    return SlotsRead(
        open=sum(request_machine.takes_slot(facts, now) for facts in settled),
        allowed=allowed if fewer_until is None else SLOTS_OF_THE_REMINDED,
        returns_at=request_machine.slot_returns_at(settled, now),
        fewer_until=fewer_until,
    )


async def _reminders(member_id: UUID, now: datetime) -> list[datetime]:
    """When each member who reminded this one of what they had connected about did so last, before today in UTC.

    Those of today are left out before the last is taken: else one more by the same member would lift what the earlier
    ones set, and tell who gave them. Accounts of one mailbox are one member here: one person may have three.
    """
    rows = await fetch(
        "SELECT max(m.created_at) AS at FROM connection AS c JOIN message AS m ON m.connection = c.id "
        "JOIN account AS a ON a.id = m.author "
        "WHERE (c.asker = {} OR c.accepter = {}) AND m.reminder_of IS NOT NULL AND m.author <> {} "
        "AND m.created_at > {} AND m.created_at < {} GROUP BY coalesce(a.address_digest, uuid_send(a.id))",
        member_id,
        member_id,
        member_id,
        now - REMINDED_WITHIN - timedelta(days=1),
        start_of_day(now),
    )
    return [row["at"] for row in rows]


async def connections(actor: Member, *, limit: int = DEFAULT_LIMIT, cursor: str | None = None) -> Page[ConnectionRead]:
    """The actor's connections, newest first.

    Raises:
        InvalidError: The cursor is not one of this list.
    """
    following = beyond(cursor, "(c.created_at, c.id) < ({}, {})")
    read = await _connections(
        actor, QueryString("{} ORDER BY c.created_at DESC, c.id DESC LIMIT {}", following, limit + 1)
    )
    last = read[:limit][-1] if read else None
    return page_of(read, limit=limit, position=None if last is None else Moment(last.created_at, last.id))


async def connection(actor: Member, connection_id: UUID) -> ConnectionRead:
    """One of the actor's connections.

    Raises:
        NotFoundError: There is none, it has ended, or the other is not there to see.
    """
    read = await _connections(actor, QueryString("c.id = {}", connection_id))
    if not read:
        raise NotFoundError
    return read[0]


async def connection_with(actor: Member, member_id: UUID) -> ConnectionRead | None:
    """The connection of the actor with a member whom they see, if there is one."""
    read = await _connections(actor, QueryString("c.other = {}", member_id))
    return read[0] if read else None


async def _connections(actor: Member, narrowed: QueryString) -> list[ConnectionRead]:
    rows = await fetch(
        "SELECT c.id, c.purpose, c.asker = {} AS asked_by_me, c.reason, c.crossed_reason, "
        "CASE WHEN r.anchor_kind IS DISTINCT FROM {} AND (c.accepter = {} OR {}) THEN c.anchor_text END "
        "AS anchor_text, "
        "CASE WHEN r.anchor_kind = {} THEN c.anchor_text END AS met_where, "
        "CASE WHEN c.asker = {} THEN c.asker_note END AS asker_note, "
        "CASE WHEN c.accepter = {} THEN c.accepter_note END AS accepter_note, c.created_at, c.other, "
        f"{SUMMARY} "
        "FROM (SELECT *, CASE WHEN asker = {} THEN accepter ELSE asker END AS other "
        "FROM connection WHERE ended_at IS NULL AND (asker = {} OR accepter = {})) AS c "
        "JOIN account AS o ON o.id = c.other LEFT JOIN connection_request AS r ON r.id = c.request WHERE {} AND {}",
        actor.id,
        AnchorKind.MET,
        actor.id,
        _anchor_is_readable(actor.id),
        AnchorKind.MET,
        *[actor.id] * 5,
        can_see_member(actor.id, "c.other"),
        narrowed,
    )
    open_in(rows, **_SEALED)
    for row in rows:
        notes = row.pop("asker_note"), row.pop("accepter_note")
        row["note"] = notes[0] or notes[1] or ""
    return [
        ConnectionRead(member=summary_of(row.pop("other"), row), **row | {"purpose": Purpose(row["purpose"])})
        for row in rows
    ]


def _anchor_is_readable(asker_id: UUID) -> QueryString:
    """Whether the one who asked may still read what the request `r` is about."""
    return QueryString(
        "EXISTS (SELECT 1 FROM statement AS s WHERE s.id = r.anchor_statement AND {})",
        can_read_statement(asker_id, "s"),
    )


async def something_came_later(actor: Member, request_id: UUID) -> bool:
    """Whether there was something between the actor and the sender since a request that the actor received."""
    found = f"SELECT 1 FROM connection_request AS r WHERE r.id = {{}} AND r.recipient = {{}} AND {CAME_LATER}"
    return bool(await fetch(found, request_id, actor.id))


def _seen(box: Box) -> str:
    mine, theirs = ("sender", "recipient") if box is Box.SENT else ("recipient", "sender")
    aside = "FALSE" if box is Box.SENT else "r.set_aside_at IS NOT NULL"
    return (
        f"SELECT {ROW}, (r.{theirs} IS NOT NULL AND {{}}) AS other_seen, {{}} AS anchor_seen, {{}} AS reopenable, "
        f"{aside} AS set_aside, "
        "(SELECT c.id FROM connection AS c WHERE c.request = r.id AND c.ended_at IS NULL) AS connection_id "
        f"FROM connection_request AS r WHERE r.{mine} = {{}} AND {{}}"
    )


def is_open(box: Box, alias: str = "r") -> QueryString:
    """Whether a row of `connection_request` is open to the owner of this box, whatever was last written about it."""
    of_sender = is_open_for_sender(alias)
    if box is Box.SENT:
        return of_sender
    return QueryString(
        f"({{}} AND {alias}.declined_silently_at IS NULL AND {alias}.recipient_left_at IS NULL)", of_sender
    )


def _seen_values(actor: Member, box: Box) -> list[object]:
    if box is Box.SENT:
        seen = can_see_member(actor.id, "r.recipient")
        return [seen, _anchor_is_readable(actor.id), QueryString("FALSE"), actor.id, QueryString("TRUE")]
    # A silent refusal that the sender still sees as open is itself the open request between the two.
    free = QueryString(
        f"({{}} OR NOT ({{}} OR {{}} OR {CAME_LATER}) "
        f"AND {has_purpose_on('r.sender', 'r.purpose')} AND {has_purpose_on('r.recipient', 'r.purpose')})",
        is_open_for_sender("r"),
        are_connected(actor.id, "r.sender"),
        have_open_request(actor.id, "r.sender"),
    )
    there = is_there_for(actor.id, "r.sender")
    return [can_see_member(actor.id, "r.sender"), QueryString("TRUE"), free, actor.id, there]
