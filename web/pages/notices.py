"""What moderators decided about a member, in plain words, and asking for another look."""

from uuid import UUID

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Template

from api.accounts.schemas import Member
from api.authentication import Access
from api.drafts.schemas import DraftKind
from api.errors import InvalidError
from api.moderation import notices
from api.moderation.errors import NoAppealError
from api.moderation.rules import RULES
from api.moderation.schemas import NoticeRead
from web.begun_forms import begun_form, keep_appeal, sent
from web.contexts import Answer, PageRequest, page, redirect_with
from web.forms import Form, FormErrors
from web.moderation_words import APPEALS, DECISIONS


class NoticePages(Controller):
    """What moderators told one; open to those who are suspended too."""

    path = "/notices"
    opt = {"access": Access.SIGNED_IN}

    @get()
    async def list_notices(self, request: PageRequest, actor: NamedDependency[Member]) -> Template:
        """Show all, newest first."""
        found = await notices.notices(actor)
        await notices.mark_seen(actor)
        return await page(
            request,
            "notices/notices.html",
            notices=found,
            decisions=DECISIONS,
            rules=RULES,
            appeals=APPEALS,
            suspended=actor.suspended,
        )

    @get("/{notice_id:uuid}")
    async def show(self, request: PageRequest, actor: NamedDependency[Member], notice_id: FromPath[UUID]) -> Template:
        """Show one, and how to ask for another look."""
        shown = await notices.notice(actor, notice_id)
        return await _draw(request, shown, form=await begun_form(actor, DraftKind.APPEAL, notice_id))

    @post("/{notice_id:uuid}", opt={"keeps": keep_appeal})
    async def appeal(
        self,
        request: PageRequest,
        actor: NamedDependency[Member],
        form: NamedDependency[Form],
        notice_id: FromPath[UUID],
    ) -> Answer:
        """Take an appeal."""
        try:
            await notices.appeal(actor, notice_id, words=form.field("words"))
        except InvalidError as error:
            shown = await notices.notice(actor, notice_id)
            return await _draw(request, shown, form=form, errors=FormErrors.told_by(error))
        except NoAppealError as error:
            return redirect_with("/notices", notice=error.detail)
        await sent(actor, DraftKind.APPEAL, notice_id)
        told = (
            "Your words are with the moderators. Another one than before looks at them, and you read the answer here."
        )
        return redirect_with("/notices", notice=told)


async def _draw(
    request: PageRequest, shown: NoticeRead, *, form: Form | None = None, errors: FormErrors | None = None
) -> Template:
    return await page(
        request,
        "notices/notice.html",
        notice_read=shown,
        decisions=DECISIONS,
        rules=RULES,
        appeals=APPEALS,
        words=(form or Form()).field("words"),
        errors=errors or FormErrors(),
        longest=notices.LONGEST_APPEAL,
    )
