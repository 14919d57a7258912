"""How long everything is kept that no member deletes: one table, applied by jobs, told in docs/privacy.md."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Final

import msgspec

from api import clock, journal
from api.accounts import pending
from api.accounts.leaving import UNDO
from api.accounts.links import ENDED_KEPT, delete_ended_links
from api.accounts.services import SESSION_LASTS, delete_ended_credentials
from api.disagreements.services import TEXTS_KEPT, forget_texts
from api.drafts.queries import KEPT as DRAFTS_KEPT
from api.drafts.services import forget_old_drafts
from api.idempotency.services import KEPT as REPLIES_KEPT
from api.idempotency.services import forget_replies
from api.limits.people import SEEN_FOR, forget_seen
from api.limits.services import forget_spent
from api.mail.services import DEAD_KEPT, SENT_KEPT, UNSENT_KEPT, delete_old_mails
from api.moderation.retention import forget_old_cases
from api.moderation.rules import KEPT as CASES_KEPT
from api.moderation.suspended_addresses import ADDRESSES_KEPT, forget_suspended_addresses
from api.privacy import outdated
from api.privacy.erasure import erase_due
from api.webhooks import tidying

OURS: Final = "apply_retention"


class Retention(msgspec.Struct, frozen=True):
    """How long something is kept."""

    name: str
    what: str
    after: timedelta
    """How long after that moment it goes."""
    since: str
    """The moment from which it counts."""
    apply: Callable[[], Awaitable[object]]
    job: str = OURS
    """The name under which it is scheduled in `api.worker`."""


PROTECTIONS_KEPT: Final = timedelta(days=92)
"""For longer than backups should be kept; a restore of one that is older is refused."""


async def _forget_protections() -> int:
    return await journal.forget(clock.now() - PROTECTIONS_KEPT)


_HOUR = timedelta(hours=1)
_AT_ONCE = timedelta(0)

RETENTION: Final = (
    Retention(
        "leaving",
        "accounts whose members asked to be erased, with all that hangs on them",
        UNDO,
        "they asked",
        erase_due,
    ),
    Retention(
        "ended words",
        "what was written in connections that have ended, and their reasons and notes",
        outdated.ENDED_WORDS,
        "the connection ended",
        outdated.forget_ended_words,
    ),
    Retention(
        "ended messages",
        "that messages were written in connections that have ended, without their words",
        outdated.ENDED_MESSAGES,
        "the connection ended",
        outdated.delete_ended_messages,
    ),
    Retention(
        "closed requests",
        "requests that are over, with their history",
        outdated.CLOSED_REQUESTS,
        "they were over for their sender, unless a connection came of them that goes on",
        outdated.delete_closed_requests,
    ),
    Retention(
        "drafts",
        "what was begun and not sent",
        DRAFTS_KEPT,
        "they were last changed",
        forget_old_drafts,
    ),
    Retention(
        "kept replies",
        "replies to calls of programs that came with a key, so that the same call may come again",
        REPLIES_KEPT,
        "they were given",
        forget_replies,
    ),
    Retention(
        "withdrawn consents",
        "that a member had agreed to something, and when",
        outdated.WITHDRAWN_CONSENTS,
        "they took it back",
        outdated.delete_withdrawn_consents,
    ),
    Retention(
        "blocked addresses",
        "keyed digests of the addresses of blocked accounts that are gone",
        outdated.BLOCKED_ADDRESSES,
        "the block, once the account is gone",
        outdated.delete_blocked_addresses,
    ),
    Retention(
        "job logs", "which work was done, and what failed", outdated.JOB_LOGS, "it was done", outdated.delete_job_logs
    ),
    Retention(
        "suspended addresses",
        "keyed digests of the addresses of suspended accounts that are gone",
        ADDRESSES_KEPT,
        "the account was gone",
        forget_suspended_addresses,
    ),
    Retention(
        "cases",
        "reports with their evidence, decisions and appeals; not the one by which an account, or the address of one "
        "that is gone, is suspended",
        CASES_KEPT,
        "the last decision",
        forget_old_cases,
    ),
    Retention(
        "protections",
        "in the journal beside the database: what was done to protect somebody, sealed, and which backups were made",
        PROTECTIONS_KEPT,
        "it was done",
        _forget_protections,
    ),
    Retention(
        "sessions",
        "sessions, tokens, challenges and half-done sign-ins",
        _AT_ONCE,
        f"they ended; a session does after {SESSION_LASTS.days} days",
        delete_ended_credentials,
        "delete_ended_credentials",
    ),
    Retention("links", "links in mails", ENDED_KEPT, "they ended", delete_ended_links, "delete_ended_links"),
    Retention(
        "unconfirmed",
        "sign-ups whose address was not confirmed",
        pending.KEPT,
        "the sign-up",
        pending.delete_unconfirmed,
        "delete_unconfirmed",
    ),
    Retention(
        "sent mails",
        "that a mail was sent; its words and its address go when it is sent",
        SENT_KEPT,
        "it was sent",
        delete_old_mails,
        "delete_old_mails",
    ),
    Retention(
        "dead mails",
        "that a mail was given up; its words and its address go at that moment",
        DEAD_KEPT,
        "it was given up",
        delete_old_mails,
        "delete_old_mails",
    ),
    Retention(
        "unsent mails",
        "mails that nobody can send because no server is set",
        UNSENT_KEPT,
        "they were written",
        delete_old_mails,
        "delete_old_mails",
    ),
    Retention(
        "webhook deliveries",
        "what webhooks were told, when, and what came of it: at most the latest thousand of each",
        tidying.KEPT,
        "it arrived or was given up",
        tidying.tidy_deliveries,
        "tidy_deliveries",
    ),
    Retention(
        "spent limits",
        "what was spent of a limit, under a keyed digest",
        _AT_ONCE,
        "it counts no more, 30 days at most",
        forget_spent,
        "forget_spent",
    ),
    Retention(
        "seen people",
        "whom a member was shown, under a keyed digest",
        SEEN_FOR,
        "they were shown",
        forget_seen,
        "forget_seen",
    ),
    Retention(
        "findings of the day",
        "who was stopped by which check",
        timedelta(days=1),
        "the day",
        forget_texts,
        "forget_texts",
    ),
    Retention(
        "given texts",
        "words that members let us keep to mend a check",
        TEXTS_KEPT,
        "they were given",
        forget_texts,
        "forget_texts",
    ),
    Retention(
        "disagreements", "who called which check wrong", TEXTS_KEPT, "they said so", forget_texts, "forget_texts"
    ),
)


async def apply_retention() -> dict[str, object]:
    """The job: delete what has been kept long enough, as far as no other job does; what each row came to."""
    return {row.name: await row.apply() for row in RETENTION if row.job == OURS}
