"""The page after sign-in: what waits, whom one could meet today, and what to do first."""

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.response import Template

from api.accounts.schemas import Member
from api.authentication import Access
from api.conversations.queries import unread
from api.matching.queries import first_matches
from api.moderation.notices import unseen_notices
from api.profiles.queries import my_purposes, my_statements
from api.profiles.schemas import Audience, MyPurposeRead, Purpose
from web.contexts import PageRequest, page

PEOPLE_A_DAY = 3


class HomePages(Controller):
    """What now?"""

    opt = {"access": Access.MEMBER}

    @get("/home")
    async def home(self, request: PageRequest, actor: NamedDependency[Member]) -> Template:
        """Say what waits and show a few people."""
        mine = await my_purposes(actor)
        people = await first_matches(actor, purposes=[one.purpose for one in mine], most=PEOPLE_A_DAY)
        return await page(
            request,
            "home/home.html",
            mine=mine,
            without_words=await _without_words(actor, mine),
            people=people.items,
            held_back=people.held_back,
            unread=await unread(actor),
            unseen=await unseen_notices(actor),
        )


async def _without_words(actor: Member, mine: list[MyPurposeRead]) -> list[Purpose]:
    """The purposes that are on but say nothing yet that anybody could be matched with."""
    written = (await my_statements(actor, limit=200)).items
    spoken = {statement.purpose for statement in written if statement.audience is Audience.PURPOSE}
    return [switched.purpose for switched in mine if switched.purpose not in spoken]
