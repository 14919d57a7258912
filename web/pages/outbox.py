"""How mails fared, for moderators; for everyone else there is nothing here."""

from litestar import Controller, get

from api.authentication import Access
from api.mail.queries import mails_seen
from web.contexts import Answer, PageRequest, page


class OutboxPages(Controller):
    """How mails fared; and where no mail goes out, what they say."""

    path = "/moderation/outbox"
    opt = {"access": Access.MODERATOR}

    @get()
    async def show(self, request: PageRequest) -> Answer:
        """List the latest mails, never to whom and never what they say.

        A link in one opens an account, and a moderator could ask for one for any address: whoever must pass mails on
        has the machine, and the command `wherefore outbox`.
        """
        return await page(
            request,
            "moderation/outbox.html",
            seen=await mails_seen(),
        )
