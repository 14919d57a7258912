"""The pages of what a member has begun to write: kept while they type, found again, gone on with, thrown away."""

from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Template

from api.accounts.schemas import Member
from api.authentication import Access
from api.connections.reason_drafts import ReasonDraft, keep_reason, reason_drafts
from api.conversations.message_drafts import MessageDraft, MessageDraftSet, keep_message, message_drafts
from api.drafts.services import forget
from api.errors import NotFoundError
from api.limits.policies import DRAFTS
from web.begun import QUIETLY, typed_draft
from web.begun_forms import begun_forms
from web.contexts import Answer, PageRequest, page, redirect, redirect_with
from web.forms import Form

SAVED = "Your words are saved. You find them here whenever you come back, for 30 days."
NOTHING = "There was nothing to save yet."


class DraftPages(Controller):
    """What one has begun to write."""

    opt = {"access": Access.MEMBER}

    @get("/drafts")
    async def list_drafts(self, request: PageRequest, actor: NamedDependency[Member]) -> Template:
        """Show what one has begun: to go on with, or, where there is nobody to send it to, to copy."""
        reasons, messages = await reason_drafts(actor), await message_drafts(actor)
        everything: list[ReasonDraft | MessageDraft] = [*reasons, *messages]
        return await page(
            request,
            "drafts/drafts.html",
            reasons=[draft for draft in reasons if draft.member is not None],
            forms_begun=await begun_forms(actor),
            messages=[draft for draft in messages if draft.member is not None],
            left=[draft for draft in everything if draft.member is None],
        )

    @get("/drafts/{draft_id:uuid}")
    async def back_to_drafts(self, draft_id: FromPath[UUID]) -> Answer:  # noqa: ARG002 - the address names it
        """Lead on whoever opens the address of something thrown away."""
        return redirect("/drafts")

    @post("/drafts/{draft_id:uuid}")
    async def throw_away(
        self, request: PageRequest, actor: NamedDependency[Member], draft_id: FromPath[UUID]
    ) -> Template:
        """Throw away what one has begun, and show it once more: somebody may have pressed the wrong button."""
        begun: list[ReasonDraft | MessageDraft] = [*await reason_drafts(actor), *await message_drafts(actor)]
        thrown = next((draft for draft in begun if draft.id == draft_id), None)
        filled_in = next((one for one in await begun_forms(actor) if one.draft.id == draft_id), None)
        if thrown is None and filled_in is None:
            raise NotFoundError
        await forget(actor, draft_id)
        words = filled_in.words if filled_in else []
        return await page(request, "drafts/thrown_away.html", thrown=thrown, words=words)

    @get("/members/{member_id:uuid}/request/draft")
    async def back_to_reason(self, member_id: FromPath[UUID]) -> Answer:
        """Lead on whoever opens the address to which a reason is sent to be kept."""
        return redirect(f"/members/{member_id}/request")

    @post("/members/{member_id:uuid}/request/draft", opt={"limits": (DRAFTS,)})
    async def keep_reason(
        self, actor: NamedDependency[Member], form: NamedDependency[Form], member_id: FromPath[UUID]
    ) -> Answer:
        """Keep a reason as far as it is written: while somebody types, or to go on another day."""
        draft = typed_draft(form)
        kept = await keep_reason(actor, member_id, purpose=draft.purpose, draft=draft.to_keep())
        return _kept(form, something=kept is not None)

    @get("/conversations/{connection_id:uuid}/draft")
    async def back_to_message(self, connection_id: FromPath[UUID]) -> Answer:
        """Lead on whoever opens the address to which a message is sent to be kept."""
        return redirect(f"/conversations/{connection_id}")

    @post("/conversations/{connection_id:uuid}/draft", opt={"limits": (DRAFTS,)})
    async def keep_message(
        self, actor: NamedDependency[Member], form: NamedDependency[Form], connection_id: FromPath[UUID]
    ) -> Answer:
        """Keep a message as far as it is written: while somebody types, or to go on another day."""
        kept = await keep_message(actor, connection_id, draft=MessageDraftSet(form.field("text")))
        return _kept(form, something=kept is not None)


def _kept(form: Form, *, something: bool) -> Answer:
    """Nothing for the script that keeps what is typed; the list for whoever goes on later."""
    if form.ticked(QUIETLY):
        return Response(None, status_code=204)
    return redirect_with("/drafts", notice=SAVED if something else NOTHING)
