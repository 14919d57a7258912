"""The parts of an export that are about others too: as the member may read them on the site, and no further.

Who is suspended reads nobody's page: what was said between them and others stays theirs to take out, and of the others
there is the id alone. Else an export a day would tell them when somebody takes another name or moves to another town.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from functools import partial
from typing import Any, TypeVar
from uuid import UUID

import msgspec
from msgspec.structs import replace

from api.accounts.schemas import Member
from api.connections import queries as connections_queries
from api.connections.reason_drafts import reason_drafts
from api.connections.request_views import UNSEEN
from api.connections.schemas import Box
from api.conversations.message_drafts import message_drafts
from api.conversations.queries import MESSAGE
from api.database import fetch
from api.limits.people import seen_lately
from api.moderation.notices import notices
from api.moderation.queries import blocks
from api.moderation.reporting import my_reports
from api.pagination import MOST, Page
from api.profiles.schemas import MemberSummary
from api.profiles.visibility import can_read_connection, can_see_member
from api.sealing.rows import open_in

Rows = list[dict[str, Any]]
Item = TypeVar("Item")

MESSAGES_AT_A_TIME = 32
"""Each may take 16 kB, and whoever takes an export in slowly has a piece of it kept in memory meanwhile."""


async def in_parts(statement: str, *values: object, most: int) -> AsyncIterator[Rows]:
    """The rows of a statement in the order of time, of which only so many are held, however slowly they are taken in.

    Args:
        statement: Up to the end of its conditions, with the columns `created_at` and `id`; it is asked for each part.
        values: What stands in it.
        most: Rows in a part.
    """
    last: tuple[object, ...] = ()
    while True:
        beyond = "AND (created_at, id) > ({}, {})" if last else ""
        batch = await fetch(f"{statement} {beyond} ORDER BY created_at, id LIMIT {{}}", *values, *last, most)
        if not batch:
            return
        last = batch[-1]["created_at"], batch[-1]["id"]
        yield batch


async def _requests(actor: Member) -> AsyncIterator[Rows]:
    for box in Box:
        read_box = partial(connections_queries.requests, actor, box=box, limit=MOST)
        async for page in _pages(read_box):
            yield [{"box": box.value, **row} for row in await _shown(actor, page)]


async def _connections(actor: Member) -> AsyncIterator[Rows]:
    async for page in _pages(partial(connections_queries.connections, actor, limit=MOST)):
        yield await _shown(actor, page)


async def _messages(actor: Member) -> AsyncIterator[Rows]:
    """What both wrote, in the connections that the actor sees, oldest first."""
    async for page in _pages(partial(connections_queries.connections, actor, limit=MOST)):
        for connection in page:
            async for batch in _written(actor, connection.id):
                yield batch


async def _written(actor: Member, connection_id: UUID) -> AsyncIterator[Rows]:
    """What was written in a connection, as long as the actor may read it: an export can be taken in slowly."""
    written = in_parts(
        f"SELECT {MESSAGE} FROM message WHERE connection = {{}} AND {{}}",
        connection_id,
        can_read_connection(actor.id, "message.connection"),
        most=MESSAGES_AT_A_TIME,
    )
    async for batch in written:
        await asyncio.to_thread(_open_messages, batch)
        yield [{"connection": connection_id, **row} for row in batch]


def _open_messages(batch: Rows) -> None:
    open_in(batch, text="message.text")


async def _drafts(actor: Member) -> AsyncIterator[Rows]:
    for kind, drafts in (("reason", await reason_drafts(actor)), ("message", await message_drafts(actor))):
        yield [{"kind": kind, **row} for row in await _shown(actor, drafts)]


async def _matches(actor: Member) -> AsyncIterator[Rows]:
    """Who is on the actor's lists now, as far as the actor may see them and has been shown them.

    Not whoever stands further down: an export would else show more people than the quota of people seen. Their places
    are counted anew, as gaps would tell of members who are there but cannot be met.
    """
    rows = await fetch(
        "SELECT l.purpose, e.position, e.member, CASE WHEN {} THEN {} ELSE a.display_name END AS display_name, "
        "e.strength FROM match_entry AS e "
        "JOIN match_list AS l ON l.id = e.match_list JOIN account AS a ON a.id = e.member "
        "WHERE l.viewer = {} AND {} ORDER BY l.purpose, e.position",
        await _is_suspended(actor),
        UNSEEN.display_name,
        actor.id,
        can_see_member(actor.id, "e.member"),
    )
    seen = await seen_lately(actor.id, [row["member"] for row in rows])
    places: Counter[str] = Counter()
    shown = []
    for row in rows:
        if row["member"] in seen:
            shown.append({**row, "position": places[row["purpose"]]})
            places[row["purpose"]] += 1
    yield shown


async def _choices(actor: Member) -> AsyncIterator[Rows]:
    yield await fetch(
        "SELECT c.member, CASE WHEN {} THEN {} ELSE a.display_name END AS display_name, c.state, c.chosen_at "
        "FROM match_choice AS c "
        "JOIN account AS a ON a.id = c.member WHERE c.viewer = {} AND {} ORDER BY c.chosen_at",
        await _is_suspended(actor),
        UNSEEN.display_name,
        actor.id,
        can_see_member(actor.id, "c.member"),
    )


async def _blocked(actor: Member) -> AsyncIterator[Rows]:
    yield [{"blocked": read.id, "known_as": read.display_name} for read in await blocks(actor)]


async def _reports(actor: Member) -> AsyncIterator[Rows]:
    rows = await fetch("SELECT id, words FROM report WHERE reporter = {} AND words IS NOT NULL", actor.id)
    open_in(rows, words="report.words")
    words = {row["id"]: row["words"] for row in rows}
    yield [{**_plain(read), "words": words.get(read.id)} for read in await my_reports(actor)]


async def _notices(actor: Member) -> AsyncIterator[Rows]:
    yield [_plain(read) for read in await notices(actor)]


async def _pages(read: Callable[..., Awaitable[Page[Item]]]) -> AsyncIterator[list[Item]]:
    """Every page of a list."""
    cursor = None
    while True:
        page = await read(cursor=cursor)
        if page.items:
            yield page.items
        if page.next is None:
            return
        cursor = page.next


async def _shown(actor: Member, read: Sequence[msgspec.Struct]) -> Rows:
    """What the actor reads, as it goes out; while they are suspended, of every other the id alone."""
    if await _is_suspended(actor):
        read = [_nameless(one, actor) for one in read]
    return [_plain(one) for one in read]


def _nameless(read: msgspec.Struct, actor: Member) -> msgspec.Struct:
    named = ((name, getattr(read, name)) for name in read.__struct_fields__)
    others = {
        name: replace(UNSEEN, id=value.id)
        for name, value in named
        if isinstance(value, MemberSummary) and value.id != actor.id
    }
    return replace(read, **others)


async def _is_suspended(actor: Member) -> bool:
    """Looked up each time: an export can be taken in slowly, and an operator makes one for whoever asks."""
    return bool(await fetch("SELECT 1 FROM account WHERE id = {} AND suspended_at IS NOT NULL", actor.id))


def _plain(read: object) -> dict[str, Any]:
    """A Struct as it goes out of the JSON API."""
    made: dict[str, Any] = msgspec.to_builtins(read, builtin_types=())
    return made


PARTS: dict[str, tuple[str, Callable[[Member], AsyncIterator[Rows]]]] = {
    "requests": ("requests that you sent and received, as you may read them", _requests),
    "connections": ("people you are connected with, what for, and your own notes", _connections),
    "messages": ("what you and your connections wrote to each other", _messages),
    "drafts": ("reasons and messages that you have begun and not sent", _drafts),
    "matches": ("who is on your lists", _matches),
    "choices": ("whom you marked as later or not for me", _choices),
    "blocked_members": ("whom you blocked, by the name they had then", _blocked),
    "reports": ("what you reported, and what came of it", _reports),
    "notices": ("decisions of moderators about you, and your objections", _notices),
}
