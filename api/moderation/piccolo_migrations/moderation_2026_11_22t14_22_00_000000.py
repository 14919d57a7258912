"""Reports, their sealed evidence, and the audit trail, to which lines are only ever added."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from api.database import fetch

ID = "2026-11-22T14:22:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Reports, evidence and the audit trail."

REPORT = """
CREATE TABLE report (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    reporter uuid REFERENCES account (id) ON DELETE SET NULL ON UPDATE CASCADE,
    reported uuid REFERENCES account (id) ON DELETE SET NULL ON UPDATE CASCADE,
    target_kind varchar(12) NOT NULL,
    target uuid NOT NULL,
    category varchar(24) NOT NULL,
    words text,
    created_at timestamptz NOT NULL,
    claimed_by uuid,
    claimed_until timestamptz,
    decision varchar(20),
    rule varchar(24),
    decided_by uuid,
    decided_at timestamptz,
    reason text,
    at_once text,
    after_step_at timestamptz,
    notice text,
    notice_seen_at timestamptz,
    requests_paused_until timestamptz,
    removed text,
    appeal text,
    appealed_at timestamptz,
    appeal_outcome varchar(12),
    appeal_decided_by uuid,
    appeal_decided_at timestamptz,
    appeal_reason text,
    CONSTRAINT report_not_about_oneself CHECK (reporter <> reported),
    CONSTRAINT report_claim_whole CHECK ((claimed_by IS NULL) = (claimed_until IS NULL)),
    CONSTRAINT report_decision_whole CHECK ((decision IS NULL) = (decided_by IS NULL)
        AND (decision IS NULL) = (decided_at IS NULL) AND (decision IS NULL) = (reason IS NULL)),
    CONSTRAINT report_no_effect_without_notice CHECK (
        (coalesce(decision, 'no_action') = 'no_action') = (notice IS NULL)
        AND (coalesce(decision, 'no_action') = 'no_action') = (rule IS NULL)),
    CONSTRAINT report_pause_has_an_end CHECK (
        (decision IS NOT DISTINCT FROM 'requests_paused') = (requests_paused_until IS NOT NULL)),
    CONSTRAINT report_account_comes_second CHECK (decision IS DISTINCT FROM 'account_suspended'
        OR after_step_at IS NOT NULL OR (at_once IS NOT NULL AND rule IN ('scam', 'danger'))),
    CONSTRAINT report_appeal_after_notice CHECK (
        (appeal IS NULL) = (appealed_at IS NULL) AND (appeal IS NULL OR notice IS NOT NULL)),
    CONSTRAINT report_appeal_decision_whole CHECK ((appeal_outcome IS NULL) = (appeal_decided_by IS NULL)
        AND (appeal_outcome IS NULL) = (appeal_decided_at IS NULL)
        AND (appeal_outcome IS NULL) = (appeal_reason IS NULL)
        AND (appeal_outcome IS NULL OR appeal IS NOT NULL)),
    CONSTRAINT report_appeal_by_another CHECK (appeal_decided_by <> decided_by)
)
"""

EVIDENCE = """
CREATE TABLE report_evidence (
    report uuid PRIMARY KEY REFERENCES report (id) ON DELETE CASCADE ON UPDATE CASCADE,
    sealed text NOT NULL,
    digest bytea NOT NULL,
    sealed_at timestamptz NOT NULL
)
"""

# What changes with a new key is only how the same text is sealed; its digest stays and is checked at every reading.
KEEP_EVIDENCE = """
CREATE FUNCTION keep_report_evidence() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF coalesce(current_setting('wherefore.sealing_anew', true), '') = 'on'
        AND NEW.report = OLD.report AND NEW.digest = OLD.digest AND NEW.sealed_at = OLD.sealed_at
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'evidence is never changed' USING ERRCODE = 'restrict_violation';
END
$$
"""

AUDIT = """
CREATE TABLE audit_entry (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    at timestamptz NOT NULL,
    moderator uuid NOT NULL,
    act varchar(32) NOT NULL DEFAULT '',
    report uuid,
    detail varchar(120) NOT NULL DEFAULT ''
)
"""

KEEP_AUDIT = """
CREATE FUNCTION keep_audit_entries() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit trail is only added to' USING ERRCODE = 'restrict_violation';
END
$$
"""

FORWARDS = (
    REPORT,
    "CREATE UNIQUE INDEX report_once_while_it_waits ON report (reporter, target_kind, target) WHERE decision IS NULL",
    "CREATE INDEX report_of_reporter ON report (reporter, created_at)",
    "CREATE INDEX report_about_member ON report (reported, decided_at)",
    "CREATE INDEX report_waiting ON report (created_at) "
    "WHERE decision IS NULL OR (appeal IS NOT NULL AND appeal_outcome IS NULL)",
    EVIDENCE,
    KEEP_EVIDENCE,
    "CREATE TRIGGER report_evidence_stays BEFORE UPDATE ON report_evidence "
    "FOR EACH ROW EXECUTE FUNCTION keep_report_evidence()",
    AUDIT,
    "CREATE INDEX audit_entry_in_order ON audit_entry (at, id)",
    KEEP_AUDIT,
    "CREATE TRIGGER audit_entry_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entry "
    "FOR EACH STATEMENT EXECUTE FUNCTION keep_audit_entries()",
)
BACKWARDS = (
    "DROP TABLE audit_entry",
    "DROP FUNCTION keep_audit_entries",
    "DROP TABLE report_evidence",
    "DROP FUNCTION keep_report_evidence",
    "DROP TABLE report",
)


async def forwards():
    manager = MigrationManager(migration_id=ID, app_name="moderation", description=DESCRIPTION)

    async def run():
        for statement in FORWARDS:
            await fetch(statement)

    async def run_backwards():
        for statement in BACKWARDS:
            await fetch(statement)

    manager.add_raw(run)
    manager.add_raw_backwards(run_backwards)
    return manager
