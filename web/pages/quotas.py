"""The page that says how many people one has seen and written to, and why there is an end to it."""

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.response import Template

from api.accounts.schemas import Member
from api.authentication import Access
from api.connections.quotas import quotas
from web.contexts import PageRequest, page


class QuotaPages(Controller):
    """Seeing how far one's quotas reach."""

    path = "/me/quotas"
    opt = {"access": Access.MEMBER}

    @get()
    async def show(self, request: PageRequest, actor: NamedDependency[Member]) -> Template:
        """Say both quotas in words."""
        return await page(request, "me/quotas.html", quotas=await quotas(actor))
