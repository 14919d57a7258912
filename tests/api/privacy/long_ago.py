"""One thing of long ago for each row of the table of retention, and how much of it is left."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from uuid import UUID, uuid4

from api import journal
from api.accounts.schemas import Member
from api.connections.schemas import ConnectionUpdate
from api.connections.ties import end_connection, update_note
from api.conversations import services as conversations
from api.conversations.schemas import MessageCreate
from api.database import fetch
from api.privacy.erasure import leave
from api.sealing import opened, seal
from tests.api.connections.making import make_connection, make_recipient, make_request
from tests.api.webhooks.receiving import make_webhook
from tests.factories import make_member

Count = Callable[[], Awaitable[int]]


async def count(table: str, where: str = "TRUE") -> int:
    """How many rows there are."""
    return len(await fetch(f"SELECT 1 FROM {table} WHERE {where}"))


async def insert(table: str, **values: object) -> None:
    """A row as it may be from long ago."""
    names = ", ".join(f'"{name}"' for name in values)
    await fetch(f"INSERT INTO {table} ({names}) VALUES ({', '.join(['{}'] * len(values))})", *values.values())


async def _leaving(now: datetime) -> Count:
    ada = await make_member("Ada")
    await leave(ada)
    return lambda: count("account", f"id = '{ada.id}'")


async def ended_connection() -> tuple[Member, Member, UUID]:
    """Ada and Grace, who wrote to each other, and the connection that Grace ended."""
    ada, grace = await make_member("Ada"), await make_recipient("Grace")
    connection_id = await make_connection(ada, grace)
    await conversations.send_message(ada, connection_id, draft=MessageCreate("The swifts are back."))
    await conversations.send_message(grace, connection_id, draft=MessageCreate("Here too."))
    await update_note(ada, connection_id, change=ConnectionUpdate("Counts swifts."))
    await end_connection(grace, connection_id)
    return ada, grace, connection_id


async def _ended_words(now: datetime) -> Count:
    _, _, connection_id = await ended_connection()

    async def words() -> int:
        [kept] = await fetch("SELECT * FROM connection WHERE id = {}", connection_id)
        texts = [
            opened(row["text"], about="message.text", row=row["id"]) for row in await fetch("SELECT * FROM message")
        ]
        reason = opened(kept["reason"], about="connection.reason", row=connection_id)
        told = ["aunt" in reason or "swifts" in reason or "rye" in reason, kept["asker_note"], kept["anchor_text"]]
        return sum(map(bool, [*told, *(text in {"The swifts are back.", "Here too."} for text in texts)]))

    return words


async def _ended_messages(now: datetime) -> Count:
    await ended_connection()
    return lambda: count("message")


async def _closed_request(now: datetime) -> Count:
    ada, grace = await make_member("Ada"), await make_recipient("Grace")
    sent = await make_request(ada, grace)
    await fetch("UPDATE connection_request SET state = 'withdrawn', closed_at = {}, holds_slot = FALSE", now)
    return lambda: count("connection_request", f"id = '{sent.id}'")


async def _draft(now: datetime) -> Count:
    ada, draft_id = await make_member("Ada"), uuid4()
    content = seal("What I have begun.", about="draft.content", row=draft_id)
    await insert("draft", id=draft_id, member=ada.id, content=content, changed_at=now)
    return lambda: count("draft")


async def _reply(now: datetime) -> Count:
    ada, reply_id = await make_member("Ada"), uuid4()
    reply = seal("{}", about="kept_reply.reply", row=reply_id)
    await insert("kept_reply", id=reply_id, member=ada.id, fingerprint=b"f", reply=reply, made_at=now)
    return lambda: count("kept_reply")


async def _consent(now: datetime) -> Count:
    ada = await make_member("Ada")
    await insert("consent", id=uuid4(), member=ada.id, purpose="belief", version="1", given_at=now, withdrawn_at=now)
    await insert("consent", id=uuid4(), member=ada.id, purpose="belief", version="1", given_at=now)
    return lambda: count("consent", "withdrawn_at IS NOT NULL")


async def _blocked_address(now: datetime) -> Count:
    ada, grace = await make_member("Ada"), await make_member("Grace")
    await insert("blocked_address", id=uuid4(), blocker=ada.id, digest=b"a", created_at=now)
    await insert("blocked_address", id=uuid4(), blocker=ada.id, blocked=grace.id, digest=b"b", created_at=now)
    return lambda: count("blocked_address", "blocked IS NULL")


_SCAM = {"target_kind": "member", "category": "scam"}


async def _suspended_address(now: datetime) -> Count:
    for reported in (None, (await make_member("Grace")).id):
        case = uuid4()
        await insert("report", id=case, reported=reported, target=uuid4(), created_at=now, **_SCAM)
        await insert("suspended_address", report=case, digest=b"a", kept_at=now)
    return lambda: count("suspended_address JOIN report AS r ON r.id = report", "r.reported IS NULL")


async def _job_log(now: datetime) -> Count:
    await insert("pgqueuer_log", created=now, job_id=1, status="successful", priority=0, entrypoint="x")
    return lambda: count("pgqueuer_log", "entrypoint = 'x'")


async def _case(now: datetime) -> Count:
    await insert(
        "report",
        id=uuid4(),
        target_kind="member",
        target=uuid4(),
        category="scam",
        created_at=now,
        decision="no_action",
        decided_by=uuid4(),
        decided_at=now,
        reason="s1.k." + "a" * 60,
    )
    return lambda: count("report")


async def _session(now: datetime) -> Count:
    ada = await make_member("Ada")
    await fetch("DELETE FROM session")
    await insert(
        "session", id=uuid4(), account=ada.id, token_hash=b"x", created_at=now, last_used_at=now, expires_at=now
    )
    return lambda: count("session")


async def _link(now: datetime) -> Count:
    ada = await make_member("Ada")
    await insert(
        "mailed_link",
        id=uuid4(),
        account=ada.id,
        purpose="sign_in",
        token_hash=b"x",
        email="a@example.org",
        created_at=now,
        expires_at=now,
    )
    return lambda: count("mailed_link")


async def _unconfirmed(now: datetime) -> Count:
    await insert(
        "pending_account",
        id=uuid4(),
        email="a@example.org",
        password_hash="x",
        display_name="Ada",
        token_hash=b"x",
        created_at=now,
    )
    return lambda: count("pending_account")


def _mail(**when: str) -> Callable[[datetime], Awaitable[Count]]:
    async def plant(now: datetime) -> Count:
        times = dict.fromkeys(when.values(), now)
        await insert(
            "outgoing_mail",
            id=uuid4(),
            kind="sign_in",
            recipient_digest=b"x",
            subject="Wherefore",
            message_id="<x>",
            **{"created_at": now, **times},
        )
        return lambda: count("outgoing_mail")

    return plant


async def _delivery(now: datetime) -> Count:
    made = (await make_webhook(await make_member("Ada"), "https://hooks.example.org")).webhook
    for ended in ("delivered_at", "dead_at"):
        times = {"created_at": now, "queued_at": now, ended: now}
        await insert("webhook_delivery", id=uuid4(), webhook=made.id, event=uuid4(), kind="webhook.test", **times)
    return lambda: count("webhook_delivery")


async def _spent(now: datetime) -> Count:
    await insert("rate_spent", key=b"x", spent=[1], ends_at=now)
    return lambda: count("rate_spent")


async def _seen(now: datetime) -> Count:
    ada = await make_member("Ada")
    await insert("person_seen", id=uuid4(), viewer=ada.id, pair=b"x", seen_at=now)
    return lambda: count("person_seen")


async def _finding(now: datetime) -> Count:
    ada = await make_member("Ada")
    await insert(
        "finding_counted", id=uuid4(), member=ada.id, code="template", judged="reason", engine="x", day=now.date()
    )
    return lambda: count("finding_counted")


async def _given(now: datetime) -> Count:
    ada, text_id = await make_member("Ada"), uuid4()
    text = seal("My words.", about="disagreement_text.text", row=text_id)
    await insert(
        "disagreement_text", id=text_id, member=ada.id, code="template", judged="reason", text=text, created_at=now
    )
    return lambda: count("disagreement_text")


async def _disagreement(now: datetime) -> Count:
    ada = await make_member("Ada")
    await insert(
        "disagreement",
        id=uuid4(),
        member=ada.id,
        code="template",
        judged="reason",
        engine="x",
        day=now.date(),
        created_at=now,
    )
    return lambda: count("disagreement", "member IS NOT NULL")


async def _protection(now: datetime) -> Count:
    line = uuid4()
    await journal.add([journal.Entry(now, line, journal.Decision.PROTECTED)])

    async def left() -> int:
        return sum(entry.account == line for entry in journal.entries_in(journal.journal_file()))

    return left


PLANTED: dict[str, Callable[[datetime], Awaitable[Count]]] = {
    "leaving": _leaving,
    "ended words": _ended_words,
    "ended messages": _ended_messages,
    "closed requests": _closed_request,
    "drafts": _draft,
    "kept replies": _reply,
    "withdrawn consents": _consent,
    "blocked addresses": _blocked_address,
    "suspended addresses": _suspended_address,
    "job logs": _job_log,
    "cases": _case,
    "protections": _protection,
    "sessions": _session,
    "links": _link,
    "unconfirmed": _unconfirmed,
    "sent mails": _mail(ended="sent_at"),
    "dead mails": _mail(ended="dead_at"),
    "unsent mails": _mail(),
    "webhook deliveries": _delivery,
    "spent limits": _spent,
    "seen people": _seen,
    "findings of the day": _finding,
    "given texts": _given,
    "disagreements": _disagreement,
}
"""By the name of the row: what puts it there, and tells how to count what is left."""
