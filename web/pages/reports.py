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
from api.moderation.recalling import Recalled, reports_recalled, target_recalled
from api.moderation.schemas import LONGEST_WORDS, Category, ReportCreate, Target, TargetKind
from api.profiles.queries import member_summaries
from web.begun_forms import begun_form, keep_report, sent
from web.contexts import Answer, PageRequest, page, redirect_with
from web.forms import Form, FormErrors
from web.moderation_words import CATEGORY_CHOICES, OUTCOMES, TARGETS, rule_of
from web.names import apart

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
        return await _draw(request, actor, target, form=await begun_form(actor, DraftKind.REPORT, target_id))

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
            errors = FormErrors()
            errors.add("category", "Choose what is wrong.")
            return await _draw(request, actor, target, form=form, errors=errors)
        draft = ReportCreate(
            target, Category(form.field("category")), words=form.field("words") or None, block=form.ticked("block")
        )
        try:
            await reporting.report(actor, draft=draft)
        except InvalidError as error:
            return await _draw(request, actor, target, form=form, errors=FormErrors.told_by(error))
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


async def _back(actor: Member, target: Target, reported: UUID | None) -> tuple[str, str]:
    """Where to go without a report: for what stands on a member's page to that, as long as it is there."""
    if target.kind in {TargetKind.MEMBER, TargetKind.STATEMENT} and reported is not None:
        seen = await member_summaries(actor, [reported])
        if reported in seen:
            return f"/members/{reported}", "Back to " + apart(seen[reported].display_name)
    return BACK[target.kind]


async def _draw(
    request: PageRequest, actor: Member, target: Target, *, form: Form | None, errors: FormErrors | None = None
) -> Template:
    typed = form or Form()
    reported = await reporting.check_reportable(actor, target)
    return await page(
        request,
        "reports/report.html",
        target=target,
        what=TARGETS[target.kind],
        about=await target_recalled(actor, target, reported=reported),
        back=await _back(actor, target, reported),
        categories=CATEGORY_CHOICES,
        category=typed.field("category"),
        words=typed.field("words"),
        block=typed.ticked("block"),
        errors=errors or FormErrors(),
        longest=LONGEST_WORDS,
    )
