"""Whom a member has blocked."""

from api.accounts.schemas import Member
from api.database import fetch
from api.profiles.queries import member_summaries
from api.profiles.schemas import MemberSummary


async def blocks(actor: Member) -> list[MemberSummary]:
    """The members whom the actor has blocked, the latest first. Only the actor ever reads this."""
    rows = await fetch("SELECT blocked FROM block WHERE blocker = {} ORDER BY created_at DESC, id", actor.id)
    summaries = await member_summaries(actor, [row["blocked"] for row in rows])
    return [summaries[row["blocked"]] for row in rows if row["blocked"] in summaries]
