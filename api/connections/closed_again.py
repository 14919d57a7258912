"""Letting what ended between two members be over again, after a restore that has undone it."""

from datetime import datetime
from uuid import UUID

from api.connections import request_machine
from api.connections.errors import NotNowError
from api.connections.request_rows import lock_members, lock_open_between, lock_request, record, write
from api.connections.schemas import AnchorKind, RequestState
from api.database import fetch, transaction
from api.errors import NotFoundError
from api.protections import Parted, Refused
from api.sealing import seal

LOST = "These words were lost when this site was put back from a backup; what came of them still holds."
"""What is sealed in the place of words: longer than the shortest reason."""


async def refuse_again(said: Refused, *, at: datetime) -> bool:
    """Let a request be refused in silence that somebody said no to; whether it was not.

    One that the restore has lost is there again without its words, so that its sender waits as long as before.
    """
    async with transaction():
        await lock_members(said.sender, said.recipient)
        try:
            row, facts = await lock_request(said.request)
        except NotFoundError:
            return await _keep_refused(said, at=at)
        if facts.opened_at != said.opened_at and not said.for_good:
            return False  # it was opened again since
        try:
            if said.for_good:
                closed = request_machine.close_by_recipient(facts, at)
            else:
                closed = request_machine.decline_silently(facts, at)
        except NotNowError:
            return False
        if closed == facts:
            return False
        await write(row.id, closed)
        kind = "closed" if said.for_good else "declined"
        await record(row.id, actor_id=said.recipient, kind=kind, at=at, only_recipient_sees=True)
    return True


async def take_back_again(request_id: UUID, *, at: datetime) -> bool:
    """Let a request be over that its sender took back; whether it was not."""
    async with transaction():
        try:
            row, facts = await lock_request(request_id)
        except NotFoundError:
            return False
        closed = request_machine.close_by_sender(facts, at)
        if closed == facts:
            return False
        await write(row.id, closed)
        await record(row.id, actor_id=row.sender, kind="closed", at=at)
    return True


async def part_again(said: Parted, *, at: datetime) -> bool:
    """Let a connection be over that somebody ended; whether it was not. One that is lost is there again as ended.

    The request that it came of may wait for an answer again, by which either could be reached: it was accepted.
    """
    async with transaction():
        await lock_members(said.asker, said.accepter)
        ended = await fetch(
            "UPDATE connection SET ended_at = {}, ended_by = {} WHERE id = {} AND ended_at IS NULL RETURNING id",
            at,
            said.by,
            said.connection,
        )
        if not ended:
            ended = await fetch(
                "INSERT INTO connection (id, asker, accepter, purpose, reason, asker_note, accepter_note, created_at, "
                "ended_at, ended_by, words_gone_at) SELECT {}, one.id, other.id, {}, {}, '', '', {}, {}, {}, {} "
                "FROM account AS one, account AS other WHERE one.id = {} AND other.id = {} "
                "ON CONFLICT (id) DO NOTHING RETURNING id",
                said.connection,
                said.purpose,
                seal(LOST, about="connection.reason", row=said.connection),
                at,
                at,
                said.by,
                at,
                said.asker,
                said.accepter,
            )
        if ended and (standing := await lock_open_between(said.asker, said.accepter)):
            row, facts = standing
            await write(row.id, request_machine.cross(facts, at))
            await record(row.id, actor_id=row.recipient, kind="accepted", at=at)
    return bool(ended)


async def _keep_refused(said: Refused, *, at: datetime) -> bool:
    if said.for_good or await lock_open_between(said.sender, said.recipient):
        return False  # a block keeps them apart by itself
    kept = await fetch(
        "INSERT INTO connection_request (id, sender, recipient, purpose, anchor_kind, reason, state, created_at, "
        "opened_at, expires_at, declined_silently_at) SELECT {}, one.id, other.id, {}, {}, {}, {}, {}, {}, {}, {} "
        "FROM account AS one, account AS other WHERE one.id = {} AND other.id = {} ON CONFLICT DO NOTHING RETURNING id",
        said.request,
        said.purpose,
        AnchorKind.STATEMENT,
        seal(LOST, about="connection_request.reason", row=said.request),
        RequestState.PENDING,
        said.opened_at,
        said.opened_at,
        said.expires_at,
        at,
        said.sender,
        said.recipient,
    )
    return bool(kept)
