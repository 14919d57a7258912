"""Words of requests that moderators take out, and put back when that was a mistake."""

from uuid import UUID

from api.database import fetch

TAKEN_OUT = "These words were taken out by the moderators of Wherefore, because they broke a rule of the site."
"""Stands in their place. Long enough to be kept as a reason."""


async def replace_reason(request_id: UUID, *, old: str, new: str) -> bool:
    """Put other words in the place of the reason of a request, and of the connection that came of it.

    Returns:
        Whether the reason was `old` until now.
    """
    rows = await fetch(
        "UPDATE connection_request SET reason = {} WHERE id = {} AND reason = {} RETURNING id", new, request_id, old
    )
    await fetch("UPDATE connection SET reason = {} WHERE request = {} AND reason = {}", new, request_id, old)
    return bool(rows)


async def replace_step(event_id: UUID, *, old: str, new: str) -> bool:
    """Put other words in the place of what was said in the course of a request.

    Returns:
        Whether they were `old` until now.
    """
    rows = await fetch(
        "UPDATE request_event SET text = {} WHERE id = {} AND text = {} RETURNING request", new, event_id, old
    )
    for row in rows:
        await fetch(
            "UPDATE connection SET crossed_reason = {} WHERE request = {} AND crossed_reason = {}",
            new,
            row["request"],
            old,
        )
    return bool(rows)
