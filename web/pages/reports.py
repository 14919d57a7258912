"""Reporting something to the moderators, and reading what came of it."""

from typing import Final
from uuid import UUID

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Template

from api.accounts.schemas import Member
from api.authentication import Access
from api.drafts.schemas import DraftKind
from api.errors import InvalidError, NotFoundError
from api.limits.policies import REPORTS
from api.moderation import reporting
from api.moderation.recalling import Recalled, reports_recalled
from api.moderation.schemas import LONGEST_WORDS, Category, ReportCreate, Target, TargetKind
from web.begun_forms import begun_form, keep_report, sent
from web.contexts import Answer, PageRequest, page, redirect_with
from web.forms import Form, FormErrors
from web.moderation_words import CATEGORY_CHOICES, OUTCOMES, TARGETS, rule_of

BACK: Final = {
    TargetKind.REQUEST: ("/requests", "Requests"),
    TargetKind.MESSAGE: ("/conversations", "Conversations"),
    TargetKind.MEMBER: ("/matches", "Matches"),
    TargetKind.STATEMENT: ("/matches", "Matches"),
}
"""Pages that are always there, whatever was blocked or ended meanwhile, and what they are called."""


class ReportPages(Controller):
    """Telling the moderators of something."""

    path = "/report/{target_id:uuid}"
    opt = {"access": Access.MEMBER}

    @get()
    async def ask(
        self, request: PageRequest, actor: NamedDependency[Member], target_id: FromPath[UUID], kind: FromQuery[str] = ""
    ) -> Template:
        """Ask what is wrong."""
        target = _target(kind, target_id)
        await reporting.check_reportable(actor, target)
        return await _draw(request, target, form=await begun_form(actor, DraftKind.REPORT, target_id))

    @post(opt={"limits": (REPORTS,), "keeps": keep_report})
    async def report(
        self,
        request: PageRequest,
        actor: NamedDependency[Member],
        form: NamedDependency[Form],
        target_id: FromPath[UUID],
        kind: FromQuery[str] = "",
    ) -> Answer:
        """Take the report."""
        target = _target(kind, target_id)
        if form.field("category") not in set(Category):
            await reporting.check_reportable(actor, target)
            errors = FormErrors()
            errors.add("category", "Choose what is wrong.")
            return await _draw(request, target, form=form, errors=errors)
        draft = ReportCreate(
            target, Category(form.field("category")), words=form.field("words") or None, block=form.ticked("block")
        )
        try:
            await reporting.report(actor, draft=draft)
        except InvalidError as error:
            return await _draw(request, target, form=form, errors=FormErrors.told_by(error))
        await sent(actor, DraftKind.REPORT, target_id)
        told = "Thank you. Your report is with the moderators. Nobody else learns of it."
        return redirect_with("/reports", notice=told + (" They are blocked as well." if draft.block else ""))


class MyReportPages(Controller):
    """What one reported."""

    path = "/reports"
    opt = {"access": Access.MEMBER}

    @get()
    async def list_reports(self, request: PageRequest, actor: NamedDependency[Member]) -> Template:
        """Show what one reported, and what came of it."""
        reports = await reporting.my_reports(actor)
        recalled = await reports_recalled(actor)
        return await page(
            request,
            "reports/reports.html",
            reports=[(read, recalled.get(read.id, Recalled())) for read in reports],
            targets=TARGETS,
            rule_of=rule_of,
            outcomes=OUTCOMES,
            categories={value: label for value, label, _ in CATEGORY_CHOICES},
        )


def _target(kind: str, target_id: UUID) -> Target:
    if kind not in set(TargetKind):
        raise NotFoundError
    return Target(TargetKind(kind), target_id)


async def _draw(
    request: PageRequest, target: Target, *, form: Form | None = None, errors: FormErrors | None = None
) -> Template:
    typed = form or Form()
    return await page(
        request,
        "reports/report.html",
        target=target,
        what=TARGETS[target.kind],
        back=BACK[target.kind],
        categories=CATEGORY_CHOICES,
        category=typed.field("category"),
        words=typed.field("words"),
        block=typed.ticked("block"),
        errors=errors or FormErrors(),
        longest=LONGEST_WORDS,
    )
