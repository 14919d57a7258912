"""How often what lists of a purpose are computed from has changed."""

from api.database import fetch
from api.profiles.schemas import Purpose


async def epoch(purpose: Purpose) -> int:
    """The present epoch of a purpose; 0 before anything was written under it."""
    rows = await fetch("SELECT epoch FROM purpose_epoch WHERE purpose = {}", purpose)
    return int(rows[0]["epoch"]) if rows else 0
