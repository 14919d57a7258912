"""Reports, the evidence that was sealed with them, what was decided, and who did what about it."""

from piccolo.columns import UUID, Bytea, ForeignKey, OnDelete, Timestamptz, Varchar
from piccolo.columns.defaults.uuid import UUID4
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from api.accounts.tables import Account
from api.moderation.schemas import AppealOutcome, Category, Decision, TargetKind
from api.sealing.columns import SealedText


class Report(Table, tablename="report"):
    """A report and all that became of it: who looks at it, what was decided, and the appeal.

    One row, so that the rules between its parts are constraints: whoever decides an appeal is another moderator than
    the one who decided first, and whatever has an effect on a member comes with a notice.
    """

    id = UUID(primary_key=True, default=UUID4())
    reporter = ForeignKey(Account, null=True, default=None, on_delete=OnDelete.set_null)
    reported = ForeignKey(Account, null=True, default=None, on_delete=OnDelete.set_null)
    """Nobody once the account is gone; also when the one who reported could not see any more who it was."""
    target_kind = Varchar(length=12, choices=TargetKind, null=False)
    target = UUID(null=False, default=None)
    """The row that was reported. It may be gone, the evidence stays."""
    category = Varchar(length=24, choices=Category, null=False)
    words = SealedText(most=20_000, null=True, default=None)
    """What the reporter added, sealed."""
    created_at = Timestamptz(null=False)

    claimed_by = UUID(null=True, default=None)
    """The moderator who looks at it, or at the appeal; no reference, as what a moderator did outlives their account."""
    claimed_until = Timestamptz(null=True, default=None)

    decision = Varchar(length=20, choices=Decision, null=True, default=None)
    rule = Varchar(length=24, choices=Category, null=True, default=None)
    decided_by = UUID(null=True, default=None)
    decided_at = Timestamptz(null=True, default=None)
    reason = SealedText(most=20_000, null=True, default=None)
    """Why, for moderators, sealed."""
    at_once = SealedText(most=20_000, null=True, default=None)
    """Why the account was suspended without an earlier step, sealed."""
    after_step_at = Timestamptz(null=True, default=None)
    """When the earlier step was taken after which the account was suspended."""
    notice = SealedText(most=20_000, null=True, default=None)
    """What the member is told, sealed."""
    notice_seen_at = Timestamptz(null=True, default=None)
    requests_paused_until = Timestamptz(null=True, default=None)
    removed = SealedText(most=200_000, null=True, default=None)
    """What was taken out, with all that is needed to put it back; sealed."""

    appeal = SealedText(most=20_000, null=True, default=None)
    """What the member says against it, sealed."""
    appealed_at = Timestamptz(null=True, default=None)
    appeal_outcome = Varchar(length=12, choices=AppealOutcome, null=True, default=None)
    appeal_decided_by = UUID(null=True, default=None)
    appeal_decided_at = Timestamptz(null=True, default=None)
    appeal_reason = SealedText(most=20_000, null=True, default=None)
    """Why, as the member reads it; sealed."""

    report_not_about_oneself = Check(reporter != reported)
    report_claim_whole = Check("(claimed_by IS NULL) = (claimed_until IS NULL)")
    report_decision_whole = Check(
        "(decision IS NULL) = (decided_by IS NULL) AND (decision IS NULL) = (decided_at IS NULL) "
        "AND (decision IS NULL) = (reason IS NULL)"
    )
    report_no_effect_without_notice = Check(
        "(coalesce(decision, 'no_action') = 'no_action') = (notice IS NULL) "
        "AND (coalesce(decision, 'no_action') = 'no_action') = (rule IS NULL)"
    )
    report_pause_has_an_end = Check(
        "(decision IS NOT DISTINCT FROM 'requests_paused') = (requests_paused_until IS NOT NULL)"
    )
    report_account_comes_second = Check(
        "decision IS DISTINCT FROM 'account_suspended' OR after_step_at IS NOT NULL "
        "OR (at_once IS NOT NULL AND rule IN ('scam', 'danger'))"
    )
    report_appeal_after_notice = Check(
        "(appeal IS NULL) = (appealed_at IS NULL) AND (appeal IS NULL OR notice IS NOT NULL)"
    )
    report_appeal_decision_whole = Check(
        "(appeal_outcome IS NULL) = (appeal_decided_by IS NULL) "
        "AND (appeal_outcome IS NULL) = (appeal_decided_at IS NULL) "
        "AND (appeal_outcome IS NULL) = (appeal_reason IS NULL) "
        "AND (appeal_outcome IS NULL OR appeal IS NOT NULL)"
    )
    report_appeal_by_another = Check("appeal_decided_by <> decided_by")


class ReportEvidence(Table, tablename="report_evidence"):
    """What was reported, as the reporter could read it at that moment. A trigger refuses to change it."""

    report = ForeignKey(Report, primary_key=True, null=False, on_delete=OnDelete.cascade)
    sealed = SealedText(most=200_000, null=False)
    digest = Bytea(null=False)
    """Keyed, of the plain text: so that the same thing is not reported twice, and nothing is slipped in."""
    sealed_at = Timestamptz(null=False)


class SuspendedAddress(Table, tablename="suspended_address"):
    """The address of a suspended account, as a keyed digest, so that it stays suspended when its member comes back."""

    id = UUID(primary_key=True, default=UUID4())
    report = ForeignKey(Report, null=False, on_delete=OnDelete.cascade)
    """The case by which it is suspended."""
    digest = Bytea(null=False, default=None, secret=True)
    kept_at = Timestamptz(null=False)
    """When it was suspended; later, when the account went."""

    suspended_address_once = Unique([report, digest])


class ReportTie(Table, tablename="report_tie"):
    """A moderator who had to do with one side of a case, also when what told of it is gone."""

    id = UUID(primary_key=True, default=UUID4())
    report = ForeignKey(Report, null=False, on_delete=OnDelete.cascade)
    moderator = ForeignKey(Account, null=False, on_delete=OnDelete.cascade)

    report_tie_once = Unique([report, moderator])


class AuditEntry(Table, tablename="audit_entry"):
    """Something that a moderator did. A trigger refuses to change or delete it; it holds no words and no names."""

    id = UUID(primary_key=True, default=UUID4())
    at = Timestamptz(null=False)
    moderator = UUID(null=False, default=None)
    act = Varchar(length=32, null=False)
    report = UUID(null=True, default=None)
    detail = Varchar(length=120, null=False, default="")
