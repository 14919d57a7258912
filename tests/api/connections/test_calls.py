"""Requests, connections, messages and blocks over HTTP, as a program uses them."""

from typing import Any
from uuid import uuid4

import msgspec
import pytest
from httpx import AsyncClient

from api.accounts.schemas import Member
from api.limits.policies import REASON_CHECKS
from tests.api.connections.making import make_draft, make_recipient
from tests.factories import as_member, make_member

REQUESTS = "/api/v1/connection-requests"


class Caller:
    """One member's program."""

    def __init__(self, client: AsyncClient, headers: dict[str, str]) -> None:
        self.client, self.headers = client, headers

    async def call(self, method: str, path: str, body: object = None, *, status: int) -> Any:
        content = {} if body is None else {"json": body}
        reply = await self.client.request(method, path, headers=self.headers, **content)  # type: ignore[arg-type]
        assert reply.status_code == status, reply.text
        return reply.json() if reply.content else None


@pytest.fixture
async def pair(client: AsyncClient) -> tuple[Caller, Caller, Member]:
    ada, grace = await make_member("Ada"), await make_recipient("Grace", pair=0)
    return Caller(client, await as_member(client, ada)), Caller(client, await as_member(client, grace)), grace


@pytest.fixture
async def draft(pair: tuple[Caller, Caller, Member]) -> dict[str, Any]:
    """What Ada's program sends to ask Grace."""
    body: dict[str, Any] = msgspec.to_builtins(await make_draft(pair[2]))
    return body


async def test_while_too_many_reasons_are_looked_at_others_are_asked_to_wait(
    pair: tuple[Caller, Caller, Member], draft: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    ada, _, _ = pair
    with monkeypatch.context() as busy:
        busy.setattr("api.encoding.is_busy", lambda: True)

        checked = await ada.call("POST", "/api/v1/reason-checks", draft, status=503)
        sent = await ada.client.post(REQUESTS, headers=ada.headers, json=draft)

    assert checked["type"] == "/problems/busy"
    assert (sent.status_code, int(sent.headers["Retry-After"]) > 0) == (503, True)
    await ada.call("POST", REQUESTS, draft, status=201)


async def test_a_reason_that_the_site_was_too_busy_to_look_at_counts_against_nobody(
    pair: tuple[Caller, Caller, Member], draft: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    ada, _, _ = pair
    with monkeypatch.context() as busy:
        busy.setattr("api.encoding.is_busy", lambda: True)
        for _ in range(REASON_CHECKS.windows[0].most + 1):
            await ada.call("POST", "/api/v1/reason-checks", draft, status=503)

    checked = await ada.client.post("/api/v1/reason-checks", headers=ada.headers, json=draft)

    assert checked.status_code == 200
    assert f'"reason-checks-300";r={REASON_CHECKS.windows[0].most - 1};' in checked.headers["RateLimit"]


async def test_the_story_from_a_refused_template_to_a_message(
    pair: tuple[Caller, Caller, Member], draft: dict[str, Any]
) -> None:
    ada, grace, _ = pair
    template = draft | {"reason": "I came across your profile and I would like to add you to my professional network."}

    check = await ada.call("POST", "/api/v1/reason-checks", template, status=200)
    refused = await ada.call("POST", REQUESTS, template, status=422)
    sent = await ada.call("POST", REQUESTS, draft, status=201)
    slots = await ada.call("GET", "/api/v1/me/slots", status=200)
    path = f"{REQUESTS}/{sent['id']}"
    await grace.call("POST", f"{path}/question", {"text": "Where did you read that?"}, status=201)
    await ada.call("POST", f"{path}/answer", {"text": "On your card, this morning."}, status=201)
    accepted = await grace.call("POST", f"{path}/acceptance", status=201)
    connection = f"/api/v1/connections/{accepted['connection_id']}"
    await ada.call("POST", f"{connection}/messages", {"text": "Hello!"}, status=201)
    messages = await grace.call("GET", f"{connection}/messages", status=200)

    assert not check["sendable"]
    assert (refused["type"], refused["findings"]) == ("/problems/reason-refused", check["findings"])
    assert (slots["open"], slots["allowed"], slots["returns_at"]) == (1, 3, sent["expires_at"])
    assert accepted["state"] == "accepted"
    assert [message["text"] for message in messages["items"]] == ["Hello!"]


async def test_every_request_beyond_the_limit_gets_the_same_reply(pair: tuple[Caller, Caller, Member]) -> None:
    ada, _, _ = pair
    drafts = [msgspec.to_builtins(await make_draft(await make_recipient(pair=number))) for number in range(1, 7)]
    for draft in drafts[:3]:
        await ada.call("POST", REQUESTS, draft, status=201)
    before = await ada.call("GET", f"{REQUESTS}?box=sent", status=200)

    refused = [await ada.call("POST", REQUESTS, draft, status=409) for draft in drafts[3:]]

    assert refused[0]["type"] == "/problems/no-slot"
    assert refused[0] == refused[1] == refused[2]
    assert await ada.call("GET", f"{REQUESTS}?box=sent", status=200) == before


async def test_open_requests_are_told_from_those_that_are_over(
    pair: tuple[Caller, Caller, Member], draft: dict[str, Any]
) -> None:
    ada, grace, _ = pair
    sent = await ada.call("POST", REQUESTS, draft, status=201)
    await grace.call("POST", f"{REQUESTS}/{sent['id']}/refusal", status=201)

    found = {
        (who, is_open): (await caller.call("GET", f"{REQUESTS}?box={box}&open={is_open}", status=200))["items"]
        for who, caller, box in (("ada", ada, "sent"), ("grace", grace, "received"))
        for is_open in ("true", "false")
    }

    assert [len(found["ada", "true"]), len(found["ada", "false"])] == [1, 0]
    assert [len(found["grace", "true"]), len(found["grace", "false"])] == [0, 1]


async def test_a_refusal_needs_no_body(pair: tuple[Caller, Caller, Member], draft: dict[str, Any]) -> None:
    ada, grace, _ = pair
    sent = await ada.call("POST", REQUESTS, draft, status=201)
    path = f"{REQUESTS}/{sent['id']}"

    declined = await grace.call("POST", f"{path}/refusal", status=201)
    reopened = await grace.call("POST", f"{path}/reopening", status=201)
    await grace.call("POST", f"{path}/refusal", {"sentence": "Not this year, forgive me."}, status=201)

    assert (declined["state"], reopened["state"]) == ("declined", "pending")
    assert (await ada.call("GET", path, status=200))["state"] == "declined"
    too_late = await ada.call("POST", f"{path}/withdrawal", status=409)
    assert too_late["type"] == "/problems/not-now"


async def test_lists_say_what_is_wrong_with_their_parameters(pair: tuple[Caller, Caller, Member]) -> None:
    ada, _, _ = pair

    for query in ("", "?box=other", "?box=sent&limit=0", "?box=sent&limit=101", "?box=sent&cursor=%21"):
        reply = await ada.client.get(REQUESTS + query, headers=ada.headers)
        assert reply.status_code in {400, 422}, query
        assert reply.headers["content-type"].startswith("application/problem+json")
    assert (await ada.call("GET", REQUESTS + "?box=sent", status=200)) == {"items": [], "next": None}


async def test_connections_are_read_noted_and_ended(pair: tuple[Caller, Caller, Member], draft: dict[str, Any]) -> None:
    ada, grace, _ = pair
    sent = await ada.call("POST", REQUESTS, draft, status=201)
    accepted = await grace.call("POST", f"{REQUESTS}/{sent['id']}/acceptance", status=201)
    path = f"/api/v1/connections/{accepted['connection_id']}"

    noted = await ada.call("PATCH", path, {"note": "Clocks!"}, status=200)
    listed = await ada.call("GET", "/api/v1/connections", status=200)
    read = await ada.call("GET", path, status=200)
    await grace.call("DELETE", path, status=204)

    assert noted == read == listed["items"][0]
    assert noted["note"] == "Clocks!"
    await ada.call("GET", path, status=404)


async def test_blocks_are_set_listed_and_lifted(pair: tuple[Caller, Caller, Member]) -> None:
    ada, _, recipient = pair
    path = f"/api/v1/blocks/{recipient.id}"

    await ada.call("PUT", path, status=204)
    listed = await ada.call("GET", "/api/v1/blocks", status=200)
    await ada.call("GET", f"/api/v1/members/{recipient.id}", status=404)
    await ada.call("DELETE", path, status=204)

    assert [member["display_name"] for member in listed] == ["Grace"]
    await ada.call("DELETE", path, status=404)
    await ada.call("PUT", f"/api/v1/blocks/{uuid4()}", status=404)
