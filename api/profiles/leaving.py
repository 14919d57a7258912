"""A purpose that is switched off matters above the profiles: who keeps what hangs on it says here what to do."""

from collections.abc import Awaitable, Callable
from uuid import UUID

from api.profiles.schemas import Purpose

Leaving = Callable[[UUID, Purpose], Awaitable[None]]

_steps: list[Leaving] = []


def on_leaving(step: Leaving) -> Leaving:
    """Take this step whenever a member switches a purpose off, in the same transaction, with the member locked."""
    _steps.append(step)
    return step


async def leave(member_id: UUID, purpose: Purpose) -> None:
    """Take every step there is.

    Raises:
        RuntimeError: Nobody has said what to do, so requests would stay open as if nothing were.
    """
    if not _steps:
        raise RuntimeError("Import api.connections.request_rows before a purpose is switched off.")
    for step in _steps:
        await step(member_id, purpose)
