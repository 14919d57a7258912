"""What operators see of mails."""

from collections.abc import Mapping
from typing import Any

from api.database import fetch, fetch_as
from api.mail.schemas import MailKept, MailKind, MailSeen
from api.sealing import opened

MOST_SHOWN = 100


async def mails_seen() -> list[MailSeen]:
    """The latest mails and how they fared, newest first: never to whom, and never what they say."""
    return await fetch_as(
        MailSeen,
        "SELECT id, kind, created_at, tries, next_try_at, sent_at, dead_at, last_error FROM outgoing_mail "
        "ORDER BY created_at DESC, id LIMIT {}",
        MOST_SHOWN,
    )


async def mails_kept() -> list[MailKept]:
    """The latest mails that no server sends, newest first, with what they say."""
    rows = await fetch(
        "SELECT id, kind, created_at, recipient, subject, text FROM outgoing_mail "
        "WHERE next_try_at IS NULL AND sent_at IS NULL AND dead_at IS NULL ORDER BY created_at DESC, id LIMIT {}",
        MOST_SHOWN,
    )
    return [_kept(row) for row in rows]


def _kept(row: Mapping[str, Any]) -> MailKept:
    return MailKept(
        id=row["id"],
        kind=MailKind(row["kind"]),
        created_at=row["created_at"],
        recipient=opened(row["recipient"], about="outgoing_mail.recipient", row=row["id"]),
        subject=row["subject"],
        text=opened(row["text"], about="outgoing_mail.text", row=row["id"]),
    )
