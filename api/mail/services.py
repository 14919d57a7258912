"""Sending mails: written down with what caused them, handed to the server by jobs, tried again, given up."""

import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import msgspec
import structlog

from api import clock, jobs
from api.database import fetch, fetch_one, transaction
from api.mail.delivery import NotDeliveredError, deliver, message_of
from api.mail.schemas import Mail, MailKind, MailWaiting
from api.sealing import keyed_digest, opened, seal
from api.settings import settings
from api.smtp_settings import Smtp

logger = structlog.get_logger()

TRY_AGAIN_AFTER: Sequence[timedelta] = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=15),
    timedelta(hours=1),
    timedelta(hours=6),
)
"""How long to wait after the first, second, … try that failed; after one more the mail is given up."""
CLAIMED_FOR = timedelta(minutes=2)
"""Longer than a try may take: a mail whose worker died is tried by another after this."""
MOST_AT_ONCE = 100
"""Mails that one round sends, so that a round ends."""
SECONDS_LET_BE = 60
"""How long a server that fails is not asked again for single mails: each would hold up other jobs for half a minute."""
SENT_KEPT = timedelta(days=3)
DEAD_KEPT = timedelta(days=30)
UNSENT_KEPT = timedelta(days=7)
"""Where no server is set: as long as the longest link in a mail works."""

_let_be_until: dict[tuple[str, int], float] = {}
_hung_at: dict[tuple[str, int], UUID] = {}
"""The last mail at which a server that had let us in did not answer in time, since it took one."""


async def send(*, to: str, mail: Mail) -> UUID:
    """Send a mail once the caller's transaction is committed; nothing is sent when it is rolled back.

    Where no server is set, it is kept for the operator.

    Args:
        to: An address in its normal form.
        mail: Made by `api.mail.letters.letter`.

    Returns:
        The id of the mail.
    """
    mail_id, now, smtp = uuid4(), clock.now(), settings().smtp
    async with transaction():
        await fetch(
            "INSERT INTO outgoing_mail (id, kind, recipient, recipient_digest, subject, text, html, message_id, "
            "created_at, useful_until, next_try_at) VALUES ({}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {})",
            mail_id,
            mail.kind,
            seal(to, about="outgoing_mail.recipient", row=mail_id),
            _digest_of(to),
            mail.subject,
            seal(mail.text, about="outgoing_mail.text", row=mail_id),
            seal(mail.html, about="outgoing_mail.html", row=mail_id),
            f"<{mail_id}@{smtp.sender.domain if smtp else 'localhost'}>",
            now,
            None if mail.useful_for is None else now + mail.useful_for,
            None if smtp is None else now,
        )
        if smtp is not None:
            await jobs.enqueue("send_mail", MailWaiting(mail_id))
    return mail_id


async def send_mail(about: bytes) -> bool:
    """Try a mail that is due: the job `send_mail`, about a `MailWaiting`; whether it is sent."""
    mail_id = msgspec.json.decode(about, type=MailWaiting).id
    smtp = settings().smtp
    if smtp is None or time.monotonic() < _let_be_until.get((smtp.host, smtp.port), 0):
        return False  # the next round sends it
    return await _try(mail_id, smtp) is None


async def send_due_mails() -> int:
    """Try all mails that are due again, or whose worker died; how many were sent.

    A round ends early when it is the server that fails: the others would fare no better. One mail at which it hangs may
    be a matter of whom it is for, as some servers ask the next one meanwhile; two of them are a matter of the server.
    """
    sent, smtp, now = 0, settings().smtp, clock.now()
    if smtp is None:
        return 0
    due = await fetch(
        "SELECT id FROM outgoing_mail WHERE next_try_at <= {} AND (claimed_until IS NULL OR claimed_until <= {}) "
        # Those that were tried before come last: they may be what the server is slow at.
        "ORDER BY tries > 0, next_try_at, id LIMIT {}",
        now,
        now,
        MOST_AT_ONCE,
    )
    for row in due:
        error = await _try(row["id"], smtp)
        sent += error is None
        if error is not None and error.about_server:
            break
    return sent


async def forget_mails_to(address: str) -> int:
    """Delete every mail to an address, sent or not: within the transaction that erases a member."""
    return len(await fetch("DELETE FROM outgoing_mail WHERE recipient_digest = {} RETURNING id", _digest_of(address)))


async def delete_old_mails() -> int:
    """Delete what is left of mails that were sent or given up some days ago; how many."""
    now = clock.now()
    gone = await fetch(
        "DELETE FROM outgoing_mail WHERE sent_at <= {} OR dead_at <= {} "
        "OR (next_try_at IS NULL AND sent_at IS NULL AND dead_at IS NULL AND created_at <= {}) RETURNING id",
        now - SENT_KEPT,
        now - DEAD_KEPT,
        now - UNSENT_KEPT,
    )
    return len(gone)


async def _try(mail_id: UUID, smtp: Smtp) -> NotDeliveredError | None:
    """Send a mail if it is due and nobody else has it; why it was not sent."""
    if (row := await _claim(mail_id)) is None:
        return NotDeliveredError("not due")
    server = smtp.host, smtp.port
    if row["useful_until"] is not None and row["useful_until"] <= clock.now():
        error = NotDeliveredError("too late to be of use", for_good=True)
    else:
        try:
            await deliver(_message(row, smtp), to=_opened(row, "recipient"), smtp=smtp)
        except NotDeliveredError as not_delivered:
            error = not_delivered
            if error.hung:
                error.about_server = _hung_at.get(server, mail_id) != mail_id
                _hung_at[server] = mail_id
            if error.about_server:
                _let_be_until[server] = time.monotonic() + SECONDS_LET_BE
        else:
            _let_be_until.pop(server, None)
            _hung_at.pop(server, None)
            await _end(row, ended="sent_at")
            logger.info("mail_sent", kind=row["kind"], tries=row["tries"])
            return None
    await _put_off(row, error)
    return error


async def _claim(mail_id: UUID) -> dict[str, Any] | None:
    """Take a mail for this worker alone: only one of two that try this at once gets it."""
    now = clock.now()
    return await fetch_one(
        "UPDATE outgoing_mail SET claimed_until = {}, tries = tries + 1 WHERE id = {} AND next_try_at <= {} "
        "AND (claimed_until IS NULL OR claimed_until <= {}) "
        "RETURNING id, kind, recipient, subject, text, html, message_id, tries, useful_until, claimed_until",
        now + CLAIMED_FOR,
        mail_id,
        now,
        now,
    )


async def _put_off(row: dict[str, Any], error: NotDeliveredError) -> None:
    tries = row["tries"]
    if error.for_good or tries > len(TRY_AGAIN_AFTER):
        await _end(row, ended="dead_at", error=error.kind)
        logger.warning("mail_given_up", kind=row["kind"], tries=tries, reason=error.kind)
        return
    next_try: datetime = clock.now() + TRY_AGAIN_AFTER[tries - 1]
    await fetch(
        "UPDATE outgoing_mail SET next_try_at = {}, claimed_until = NULL, last_error = {} "
        "WHERE id = {} AND claimed_until = {}",
        next_try,
        error.kind,
        row["id"],
        row["claimed_until"],
    )
    logger.warning("mail_put_off", kind=row["kind"], tries=tries, reason=error.kind)


async def _end(row: dict[str, Any], *, ended: str, error: str | None = None) -> None:
    """Note how it ended, and forget to whom it went and what it said."""
    await fetch(
        f"UPDATE outgoing_mail SET {ended} = {{}}, last_error = {{}}, recipient = NULL, text = NULL, html = NULL, "
        "next_try_at = NULL, claimed_until = NULL WHERE id = {} AND sent_at IS NULL AND dead_at IS NULL",
        clock.now(),
        error,
        row["id"],
    )


def _message(row: dict[str, Any], smtp: Smtp) -> Any:
    mail = Mail(
        kind=MailKind(row["kind"]), subject=row["subject"], text=_opened(row, "text"), html=_opened(row, "html")
    )
    return message_of(mail, to=_opened(row, "recipient"), sender=smtp.sender, message_id=row["message_id"])


def _opened(row: dict[str, Any], column: str) -> str:
    return opened(row[column], about=f"outgoing_mail.{column}", row=row["id"])


def _digest_of(address: str) -> bytes:
    return keyed_digest(address, about="outgoing_mail.recipient")
