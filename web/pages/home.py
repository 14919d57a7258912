"""The page after sign-in: what waits, a few people for today, and whom one may be losing touch with."""

from uuid import UUID

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Template

from api.accounts.schemas import Member
from api.authentication import Access
from api.connections.queries import connection, requests
from api.connections.reason_drafts import reason_drafts
from api.connections.schemas import Box, RequestRead
from api.conversations.message_drafts import message_drafts
from api.conversations.quiet import gone_quiet, put_off
from api.matching.queries import people_of_the_day
from api.moderation.notices import unseen_notices
from api.profiles.queries import my_purposes, my_statements
from api.profiles.schemas import Audience, MyPurposeRead, Purpose
from web.contexts import Answer, PageRequest, page, redirect_with

PEOPLE_A_DAY = 3
BEGUN_SHOWN = 3
QUIET_SHOWN = 3
"""A few: it is to be no list of what one has left undone."""


class HomePages(Controller):
    """What now?"""

    opt = {"access": Access.MEMBER}

    @get("/home")
    async def home(self, request: PageRequest, actor: NamedDependency[Member]) -> Template:
        """Say what waits and show a few people."""
        mine = await my_purposes(actor)
        people = await people_of_the_day(actor, purposes=[one.purpose for one in mine], most=PEOPLE_A_DAY)
        return await page(
            request,
            "home/home.html",
            mine=mine,
            without_words=await _without_words(actor, mine),
            people=people,
            unseen=await unseen_notices(actor),
            asked=await _asked(actor),
            begun=await _begun(actor),
            quiet=await gone_quiet(actor, most=QUIET_SHOWN),
        )

    @post("/conversations/{connection_id:uuid}/quiet")
    async def let_be_quiet(self, actor: NamedDependency[Member], connection_id: FromPath[UUID]) -> Answer:
        """Leave a conversation out of those that went quiet, for a while."""
        await put_off(actor, connection_id)
        name = (await connection(actor, connection_id)).member.display_name
        told = f"That is fine. {name} will not stand here for three months. You can still write at any time."
        return redirect_with("/home", notice=told)


async def _without_words(actor: Member, mine: list[MyPurposeRead]) -> list[Purpose]:
    """The purposes that are on but say nothing yet that anybody could be matched with."""
    written = (await my_statements(actor, limit=200)).items
    spoken = {statement.purpose for statement in written if statement.audience is Audience.PURPOSE}
    return [switched.purpose for switched in mine if switched.purpose not in spoken]


async def _asked(actor: Member) -> list[RequestRead]:
    """The requests of the actor's own whose recipients asked something back."""
    sent = await requests(actor, box=Box.SENT, still_open=True)
    return [one for one in sent.items if "answer" in one.can]


async def _begun(actor: Member) -> list[tuple[str, str]]:
    """What the actor has begun to write last, to people who are there: where to go on, and to whom it is."""
    reasons = [
        (one.changed_at, f"/members/{one.member.id}/request?purpose={one.purpose}", one.member.display_name)
        for one in await reason_drafts(actor)
        if one.member is not None
    ]
    messages = [
        (one.changed_at, f"/conversations/{one.connection_id}#text", one.member.display_name)
        for one in await message_drafts(actor)
        if one.member is not None
    ]
    latest = sorted([*reasons, *messages], key=lambda one: one[0], reverse=True)
    return [(url, name) for _, url, name in latest[:BEGUN_SHOWN]]
