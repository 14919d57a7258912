"""Which forms of pages are kept while somebody fills them in, and where one goes on with each."""

from typing import Final
from uuid import UUID

import msgspec

from api.accounts.schemas import Member
from api.connections import queries as connecting
from api.drafts.forms import begun_fields, form_drafts, keep_form
from api.drafts.schemas import Draft, DraftKind, Place
from api.drafts.services import forget_at
from api.errors import NotFoundError
from api.moderation import cases, notices, reporting
from api.moderation.schemas import Target, TargetKind
from api.profiles.queries import has_purpose, my_statement
from api.profiles.schemas import Purpose
from web.begun import MemberRequest
from web.forms import Form
from web.purposes import purpose_named


class Fields(msgspec.Struct, frozen=True):
    """What is kept of a form."""

    words: tuple[str, ...]
    """Those in which somebody writes."""
    beside: tuple[str, ...] = ()
    """What is chosen beside them."""
    label: str = ""
    """What it is, for the list of all that somebody has begun."""


FORMS: Final = {
    DraftKind.QUESTION: Fields(("question",), label="A question about a request"),
    DraftKind.ANSWER: Fields(("answer",), label="An answer to a question"),
    DraftKind.REFUSAL: Fields(("sentence",), label="A no with a sentence"),
    DraftKind.NOTE: Fields(("note",), label="A note for yourself"),
    DraftKind.STATEMENT: Fields(("text",), ("role", "audience"), label="Words about yourself"),
    DraftKind.FIRST_WORDS: Fields(("about", "seeking"), ("about_draft", "seeking_draft"), label="Your first words"),
    DraftKind.REPORT: Fields(("words",), ("category", "block", "kind"), label="A report"),
    DraftKind.APPEAL: Fields(("words",), label="What you say to a decision"),
    DraftKind.DECISION: Fields(
        ("words", "at_once", "reason"), ("decision", "rule", "parts", "days", "outcome"), label="A decision"
    ),
}
_WHERE: Final = {
    **dict.fromkeys((DraftKind.QUESTION, DraftKind.ANSWER, DraftKind.REFUSAL), "/requests/{about}"),
    DraftKind.NOTE: "/conversations/{about}#note",
    DraftKind.STATEMENT: "/me/statements/new/{purpose}",
    DraftKind.FIRST_WORDS: "/first-words/{purpose}",
    DraftKind.REPORT: "/report/{about}?kind={kind}",
    DraftKind.APPEAL: "/notices/{about}",
    DraftKind.DECISION: "/moderation/reports/{about}",
}
STEPS: Final = {"question": DraftKind.QUESTION, "answer": DraftKind.ANSWER, "refusal": DraftKind.REFUSAL}


class Begun(msgspec.Struct, frozen=True):
    """A form that somebody has begun, in the list of all such."""

    draft: Draft
    label: str
    words: list[str]
    url: str


async def begun_form(actor: Member, kind: DraftKind, about: UUID, purpose: Purpose | None = None) -> Form:
    """A form as its member left it; an empty one where nothing is kept."""
    return Form(await begun_fields(actor, Place(kind, about, purpose)))


async def begun_steps(actor: Member, request_id: UUID, form: Form | None = None) -> Form:
    """What was begun for the steps of a request; what was just typed is newer."""
    values: dict[str, list[str]] = {}
    for kind in STEPS.values():
        values |= await begun_fields(actor, Place(kind, request_id))
    return Form(values | form.values if form else values)


async def sent(actor: Member, kind: DraftKind, about: UUID, purpose: Purpose | None = None) -> None:
    """Throw away what was kept of a form that is done with."""
    await forget_at(actor, Place(kind, about, purpose))


async def step_taken(actor: Member, request_id: UUID, step: str, *, over: bool) -> None:
    """Throw away what was kept for a step of a request, and for every other where nothing can be said any more."""
    for name, kind in STEPS.items():
        if over or name == step:
            await sent(actor, kind, request_id)


async def begun_forms(actor: Member) -> list[Begun]:
    """All forms that the actor has begun, the latest first."""
    return [_begun(draft) for draft in await form_drafts(actor)]


async def keep_step(request: MemberRequest, form: Form) -> None:
    """Keep what is written for a step of a request."""
    kind, request_id = STEPS.get(request.path_params["step"]), request.path_params["request_id"]
    if kind is None:
        return
    await connecting.request(request.user, request_id)
    await _keep(request.user, Place(kind, request_id), form)


async def keep_note(request: MemberRequest, form: Form) -> None:
    """Keep a note as far as it is written."""
    connection = await connecting.connection(request.user, request.path_params["connection_id"])
    await _keep(request.user, Place(DraftKind.NOTE, connection.id), form)


async def keep_new_statement(request: MemberRequest, form: Form) -> None:
    """Keep a statement that is being written."""
    await _keep_for_purpose(request, form, DraftKind.STATEMENT)


async def keep_first_words(request: MemberRequest, form: Form) -> None:
    """Keep the first words for a purpose."""
    await _keep_for_purpose(request, form, DraftKind.FIRST_WORDS)


async def keep_changed_statement(request: MemberRequest, form: Form) -> None:
    """Keep a statement that is being changed."""
    statement = await my_statement(request.user, request.path_params["statement_id"])
    await _keep(request.user, Place(DraftKind.STATEMENT, statement.id), form)


async def keep_report(request: MemberRequest, form: Form) -> None:
    """Keep a report as far as it is written."""
    kind, target_id = request.query_params.get("kind", ""), request.path_params["target_id"]
    if kind not in set(TargetKind):
        raise NotFoundError
    await reporting.check_reportable(request.user, Target(TargetKind(kind), target_id))
    await _keep(request.user, Place(DraftKind.REPORT, target_id), Form({**form.values, "kind": [kind]}))


async def keep_appeal(request: MemberRequest, form: Form) -> None:
    """Keep what somebody says to a decision."""
    notice = await notices.notice(request.user, request.path_params["notice_id"])
    await _keep(request.user, Place(DraftKind.APPEAL, notice.id), form)


async def keep_decision(request: MemberRequest, form: Form) -> None:
    """Keep a decision of a moderator who may judge the case; that is no reading of the evidence."""
    if any(name in form.values for name in FORMS[DraftKind.DECISION].words):
        case = await cases.look_at(request.user, request.path_params["case_id"])
        await _keep(request.user, Place(DraftKind.DECISION, case.id), form)


async def _keep_for_purpose(request: MemberRequest, form: Form, kind: DraftKind) -> None:
    purpose = purpose_named(request.path_params["purpose"]).purpose
    if not await has_purpose(request.user.id, purpose):
        raise NotFoundError
    await _keep(request.user, Place(kind, request.user.id, purpose), form)


async def _keep(actor: Member, place: Place, form: Form) -> None:
    fields = FORMS[place.kind]
    if any(name in form.values for name in fields.words):
        words = {name: [form.field(name)] for name in fields.words if name in form.values}
        kept = words | {name: form.fields(name) for name in fields.beside if name in form.values}
        await keep_form(actor, place, kept, words=fields.words)


def _begun(draft: Draft) -> Begun:
    place, written = draft.words.place, draft.words.fields
    fields = FORMS[place.kind]
    words = [value for name in fields.words for value in written.get(name, []) if value]
    return Begun(draft, fields.label, words, _address(place, written))


def _address(place: Place, written: dict[str, list[str]]) -> str:
    """Where one goes on."""
    if place.kind is DraftKind.STATEMENT and place.purpose is None:
        return f"/me/statements/{place.about}"
    [kind] = written.get("kind", [""])
    return _WHERE[place.kind].format(about=place.about, purpose=place.purpose, kind=kind)
