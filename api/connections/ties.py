"""Connections: how they come about, and how they end. Ended, blocked and departed look alike: there is nothing."""

from uuid import UUID, uuid4

from api import clock
from api.accounts.schemas import Member
from api.connections import queries, request_machine
from api.connections.errors import AlreadyConnectedError
from api.connections.request_rows import RequestRow, lock_members, lock_open_between, record, refused, write
from api.connections.schemas import LONGEST_NOTE, ConnectionRead, ConnectionUpdate
from api.database import fetch, fetch_one, transaction
from api.errors import InvalidError, NotFoundError
from api.event_kinds import Kind
from api.events import tell
from api.profiles.schemas import Purpose
from api.profiles.visibility import are_connected, can_read_connection, is_there_for
from api.protections import Ended, Parted, What, protecting
from api.sealing import seal
from api.texts import problem_with, tidy
from api.unchanged import check_unchanged

_PARTED = "id AS connection, asker, accepter, purpose"


async def connect(row: RequestRow, *, purpose: Purpose | None = None, crossed_reason: str | None = None) -> None:
    """Make the connection that an accepted request becomes, within its transaction.

    Raises:
        NotFoundError: One of the two is not there for the other any more.
    """
    if row.recipient is None:
        raise NotFoundError
    connection_id = uuid4()

    def sealed(text: str | None, column: str) -> str | None:
        return None if text is None else seal(text, about=f"connection.{column}", row=connection_id)

    made = await fetch(
        "INSERT INTO connection (id, request, asker, accepter, purpose, reason, crossed_reason, anchor_text, "
        "asker_note, accepter_note, created_at) SELECT {}, r.id, r.sender, r.recipient, {}, {}, {}, {}, '', '', {} "
        "FROM connection_request AS r WHERE r.id = {} AND {} AND {} RETURNING id",
        connection_id,
        purpose or row.purpose,
        sealed(row.reason, "reason"),
        sealed(crossed_reason, "crossed_reason"),
        sealed(row.anchor_text, "anchor_text"),
        clock.now(),
        row.id,
        is_there_for(row.sender, "r.recipient"),
        is_there_for(row.recipient, "r.sender"),
    )
    if not made:
        raise NotFoundError
    await tell(Kind.REQUEST_ANSWERED, to=row.sender, request_id=row.id)
    for member_id in (row.sender, row.recipient):
        await tell(Kind.CONNECTION_MADE, to=member_id, connection_id=connection_id)


async def check_not_connected(one: UUID, other: UUID) -> None:
    """Hold that two members are not connected.

    Raises:
        AlreadyConnectedError: They are.
    """
    if await fetch_one("SELECT 1 FROM account WHERE id = {} AND {}", other, are_connected(one, "account.id")):
        raise AlreadyConnectedError


async def update_note(actor: Member, connection_id: UUID, *, change: ConnectionUpdate) -> ConnectionRead:
    """Change the actor's private note on a connection; an empty one takes it away.

    Raises:
        NotFoundError: The actor has no such connection.
        InvalidError: The note is too long, or has characters that cannot be kept.
        ChangedMeanwhileError: It is not as the call expects it.
    """
    note = tidy(change.note)
    problem = problem_with(note, field="note", name="Your note", least=0, most=LONGEST_NOTE)
    if problem is not None:
        raise InvalidError(problem.detail, errors=(problem,))
    async with transaction():
        # Of two changes at once the second waits, and finds what the first has written.
        mine = "SELECT 1 FROM connection WHERE id = {} AND (asker = {} OR accepter = {}) FOR NO KEY UPDATE"
        await fetch(mine, connection_id, actor.id, actor.id)
        await queries.connection(actor, connection_id)
        await check_unchanged(queries.connection, actor, connection_id)
        await fetch(
            "UPDATE connection SET asker_note = CASE WHEN asker = {} THEN {} ELSE asker_note END, "
            "accepter_note = CASE WHEN accepter = {} THEN {} ELSE accepter_note END WHERE id = {} AND {}",
            actor.id,
            note and seal(note, about="connection.asker_note", row=connection_id),
            actor.id,
            note and seal(note, about="connection.accepter_note", row=connection_id),
            connection_id,
            can_read_connection(actor.id, "connection.id"),
        )
        return await queries.connection(actor, connection_id)


async def end_connection(actor: Member, connection_id: UUID) -> None:
    """End a connection quietly: it is gone for both, with its conversation.

    Raises:
        NotFoundError: The actor has no such connection.
    """
    async with protecting() as keep:
        await queries.connection(actor, connection_id)
        ended = await fetch(
            "UPDATE connection SET ended_at = {}, ended_by = {} WHERE id = {} AND ended_at IS NULL "
            f"AND (asker = {{}} OR accepter = {{}}) RETURNING {_PARTED}",
            clock.now(),
            actor.id,
            connection_id,
            actor.id,
            actor.id,
        )
        for row in ended:
            keep(Parted(by=actor.id, **row))
    if not ended:  # the other was quicker
        raise NotFoundError


async def close_between(member_a: UUID, member_b: UUID) -> None:
    """End whatever is open or connected between two members, because `member_a` wants none of `member_b`.

    Belongs into the transaction that keeps them apart. A request of theirs is over for `member_a`, whichever side
    they are on; `member_b` learns nothing of it from their own request.
    """
    async with protecting() as keep:
        await lock_members(member_a, member_b)
        now = clock.now()
        if found := await lock_open_between(member_a, member_b):
            row, facts = found
            if row.sender == member_a:
                await write(row.id, request_machine.close_by_sender(facts, now))
                await record(row.id, actor_id=member_a, kind="closed")
                keep(Ended(What.REQUEST, row.id))
            elif not facts.closed_silently:
                await write(row.id, request_machine.close_by_recipient(facts, now))
                await record(row.id, actor_id=member_a, kind="closed", only_recipient_sees=True)
                keep(refused(row, facts, for_good=True))
        ended = await fetch(
            "UPDATE connection SET ended_at = {}, ended_by = {} WHERE ended_at IS NULL "
            f"AND ((asker = {{}} AND accepter = {{}}) OR (asker = {{}} AND accepter = {{}})) RETURNING {_PARTED}",
            now,
            member_a,
            member_a,
            member_b,
            member_b,
            member_a,
        )
        for tie in ended:
            keep(Parted(by=member_a, **tie))
