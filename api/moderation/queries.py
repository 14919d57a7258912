"""Whom a member has blocked."""

from api.accounts.schemas import Meets, Member
from api.database import fetch
from api.profiles.schemas import MemberSummary


async def blocks(actor: Member) -> list[MemberSummary]:
    """The members whom the actor has blocked, the latest first. Only the actor ever reads this.

    By the name that they had then, and by nothing else: what they became since is not for the actor to see.
    """
    rows = await fetch(
        "SELECT b.blocked, b.known_as FROM block AS b JOIN account AS a ON a.id = b.blocked AND a.erased_at IS NULL "
        "WHERE b.blocker = {} AND b.because_of IS NULL ORDER BY b.created_at DESC, b.id",
        actor.id,
    )
    return [
        MemberSummary(row["blocked"], row["known_as"] or "", pronouns=None, place=None, meets=Meets.ONLINE_FIRST)
        for row in rows
    ]
