"""The page on which a member writes why they want to meet another."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from uuid import UUID

import msgspec
from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Template
from msgspec.structs import replace

from api.accounts.schemas import Member
from api.authentication import Access
from api.connections import queries, services
from api.connections.errors import ReasonNotedError, ReasonRefusedError
from api.connections.reason_drafts import ReasonDraftSet, forget_reason, keep_reason, reason_draft, reason_drafts
from api.connections.schemas import RequestCreate, RequestRead
from api.disagreements.schemas import DisagreementCreate, DisagreementRead
from api.disagreements.services import disagree, may_keep
from api.errors import BusyError, InvalidError, NotFoundError, WhereforeError
from api.limits.policies import READS, REASON_CHECKS
from api.moderation.notices import requests_paused_until
from api.profiles.queries import member, my_purposes
from api.profiles.schemas import MemberRead, Purpose, PurposeCard, QuotedStatement
from embeddings.reasons import Finding
from web.asked import asked_already
from web.begun import Draft, begun_draft, keep_typed_reason, typed_draft
from web.contexts import Answer, PageRequest, page, redirect_with
from web.findings import Review, review
from web.forms import Form, FormErrors
from web.names import isolated
from web.purposes import purpose_named
from web.questions import questions_for
from web.slots import slots_in_words
from web.words import PURPOSES

WRONG = "wrong:"
"""Before the code of the finding that a button calls wrong."""

_CONFLICT = 409
_UNPROCESSABLE = 422


class Outcome(msgspec.Struct, frozen=True):
    """What there is to say about a draft that was checked or could not be sent."""

    status_code: int = 200
    review: Review | None = None
    trouble: str | None = None
    errors: FormErrors | None = None
    called_wrong: str | None = None
    """The code of the finding that was just called wrong."""
    not_kept: str | None = None
    """Why the words that came with that were not kept."""
    begun_at: datetime | None = None
    """When the words that are shown were last changed, where they are found again."""


class ComposerPages(Controller):
    """Writing a request."""

    path = "/members/{member_id:uuid}/request"
    opt = {"access": Access.MEMBER}

    @get(opt={"limits": (READS,)})
    async def write(
        self,
        request: PageRequest,
        actor: NamedDependency[Member],
        member_id: FromPath[UUID],
        purpose: FromQuery[str | None] = None,
        statement: FromQuery[str] = "",
    ) -> Template:
        """Show their words, and an empty page beside them."""
        recipient = await _recipient(actor, member_id)
        chosen = purpose_named(purpose).purpose if purpose else await _first_purpose(actor, recipient)
        kept = await reason_draft(actor, recipient.id, purpose=chosen)
        draft = Draft(chosen) if kept is None else begun_draft(kept)
        if statement:  # what somebody just chose is newer than what they had chosen when they began
            draft = replace(draft, anchor=statement)
        return await _draw(request, actor, recipient, draft, Outcome(begun_at=kept.changed_at if kept else None))

    @post(opt={"limits": (REASON_CHECKS,), "keeps": keep_typed_reason})
    async def check_or_send(
        self,
        request: PageRequest,
        actor: NamedDependency[Member],
        form: NamedDependency[Form],
        member_id: FromPath[UUID],
    ) -> Answer:
        """Say what is found in the reason, keep that some of it is wrong, or send it."""
        recipient = await _recipient(actor, member_id)
        if other := form.field("instead"):
            draft = await _moved(actor, recipient, form, to=purpose_named(other).purpose)
            return await _draw(request, actor, recipient, draft, Outcome())
        draft = typed_draft(form)
        try:
            wrong = await _called_wrong(actor, form, draft)
        except InvalidError as error:
            errors = FormErrors.told_by(error, names={"text": "reason", "code": ""})
            return await _draw(request, actor, recipient, draft, Outcome(error.status, errors=errors))
        outcome = await _check_or_send(
            actor, draft.to_send(recipient.id), wish="check" if wrong is not None else form.field("do")
        )
        if isinstance(outcome, RequestRead):
            return _sent(outcome)
        if wrong is not None:
            outcome = replace(outcome, called_wrong=wrong.code, not_kept=wrong.text_not_kept)
        return await _draw(request, actor, recipient, draft, outcome)


async def _moved(actor: Member, recipient: MemberRead, form: Form, *, to: Purpose) -> Draft:
    """The words of a form under another purpose; they go along, unless others were begun there already."""
    before, kept = typed_draft(form), await reason_draft(actor, recipient.id, purpose=to)
    if kept is not None and not before.reason:
        return begun_draft(kept)
    if kept is None:
        with suppress(WhereforeError):
            await keep_reason(actor, recipient.id, purpose=to, draft=ReasonDraftSet(before.reason))
            await forget_reason(actor, recipient.id, purpose=before.purpose)
    return Draft(to, reason=before.reason)


async def _check_or_send(actor: Member, draft: RequestCreate, *, wish: str) -> Outcome | RequestRead:
    """Do what the pressed button says: `check`, `send` (which stops at notes once), or `anyway`."""
    try:
        if wish == "check":
            check = await services.check_reason(actor, draft=draft)
            return _found(draft, check.findings, status_code=200)
        return await services.send_request(actor, draft=draft, past_notes=wish == "anyway")
    except ReasonNotedError as error:
        return _found(draft, error.findings, status_code=200)
    except ReasonRefusedError as error:
        return _found(draft, error.findings, status_code=_UNPROCESSABLE)
    except InvalidError as error:
        return Outcome(error.status, errors=FormErrors.told_by(error, names={"anchor": "where"}))
    except WhereforeError as error:
        if error.status != _CONFLICT and not isinstance(error, BusyError):
            raise
        return Outcome(error.status, trouble=error.detail)


async def _called_wrong(actor: Member, form: Form, draft: Draft) -> DisagreementRead | None:
    """Keep that a finding is wrong, if that is what the pressed button says."""
    wish = form.field("do")
    if not wish.startswith(WRONG):
        return None
    code = wish.removeprefix(WRONG)
    text = draft.reason if form.ticked("keep_text") and draft.reason else None
    return await disagree(actor, draft=DisagreementCreate(code, text=text, purpose=draft.purpose))


def _found(draft: RequestCreate, findings: Sequence[Finding], *, status_code: int) -> Outcome:
    errors = FormErrors()
    for found in findings:
        if found.code == "no-anchor":
            errors.add("anchor", found.message)
    if not draft.reason.strip():
        errors.add("reason", "Write why you want to meet them.")
        return Outcome(_UNPROCESSABLE, errors=errors)
    return Outcome(status_code, review=review(draft.reason, findings), errors=errors)


def _sent(sent: RequestRead) -> Answer:
    name = sent.recipient.display_name
    if sent.connection_id is not None:
        return redirect_with(
            f"/conversations/{sent.connection_id}", notice="You had each asked the other: now you are connected."
        )
    return redirect_with(f"/requests/{sent.id}", notice=f"Your request is on its way to {isolated(name)}.")


async def _draw(request: PageRequest, actor: Member, recipient: MemberRead, draft: Draft, outcome: Outcome) -> Template:
    card = next((card for card in recipient.purposes if card.purpose == draft.purpose), None)
    slots = await queries.slots(actor)
    return await page(
        request,
        "requests/compose.html",
        status_code=outcome.status_code,
        member=recipient,
        purpose=PURPOSES[draft.purpose],
        others=[PURPOSES[card.purpose] for card in recipient.purposes if card.purpose != draft.purpose],
        statements=card.statements if card else [],
        draft=draft,
        begun_at=outcome.begun_at,
        questions=questions_for(draft.purpose, _chosen(card, draft)),
        review=outcome.review,
        called_wrong=outcome.called_wrong,
        not_kept=outcome.not_kept,
        may_keep=may_keep(draft.purpose),
        trouble=outcome.trouble,
        asked=await asked_already(actor, recipient.id),
        errors=outcome.errors or FormErrors(),
        slots=slots_in_words(slots),
        paused_until=(paused_until := await requests_paused_until(actor)),
        no_slot=paused_until is not None or slots.open >= slots.allowed,
    )


def _chosen(card: PurposeCard | None, draft: Draft) -> QuotedStatement | None:
    """What of theirs the reason is about."""
    statements = card.statements if card else []
    return next((statement for statement in statements if str(statement.id) == draft.anchor), None)


async def _recipient(actor: Member, member_id: UUID) -> MemberRead:
    """Whoever is to be asked; nobody asks themselves."""
    if member_id == actor.id:
        raise NotFoundError
    return await member(actor, member_id)


async def _first_purpose(actor: Member, recipient: MemberRead) -> Purpose:
    """What to ask under when nothing was said: what was begun, or the first that the two share as far as one sees."""
    for begun in await reason_drafts(actor):
        if begun.member is not None and begun.member.id == recipient.id:
            return begun.purpose
    mine = [mine.purpose for mine in await my_purposes(actor)]
    shared = [card.purpose for card in recipient.purposes if card.purpose in mine]
    for purpose in shared or mine:
        return purpose
    raise NotFoundError
