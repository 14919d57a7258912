"""What members type into a form, on its way to being kept before anything can become of the form."""

from contextlib import suppress
from typing import Any, cast
from uuid import UUID

import msgspec
from litestar import Request, Response
from litestar.connection import ASGIConnection
from litestar.handlers.base import BaseRouteHandler

from api.accounts.schemas import Member
from api.connections.reason_drafts import ReasonDraft, ReasonDraftSet, keep_reason
from api.connections.schemas import Anchor, AnchorKind, RequestCreate
from api.conversations.message_drafts import MessageDraftSet, keep_message
from api.errors import WhereforeError
from api.limits.guard import who_spends
from api.limits.policies import DRAFTS
from api.limits.services import spend
from api.profiles.schemas import Purpose
from web.forms import Form, sent_form
from web.purposes import purpose_named

MET = "met"
QUIETLY = "quietly"
"""The field with which a script sends a form to its own address, only to be kept."""

MemberRequest = Request[Member, Any, Any]


class OnlyKeptError(Exception):
    """A form was sent only to be kept: no error, but the end of what is done with it."""


class Draft(msgspec.Struct, frozen=True):
    """A request as far as it has been written."""

    purpose: Purpose
    reason: str = ""
    anchor: str = ""
    """The id of one of their statements, or `met`."""
    where: str = ""

    def to_send(self, recipient_id: UUID) -> RequestCreate:
        """The request that this would be."""
        return RequestCreate(recipient_id=recipient_id, purpose=self.purpose, reason=self.reason, anchor=self._anchor())

    def to_keep(self) -> ReasonDraftSet:
        """What is kept of it; a place alone is taken for the choice that it goes with."""
        if self.where and not self.anchor:
            return ReasonDraftSet(self.reason, Anchor(AnchorKind.MET, where=self.where))
        return ReasonDraftSet(self.reason, self._anchor())

    def _anchor(self) -> Anchor | None:
        if self.anchor == MET:
            return Anchor(AnchorKind.MET, where=self.where)
        try:
            return Anchor(AnchorKind.STATEMENT, id=UUID(self.anchor))
        except ValueError:
            return None


def typed_draft(form: Form) -> Draft:
    """What a form of the composer holds.

    Raises:
        NotFoundError: It names no purpose.
    """
    return Draft(
        purpose=purpose_named(form.field("purpose")).purpose,
        reason=form.field("reason"),
        anchor=form.field("anchor"),
        where=form.field("where"),
    )


def begun_draft(kept: ReasonDraft) -> Draft:
    """What was kept, as the form has it."""
    anchor = kept.anchor
    if anchor is None:
        return Draft(kept.purpose, kept.reason)
    chosen = MET if anchor.kind is AnchorKind.MET else str(anchor.id)
    return Draft(kept.purpose, kept.reason, chosen, anchor.where or "")


async def keeps_words(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """Guard of pages, before any limit is spent: what was typed is kept, where the route says by `keeps` as what.

    So nothing is lost to a limit, to an error, or to somebody who has to sign in again to go on. Whatever keeps it from
    being kept is told by what follows, or by nothing: the words stand on the next page in any case.

    Raises:
        OnlyKeptError: A script sent the form while somebody types; it is kept, and nothing else is to be done.
        WhereforeError: A script sent it, and it cannot be kept.
    """
    keep = handler.opt.get("keeps")
    if keep is None or connection.scope.get("method") != "POST":
        return
    request = cast("MemberRequest", connection)
    form = sent_form(request)
    quietly = form.ticked(QUIETLY)
    with suppress(*([] if quietly else [WhereforeError])):
        await spend(DRAFTS, who=who_spends(connection.scope, DRAFTS.per))
        await keep(request, form)
    if quietly:
        raise OnlyKeptError


def only_kept(_: Request[Any, Any, Any], __: OnlyKeptError) -> Response[None]:
    """What a script is answered that sends a form to be kept and no more."""
    return Response(None, status_code=204)


async def keep_typed_reason(request: MemberRequest, form: Form) -> None:
    """Keep what stands in the form of the composer."""
    draft = typed_draft(form)
    await keep_reason(request.user, request.path_params["member_id"], purpose=draft.purpose, draft=draft.to_keep())


async def keep_typed_message(request: MemberRequest, form: Form) -> None:
    """Keep what stands in the form of a conversation."""
    await keep_message(request.user, request.path_params["connection_id"], draft=MessageDraftSet(form.field("text")))
