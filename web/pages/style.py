"""The living style page: every part of every page, with made-up people."""

from litestar import Controller, get
from litestar.response import Template

from api.authentication import Access
from web.contexts import PageRequest, page
from web.palette import SCHEMES, measured


class StylePages(Controller):
    """How the site looks."""

    opt = {"access": Access.ANYONE}

    @get("/style")
    async def style(self, request: PageRequest) -> Template:
        """Show every macro."""
        return await page(request, "style/style.html", contrasts=measured(), schemes=SCHEMES)
