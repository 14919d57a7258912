"""Words that match each other, and who is on a list of matches."""

from datetime import timedelta

from api import clock
from api.accounts.schemas import Member
from api.database import fetch
from api.matching import queries
from api.matching.schemas import MatchRead
from api.profiles.schemas import Purpose
from tests.api.profiles import relations

SPOONS = "I carve wooden spoons in the evenings"
SAME_SPOONS = "Whittling kitchen spoons from green birch is how I unwind"
CHOIR = "I sing alto in a small village choir"
SAME_CHOIR = "Part-songs with a handful of voices every Thursday"
MOTORCYCLES = "I restore old motorcycles"


async def matches(viewer: Member, purpose: Purpose = Purpose.HOBBY) -> list[MatchRead]:
    """Their whole list."""
    return (await queries.matches(viewer, purpose=purpose, limit=100)).items


async def names(viewer: Member, purpose: Purpose = Purpose.HOBBY) -> list[str]:
    """The names on their list, in its order."""
    return [match.member.display_name for match in await matches(viewer, purpose)]


async def pause(one: Member, _: Member) -> None:
    """Let a member be away for three days."""
    await fetch("UPDATE account SET paused_until = {} WHERE id = {}", clock.now() + timedelta(days=3), one.id)


async def suspend(one: Member, _: Member) -> None:
    """Let moderators have suspended a member."""
    await fetch("UPDATE account SET suspended_at = {} WHERE id = {}", clock.now(), one.id)


async def be_blocked(one: Member, other: Member) -> None:
    """Let the other have blocked a member."""
    await relations.block(other, one)
