"""Quotas of people seen, small enough to be reached, and how far a viewer has come."""

from collections.abc import Sequence
from uuid import UUID

import pytest

from api.accounts.schemas import Member
from api.conversations.schemas import MessageCreate
from api.conversations.services import send_message
from api.limits import policies
from api.limits.limit import Window
from api.limits.people import see, seen_by
from tests.api.connections.making import make_connection
from tests.factories import make_member

DAY = 86_400
WORDS = [
    "I mend old wireless sets.",
    "I mend old clocks and wireless sets.",
    "I restore valve radios in my kitchen.",
    "I collect and repair old radios.",
    "I mend wireless sets from the war.",
    "I build small radios from old parts.",
]


def quota(monkeypatch: pytest.MonkeyPatch, new: Sequence[Window], old: Sequence[Window] = ()) -> None:
    """Let new accounts, and old ones, see so many people."""
    windows = {"people-seen-new": tuple(new), "people-seen": tuple(old or new)}
    monkeypatch.setattr(policies, "_changes", lambda: windows)


async def seen_of(viewer: UUID, wanted: Sequence[UUID]) -> int:
    """How many of these a viewer is shown."""
    return len((await see(viewer, wanted)).shown)


async def used_of(viewer: Member) -> list[int]:
    """How many people count in each window of a viewer's quota."""
    return [one.used for one in (await seen_by(viewer.id)).windows]


async def world() -> tuple[Member, list[Member]]:
    """Somebody who has six matches."""
    others = [await make_member(f"Other {number}", statements=[text]) for number, text in enumerate(WORDS)]
    return await make_member("Ada", statements=["I mend and collect old wireless sets."]), others


async def connect(one: Member, other: Member) -> None:
    """Two members who are connected, and have both written."""
    connection = await make_connection(one, other)
    for author in (one, other):
        await send_message(author, connection, draft=MessageCreate("Hello, and thank you."))
