"""Whom a member has blocked."""

from uuid import UUID

from api.accounts.schemas import Meets, Member
from api.connections.request_views import UNSEEN
from api.database import fetch
from api.errors import NotFoundError
from api.profiles.schemas import MemberSummary


async def blocks(actor: Member) -> list[MemberSummary]:
    """The members whom the actor has blocked, the latest first. Only the actor ever reads this.

    By the name that they had then, if the actor saw them, and by nothing else: what they became since, or whether they
    are leaving, is not for the actor to see.
    """
    rows = await fetch(
        "SELECT blocked, known_as FROM block WHERE blocker = {} AND because_of IS NULL ORDER BY created_at DESC, id",
        actor.id,
    )
    return [_in_brief(row["blocked"], row["known_as"] or UNSEEN.display_name) for row in rows]


async def blocked(actor: Member, member_id: UUID) -> MemberSummary:
    """One of the members whom the actor has blocked.

    Raises:
        NotFoundError: The actor has not blocked any such member.
    """
    for one in await blocks(actor):
        if one.id == member_id:
            return one
    raise NotFoundError


def _in_brief(member_id: UUID, name: str) -> MemberSummary:
    return MemberSummary(member_id, name, pronouns=None, place=None, meets=Meets.ONLINE_FIRST)
