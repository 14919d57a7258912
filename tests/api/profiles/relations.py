"""What later domains put between two members, written as their tables hold it."""

from datetime import timedelta
from uuid import uuid4

from api import clock
from api.accounts.schemas import Member
from api.database import fetch
from api.sealing import seal

REASON = "You wrote about mending old clocks, and I have one that stands still since spring."


async def block(blocker: Member, blocked: Member) -> None:
    await fetch(
        "INSERT INTO block (id, blocker, blocked, created_at) VALUES ({}, {}, {}, {})",
        uuid4(),
        blocker.id,
        blocked.id,
        clock.now(),
    )


async def connect(asker: Member, accepter: Member, *, ended: bool = False) -> None:
    connection_id = uuid4()
    await fetch(
        "INSERT INTO connection (id, asker, accepter, purpose, reason, created_at, ended_at) "
        "VALUES ({}, {}, {}, 'hobby', {}, {}, {})",
        connection_id,
        asker.id,
        accepter.id,
        seal(REASON, about="connection.reason", row=connection_id),
        clock.now(),
        clock.now() if ended else None,
    )


async def ask(
    sender: Member, recipient: Member, *, state: str = "pending", ran_out: bool = False, declined: bool = False
) -> None:
    now, request_id = clock.now(), uuid4()
    await fetch(
        "INSERT INTO connection_request (id, sender, recipient, purpose, anchor_kind, reason, state, created_at, "
        "expires_at, asked_at, closed_at, declined_silently_at) "
        "VALUES ({}, {}, {}, 'hobby', 'met', {}, {}, {}, {}, {}, {}, {})",
        request_id,
        sender.id,
        recipient.id,
        seal(REASON, about="connection_request.reason", row=request_id),
        state,
        now,
        now + timedelta(days=-1 if ran_out else 30),
        now if state == "asked" else None,
        None if state in {"asked", "pending"} else now,
        now if declined else None,
    )


async def pause(member: Member, **until: float) -> None:
    await fetch("UPDATE account SET paused_until = {} WHERE id = {}", clock.now() + timedelta(**until), member.id)


async def suspend(member: Member) -> None:
    await fetch("UPDATE account SET suspended_at = {} WHERE id = {}", clock.now(), member.id)
