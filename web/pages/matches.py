"""The pages on which members find others worth meeting, for each of their purposes."""

from uuid import UUID

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Template

from api.accounts.schemas import Member
from api.authentication import Access
from api.encoding import words_were_measured
from api.errors import InvalidError, NotFoundError
from api.limits.errors import QuotaReachedError
from api.limits.policies import READS
from api.matching import queries, services
from api.matching.schemas import ChoiceState, MatchChoiceSet
from api.profiles.queries import member, my_purposes
from api.profiles.schemas import MemberRead
from web.contexts import Answer, PageRequest, page, redirect, redirect_with
from web.forms import Form
from web.languages import poorly_read_note
from web.purposes import purpose_named
from web.words import MEANINGS, PURPOSES

MATCHES_A_PAGE = 12


class MatchPages(Controller):
    """Choosing a purpose, and the people who go with it."""

    path = "/matches"
    opt = {"access": Access.MEMBER}

    @get()
    async def choose_purpose(self, request: PageRequest, actor: NamedDependency[Member]) -> Answer:
        """Show one's purposes, and the ones that could be switched on; where there is one only, its people."""
        mine = {mine.purpose for mine in await my_purposes(actor)}
        if len(mine) == 1:
            return redirect(f"/matches/{mine.pop()}")
        return await page(
            request,
            "matches/purposes.html",
            mine=[read for read in PURPOSES.values() if read.purpose in mine],
            others=[read for read in PURPOSES.values() if read.purpose not in mine],
        )

    @get("/{purpose:str}", opt={"limits": (READS,)})
    async def matches(
        self,
        request: PageRequest,
        actor: NamedDependency[Member],
        purpose: FromPath[str],
        cursor: FromQuery[str | None] = None,
        set_aside: FromQuery[UUID | None] = None,
    ) -> Template:
        """Show the people worth meeting for a purpose, best first."""
        chosen = purpose_named(purpose)
        mine = {mine.purpose for mine in await my_purposes(actor)}
        if chosen.purpose not in mine:
            return await page(request, "matches/switched_off.html", purpose=chosen)
        found = await queries.matches(actor, purpose=chosen.purpose, limit=MATCHES_A_PAGE, cursor=cursor)
        empty = (
            None if found.items or found.held_back or cursor else await queries.why_empty(actor, purpose=chosen.purpose)
        )
        nearest = PURPOSES[empty.nearest_purpose] if empty and empty.nearest_purpose else None
        return await page(
            request,
            "matches/matches.html",
            purpose=chosen,
            alone=len(mine) == 1,
            found=found,
            first=cursor is None,
            empty=empty,
            language_note=poorly_read_note() if empty and empty.read_poorly else None,
            nearest=nearest,
            set_aside=await _still_there(actor, set_aside) if set_aside else None,
        )

    @get("/{purpose:str}/{member_id:uuid}", opt={"limits": (READS,)})
    async def why(
        self,
        request: PageRequest,
        actor: NamedDependency[Member],
        purpose: FromPath[str],
        member_id: FromPath[UUID],
    ) -> Template:
        """Show why somebody is among the matches, and what played no part in it."""
        chosen = purpose_named(purpose)
        found = await queries.explained(actor, purpose=chosen.purpose, member_id=member_id)
        meaning = MEANINGS[found.match.strength] if words_were_measured() else None
        return await page(request, "matches/why.html", purpose=chosen, found=found, meaning=meaning)

    @post("/{purpose:str}")
    async def choose(
        self, actor: NamedDependency[Member], form: NamedDependency[Form], purpose: FromPath[str]
    ) -> Answer:
        """Put a match off, set it aside, or bring it back."""
        here = f"/matches/{purpose_named(purpose).purpose}"
        member_id = _id_in(form)
        if form.field("choice") == "bring_back":
            await services.unchoose(actor, member_id)
            return redirect_with(here, notice="They are in your list again.")
        try:
            choice = ChoiceState(form.field("choice"))
        except ValueError as error:
            raise InvalidError.field("choice", "unknown", "Use one of the buttons beside a match.") from error
        await services.choose(actor, member_id, choice=MatchChoiceSet(choice))
        if choice is ChoiceState.NOT_FOR_ME:
            return redirect(f"{here}?set_aside={member_id}")
        later = await _still_there(actor, member_id)
        return redirect_with(here, notice=f"{later.display_name if later else 'They'} moved to the end of your list.")


def _id_in(form: Form) -> UUID:
    try:
        return UUID(form.field("member_id"))
    except ValueError as error:
        raise NotFoundError from error


async def _still_there(actor: Member, member_id: UUID) -> MemberRead | None:
    """Whoever was just set aside, so that a slip of the finger can be undone."""
    try:
        return await member(actor, member_id)
    except (NotFoundError, QuotaReachedError):
        return None
