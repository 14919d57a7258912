"""What operators see of mails; for everyone else there is nothing here."""

import structlog
from litestar import Controller, get
from litestar.di import NamedDependency

from api.accounts.recent import needs_recent
from api.accounts.schemas import Credential, Member
from api.authentication import Access
from api.mail.queries import mails_kept, mails_seen
from api.settings import settings
from web.contexts import Answer, PageRequest, page

logger = structlog.get_logger()


class OutboxPages(Controller):
    """How mails fared; and where no mail goes out, what they say."""

    path = "/moderation/outbox"
    opt = {"access": Access.MODERATOR}

    @get()
    async def show(
        self, request: PageRequest, actor: NamedDependency[Member], credential: NamedDependency[Credential]
    ) -> Answer:
        """List the latest mails. They may be read only where somebody must pass them on, and that is logged."""
        kept = []
        if settings().smtp is None:
            kept = await mails_kept()
        if kept:
            needs_recent(credential)
            logger.info("outbox_read", moderator=str(actor.id), mails=len(kept))
        return await page(
            request,
            "moderation/outbox.html",
            mail_goes_out=settings().smtp is not None,
            kept=kept,
            seen=await mails_seen(),
        )
