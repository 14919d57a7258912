"""How others see a member: read by the code that they are shown by, for somebody who exists only while it is read."""

from collections.abc import Iterable
from typing import Literal, NoReturn
from uuid import UUID, uuid4

import msgspec

from api import clock
from api.accounts.joining import enrol
from api.accounts.schemas import Member
from api.database import fetch, transaction
from api.errors import NotFoundError
from api.profiles import queries
from api.profiles.purposes import consent_version
from api.profiles.schemas import MemberRead, Purpose, PurposeSwitch
from api.profiles.services import switch_on_purpose
from api.sealing import seal


class Seen(msgspec.Struct, frozen=True):
    """What one kind of people see of a member; nothing for those to whom the member does not exist."""

    by: Literal["purpose", "connection", "nobody"]
    """Who has one purpose in common, who is connected and has all of them, or who has none."""
    purpose: Purpose | None
    member: MemberRead | None


class _UndoneError(Exception):
    """Takes back all that was written to look, and carries out what was seen."""

    def __init__(self, member: MemberRead | None) -> None:
        super().__init__()
        self.member = member


async def seen(actor: Member) -> list[Seen]:
    """How the actor looks to a stranger under each purpose, to a connection, and to who has nothing in common."""
    mine = [switched.purpose for switched in await queries.my_purposes(actor)]
    strangers = [Seen("purpose", purpose, await seen_by_stranger(actor, [purpose])) for purpose in mine]
    return [
        *strangers,
        Seen("connection", None, await seen_by_stranger(actor, mine, connected=True)),
        Seen("nobody", None, await seen_by_stranger(actor, [])),
    ]


async def seen_by_stranger(actor: Member, purposes: Iterable[Purpose], *, connected: bool = False) -> MemberRead | None:
    """What somebody with these purposes would read of the actor now; None when the actor does not exist for them.

    They are written into the database and taken back with all that hangs on them, in one transaction, so that nobody
    ever meets them.
    """
    try:
        async with transaction():
            await _look_and_undo(actor, purposes, connected=connected)
    except _UndoneError as undone:
        return undone.member


async def _look_and_undo(actor: Member, purposes: Iterable[Purpose], *, connected: bool) -> NoReturn:
    viewer = await enrol(email=f"{uuid4()}@viewer.invalid", display_name="Somebody")
    for purpose in purposes:
        switch = PurposeSwitch(consent=consent_version(purpose))
        await switch_on_purpose(viewer, purpose=purpose, switch=switch)
    if connected:
        await _connect(viewer.id, actor.id)
    raise _UndoneError(await _read(viewer, actor.id))


async def _connect(viewer_id: UUID, member_id: UUID) -> None:
    connection_id = uuid4()
    await fetch(
        "INSERT INTO connection (id, asker, accepter, purpose, reason, asker_note, accepter_note, created_at) "
        "VALUES ({}, {}, {}, {}, {}, '', '', {})",
        connection_id,
        viewer_id,
        member_id,
        Purpose.HOBBY,
        seal("Only to look. " * 5, about="connection.reason", row=connection_id),
        clock.now(),
    )


async def _read(viewer: Member, member_id: UUID) -> MemberRead | None:
    try:
        return await queries.member(viewer, member_id)
    except NotFoundError:
        return None
