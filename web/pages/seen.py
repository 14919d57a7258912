"""How others see me."""

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.response import Template

from api.accounts.schemas import Member
from api.authentication import Access
from api.limits.policies import LOOKS_AT_ONESELF
from api.privacy.seen import seen
from api.profiles.queries import me
from web.contexts import PageRequest, page
from web.words import PURPOSES, language_called


class SeenPages(Controller):
    """What a stranger, a connection and everybody else read of oneself."""

    path = "/me/seen"
    opt = {"access": Access.SIGNED_IN}

    @get(opt={"limits": (LOOKS_AT_ONESELF,)})
    async def show(self, request: PageRequest, actor: NamedDependency[Member]) -> Template:
        """Show oneself as each kind of people see one."""
        return await page(
            request,
            "me/seen.html",
            views=await seen(actor),
            me=await me(actor),
            words=PURPOSES,
            language_called=language_called,
        )
