"""The pages that explain: how matching works, how reasons are judged, privacy, safety, rules, accessibility."""

from litestar import Controller, get
from litestar.response import Template

from api.authentication import Access
from api.moderation.rules import RULES
from api.settings import settings
from web.contexts import PageRequest, page
from web.judging import IN_A_HUNDRED
from web.left_in_browsers import COOKIES
from web.words import PURPOSES


class PlainWordsPages(Controller):
    """Short, honest pages that hold for what exists now."""

    opt = {"access": Access.ANYONE}

    @get("/how-matching-works")
    async def matching(self, request: PageRequest) -> Template:
        """How people are found for each other."""
        return await page(request, "words/matching.html")

    @get("/how-reasons-are-judged")
    async def reasons(self, request: PageRequest) -> Template:
        """What is looked at and what is not, what is refused, and how often that is wrong."""
        return await page(request, "words/reasons.html", in_a_hundred=IN_A_HUNDRED)

    @get("/privacy")
    async def privacy(self, request: PageRequest) -> Template:
        """Who reads what, and how to take it back."""
        sensitive = [read for read in PURPOSES.values() if read.sensitive]
        return await page(request, "words/privacy.html", sensitive=sensitive, cookies=COOKIES)

    @get("/safety")
    async def safety(self, request: PageRequest) -> Template:
        """How to stay safe."""
        return await page(request, "words/safety.html", contact=settings().security_contact)

    @get("/rules")
    async def rules(self, request: PageRequest) -> Template:
        """What holds for everyone, and what happens when somebody does not keep to it."""
        return await page(request, "words/rules.html", rules=RULES)

    @get("/accessibility")
    async def accessibility(self, request: PageRequest) -> Template:
        """What works for whom, and what does not yet."""
        return await page(request, "words/accessibility.html", contact=settings().security_contact)
