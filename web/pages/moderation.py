"""What moderators see; for everyone else there is nothing here."""

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.response import Template

from api.accounts.schemas import Member
from api.authentication import Access
from api.disagreements import queries
from api.moderation.cases import waiting_cases
from web.contexts import PageRequest, page


class ModerationPages(Controller):
    """How well the checks do, in the eyes of members."""

    path = "/moderation"
    opt = {"access": Access.MODERATOR}

    @get()
    async def show(self, request: PageRequest, actor: NamedDependency[Member]) -> Template:
        """Show how often findings were called wrong, and the texts that members let be kept."""
        return await page(
            request,
            "moderation/moderation.html",
            findings=await queries.findings_called_wrong(actor),
            texts=await queries.texts_kept(actor),
            reports_waiting=await waiting_cases(actor),
        )
