"""Every call that takes a key, as a program of Ada's or Grace's would send it, with what has to be there before."""

from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
from httpx import AsyncClient, Response

from api.accounts.schemas import Member
from api.connections import services as requests
from api.connections.schemas import Refusal, Words
from api.database import fetch
from api.webhooks.services import test_webhook
from tests.api.connections.making import PAIRS, make_connection, make_draft, make_request
from tests.api.moderation.judging import make_message
from tests.api.webhooks.receiving import make_webhook
from tests.factories import as_member

KEY = {"Idempotency-Key": '"8e03978e-40d5-43dd-bc93-6894a57f9324"'}
REQUESTS = "/api/v1/connection-requests"
WEBHOOKS = "/api/v1/me/webhooks"


class Pair:
    """Ada, Grace, and what a program sends for one of them."""

    def __init__(self, client: AsyncClient, ada: Member, grace: Member) -> None:
        self.client, self.ada, self.grace = client, ada, grace
        self._tokens: dict[str, dict[str, str]] = {}

    async def post(self, who: Member, path: str, body: object = None, *, key: dict[str, str] | None = KEY) -> Response:
        if who.display_name not in self._tokens:
            self._tokens[who.display_name] = await as_member(self.client, who)
        headers = self._tokens[who.display_name] | (key or {})
        content: dict[str, Any] = {} if body is None else {"json": body}
        return await self.client.post(path, headers=headers, **content)


async def _draft(pair: Pair) -> dict[str, Any]:
    return dict(msgspec.to_builtins(await make_draft(pair.grace)))


Step = Callable[[Pair], Awaitable[tuple[Member, str, object]]]


async def send_request(pair: Pair) -> tuple[Member, str, object]:
    return pair.ada, REQUESTS, await _draft(pair)


def _answering(end: str, body: object = None) -> Step:
    async def step(pair: Pair) -> tuple[Member, str, object]:
        return pair.grace, f"{REQUESTS}/{(await make_request(pair.ada, pair.grace)).id}/{end}", body

    return step


async def _answer(pair: Pair) -> tuple[Member, str, object]:
    sent = await make_request(pair.ada, pair.grace)
    await requests.ask(pair.grace, sent.id, words=Words("Which clock is it?"))
    return pair.ada, f"{REQUESTS}/{sent.id}/answer", {"text": "The one from my aunt."}


async def _withdraw(pair: Pair) -> tuple[Member, str, object]:
    sent = await make_request(pair.ada, pair.grace)
    await fetch(
        "UPDATE connection_request SET created_at = created_at - interval '2 days', "
        "opened_at = opened_at - interval '2 days'"
    )
    return pair.ada, f"{REQUESTS}/{sent.id}/withdrawal", None


async def _reopen(pair: Pair) -> tuple[Member, str, object]:
    sent = await make_request(pair.ada, pair.grace)
    await requests.refuse_request(pair.grace, sent.id, refusal=Refusal())
    return pair.grace, f"{REQUESTS}/{sent.id}/reopening", None


async def write(pair: Pair) -> tuple[Member, str, object]:
    connection_id = await make_connection(pair.ada, pair.grace)
    return pair.ada, f"/api/v1/connections/{connection_id}/messages", {"text": "The spring is new."}


async def _remind(pair: Pair) -> tuple[Member, str, object]:
    connection_id = await make_connection(pair.ada, pair.grace)
    message_id = await make_message(pair.ada, connection_id)
    return pair.grace, f"/api/v1/connections/{connection_id}/messages/{message_id}/reminder", {}


async def _report(pair: Pair) -> tuple[Member, str, object]:
    body = {"target": {"kind": "member", "id": str(pair.grace.id)}, "category": "scam", "words": "A lottery."}
    return pair.ada, "/api/v1/reports", body


async def state(pair: Pair) -> tuple[Member, str, object]:
    return pair.ada, "/api/v1/me/statements", {"purpose": "hobby", "role": "about", "text": PAIRS[4][0]}


async def _disagree(pair: Pair) -> tuple[Member, str, object]:
    return (
        pair.ada,
        "/api/v1/reason-checks/disagreements",
        {"code": "template", "purpose": "hobby", "text": "It is my own."},
    )


async def _make_webhook(pair: Pair) -> tuple[Member, str, object]:
    return pair.ada, WEBHOOKS, {"url": "https://hooks.example.org/ada", "kinds": ["message.received"]}


def _with_webhook(end: str) -> Step:
    async def step(pair: Pair) -> tuple[Member, str, object]:
        return (
            pair.ada,
            f"{WEBHOOKS}/{(await make_webhook(pair.ada, 'https://hooks.example.org')).webhook.id}{end}",
            None,
        )

    return step


async def _resend(pair: Pair) -> tuple[Member, str, object]:
    made = (await make_webhook(pair.ada, "https://hooks.example.org")).webhook
    tested = await test_webhook(pair.ada, made.id)
    return pair.ada, f"{WEBHOOKS}/{made.id}/deliveries/{tested.id}/resending", None


STEPS: dict[str, Step] = {
    "SendConnectionRequest": send_request,
    "AcceptConnectionRequest": _answering("acceptance"),
    "RefuseConnectionRequest": _answering("refusal", {"sentence": "Not now, but thank you."}),
    "AskAboutConnectionRequest": _answering("question", {"text": "Which clock is it?"}),
    "AnswerAboutConnectionRequest": _answer,
    "WithdrawConnectionRequest": _withdraw,
    "ReopenConnectionRequest": _reopen,
    "SendMessage": write,
    "RemindOfReason": _remind,
    "Report": _report,
    "AddStatement": state,
    "Disagree": _disagree,
    "CreateWebhook": _make_webhook,
    "RenewWebhookSecret": _with_webhook("/secret"),
    "TestWebhook": _with_webhook("/test"),
    "ResendDelivery": _resend,
}
