"""The pages on which moderators take cases, read them and decide them; for everyone else there is nothing here."""

from uuid import UUID

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Template

from api.accounts.schemas import Member
from api.authentication import Access
from api.drafts.schemas import DraftKind
from api.errors import ConflictError, FieldError, InvalidError
from api.moderation import audit, cases, deciding
from api.moderation.decision_checks import LONGEST_REASON
from api.moderation.errors import CaseClosedError, NotTakenError
from api.moderation.rules import RULES
from api.moderation.schemas import AppealDecision, AppealOutcome, Category, Decision, DecisionCreate
from api.texts import problem_with
from web import moderation_words as words
from web.begun_forms import begun_form, keep_decision, sent
from web.contexts import Answer, PageRequest, page, redirect, redirect_with
from web.forms import Form, FormErrors

QUEUE = "/moderation/reports"


class CasePages(Controller):
    """Reports that wait, and what is decided about them."""

    path = QUEUE
    opt = {"access": Access.MODERATOR}

    @get()
    async def show_queue(self, request: PageRequest, actor: NamedDependency[Member]) -> Template:
        """Show what waits: danger first, then the oldest."""
        return await page(
            request,
            "moderation/queue.html",
            waiting_cases=await cases.queue(actor),
            for_others=await cases.appeals_for_others(actor),
            targets=words.TARGETS,
            rules=RULES,
        )

    @get("/{case_id:uuid}")
    async def show(self, request: PageRequest, actor: NamedDependency[Member], case_id: FromPath[UUID]) -> Template:
        """Show a case to the moderator who has taken it; to others, that it can be taken, or who has it."""
        begun = await begun_form(actor, DraftKind.DECISION, case_id)
        return await _draw(request, actor, case_id, form=begun if begun.values else None)

    @post("/{case_id:uuid}", opt={"keeps": keep_decision})
    async def act(
        self,
        request: PageRequest,
        actor: NamedDependency[Member],
        form: NamedDependency[Form],
        case_id: FromPath[UUID],
    ) -> Answer:
        """Take a case, give it back, or decide it."""
        wish = form.field("do")
        try:
            if wish == "take":
                await cases.claim(actor, case_id)
                return redirect(f"{QUEUE}/{case_id}")
            if wish == "give back":
                await cases.release(actor, case_id)
                return redirect_with(QUEUE, notice="You gave the case back.")
            if wish == "decide appeal":
                await deciding.decide_appeal(actor, case_id, draft=_appeal_decision(form))
                await sent(actor, DraftKind.DECISION, case_id)
                return redirect_with(QUEUE, notice="The appeal is decided, and the member is told.")
            await deciding.decide(actor, case_id, draft=_decision(form))
            await sent(actor, DraftKind.DECISION, case_id)
        except InvalidError as error:
            return await _draw(request, actor, case_id, form=form, errors=FormErrors.told_by(error))
        except ConflictError as error:
            if any(form.field(name) for name in ("reason", "words", "at_once")):
                raise  # an answer that shows what was typed
            return redirect_with(QUEUE, notice=error.detail)
        return redirect_with(QUEUE, notice="The case is decided. Whoever it concerns is told.")


class AuditPages(Controller):
    """What moderators did."""

    path = "/moderation/audit"
    opt = {"access": Access.MODERATOR}

    @get()
    async def show(
        self, request: PageRequest, actor: NamedDependency[Member], cursor: FromQuery[str | None] = None
    ) -> Template:
        """Show the audit trail, newest first."""
        found = await audit.audit_trail(actor, cursor=cursor)
        return await page(request, "moderation/audit.html", found=found, acts=words.ACTS, kept=words.kept_in_words)


def _decision(form: Form) -> DecisionCreate:
    if form.field("decision") not in set(Decision):
        reason = problem_with(form.field("reason"), field="reason", name="The reason", least=1, most=LONGEST_REASON)
        missing = (FieldError("/decision", "missing", "Choose what you decide."), *((reason,) if reason else ()))
        raise InvalidError(missing[0].detail, errors=missing)
    days = form.field("days")
    return DecisionCreate(
        decision=Decision(form.field("decision")),
        reason=form.field("reason"),
        rule=Category(form.field("rule")) if form.field("rule") in set(Category) else None,
        words=form.field("words"),
        parts=frozenset(int(place) for place in form.fields("parts") if _is_place(place)),
        days=int(days) if _is_place(days) else None,
        at_once=form.field("at_once"),
    )


def _appeal_decision(form: Form) -> AppealDecision:
    if form.field("outcome") not in set(AppealOutcome):
        raise InvalidError.field("outcome", "missing", "Choose what you decide.")
    return AppealDecision(outcome=AppealOutcome(form.field("outcome")), reason=form.field("reason"))


def _is_place(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 4  # noqa: PLR2004 - no case has a thousand pieces


async def _draw(
    request: PageRequest, actor: Member, case_id: UUID, *, form: Form | None = None, errors: FormErrors | None = None
) -> Template:
    try:
        case = await cases.open_case(actor, case_id)
    except (NotTakenError, CaseClosedError):
        waiting_case = await cases.look_at(actor, case_id)
        return await page(request, "moderation/untaken.html", case=waiting_case, targets=words.TARGETS, rules=RULES)
    return await page(
        request,
        "moderation/case.html",
        case=case,
        typed=form or Form(),
        chosen=_chosen(form, [place for place, part in enumerate(case.evidence.parts) if part.concerned]),
        choices=[
            (str(place), part.text, words.PARTS[part.kind])
            for place, part in enumerate(case.evidence.parts)
            if part.by == "reported"
        ],
        their_words={str(place): None for place, _ in enumerate(case.evidence.parts)},
        errors=errors or FormErrors(),
        longest=LONGEST_REASON,
        words=words,
        rules=RULES,
    )


def _chosen(form: Form | None, by_itself: list[int]) -> list[str]:
    return [str(place) for place in by_itself] if form is None else form.fields("parts")
