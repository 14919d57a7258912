"""Words of requests that moderators take out, and put back when that was a mistake."""

from uuid import UUID

from api.database import fetch, fetch_one
from api.sealing import opened
from api.sealing.replacing import replace_where_it_says

TAKEN_OUT = "These words were taken out by the moderators of Wherefore, because they broke a rule of the site."
"""Stands in their place. Long enough to be kept as a reason."""


async def replace_reason(request_id: UUID, *, old: str, new: str) -> bool:
    """Put other words in the place of the reason of a request, and of the connection that came of it.

    Returns:
        Whether the reason was `old` until now.
    """
    replaced = await replace_where_it_says("connection_request.reason", old=old, new=new, of=request_id)
    await replace_where_it_says("connection.reason", old=old, new=new, of=request_id, by="request")
    return bool(replaced)


async def replace_step(event_id: UUID, *, old: str, new: str) -> bool:
    """Put other words in the place of what was said in the course of a request.

    Returns:
        Whether they were `old` until now.
    """
    if not await replace_where_it_says("request_event.text", old=old, new=new, of=event_id):
        return False
    for row in await fetch("SELECT request FROM request_event WHERE id = {}", event_id):
        await replace_where_it_says("connection.crossed_reason", old=old, new=new, of=row["request"], by="request")
    return True


async def reason_of(request_id: UUID) -> str | None:
    """What the reason of a request says now; None when it has gone."""
    row = await fetch_one("SELECT reason FROM connection_request WHERE id = {}", request_id)
    return None if row is None else opened(row["reason"], about="connection_request.reason", row=request_id)


async def step_of(event_id: UUID) -> str | None:
    """What was said in the course of a request, as it stands now; None when it has gone."""
    row = await fetch_one("SELECT text FROM request_event WHERE id = {} AND text IS NOT NULL", event_id)
    return None if row is None else opened(row["text"], about="request_event.text", row=event_id)
