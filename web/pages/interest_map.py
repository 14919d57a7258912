"""The interest map: where what members wrote lies by meaning, where one is oneself, and what lies between."""

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Template

from api.accounts.schemas import Member
from api.authentication import Access
from api.interest_map.queries import interest_map
from api.interest_map.schemas import SMALLEST
from api.limits.policies import READS
from api.profiles.queries import my_purposes
from web.contexts import Answer, PageRequest, page, redirect
from web.map_picture import name_of, picture_of
from web.purposes import purpose_named
from web.words import PURPOSES


class InterestMapPages(Controller):
    """What is there, and where am I?"""

    path = "/map"
    opt = {"access": Access.MEMBER}

    @get()
    async def choose_purpose(self, request: PageRequest, actor: NamedDependency[Member]) -> Answer:
        """Show the purposes that one has a map of; where there is one only, its map."""
        mine = [PURPOSES[mine.purpose] for mine in await my_purposes(actor)]
        if len(mine) == 1:
            return redirect(f"/map/{mine[0].purpose}")
        return await page(request, "map/purposes.html", mine=mine)

    @get("/{purpose:str}", opt={"limits": (READS,)})
    async def show(self, request: PageRequest, actor: NamedDependency[Member], purpose: FromPath[str]) -> Template:
        """Show the map of a purpose: as a list, as a picture and as a table."""
        chosen = purpose_named(purpose)
        found = await interest_map(actor, purpose=chosen.purpose)
        return await page(
            request,
            "map/map.html",
            purpose=chosen,
            alone=len(await my_purposes(actor)) == 1,
            found=found,
            names={area.place: name_of(area) for area in found.areas},
            mine={own.place for own in found.mine if own.place is not None},
            picture=picture_of(found) if found.areas else None,
            smallest=SMALLEST,
        )
