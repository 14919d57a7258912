"""Webhooks by the JSON API: what it takes, refuses and tells, and that a secret is shown once."""

from typing import Any

import pytest
from httpx import AsyncClient

from api.database import fetch
from api.settings import settings
from api.webhooks.services import MOST_WEBHOOKS
from tests.api.connections.making import make_connection, make_recipient
from tests.api.openapi.truth import hold_to_description
from tests.api.webhooks.receiving import Receiver, deliver, verified, with_scopes
from tests.factories import as_member, make_member
from tests.moved_clock import MovedClock

WEBHOOKS = "/api/v1/me/webhooks"
URL = "https://hooks.example.org/ada"


@pytest.fixture(autouse=True)
def held_to_description(client: AsyncClient) -> None:
    """No call answers anything but what it declares."""
    client.event_hooks = {"response": [hold_to_description]}


async def _make(client: AsyncClient, headers: dict[str, str], **body: object) -> Any:
    reply = await client.post(WEBHOOKS, headers=headers, json={"url": URL, "kinds": ["message.received"], **body})
    assert reply.status_code == 201, reply.text
    return reply.json()


async def test_the_whole_life_of_a_webhook(client: AsyncClient, receiver: Receiver) -> None:
    ada, grace = await make_member("Ada"), await make_recipient("Grace")
    as_ada, as_grace = await as_member(client, ada), await as_member(client, grace)
    connection_id = await make_connection(ada, grace)
    made = await _make(client, as_grace, url=receiver.url)
    one = f"{WEBHOOKS}/{made['webhook']['id']}"

    said = await client.post(
        f"/api/v1/connections/{connection_id}/messages", headers=as_ada, json={"text": "The cuckoo is back."}
    )
    assert said.status_code == 201
    tested = await client.post(f"{one}/test", headers=as_grace)
    assert (tested.status_code, tested.json()["state"]) == (202, "waiting")
    await deliver()

    listed = (await client.get(f"{one}/deliveries", headers=as_grace)).json()["items"]
    assert [(one["type"], one["state"]) for one in listed] == [
        ("webhook.test", "delivered"), ("message.received", "delivered"),
    ]  # fmt: skip
    assert verified(receiver.calls[0], made["secret"])["data"]["message_id"] == said.json()["id"]
    again = await client.post(f"{one}/deliveries/{listed[1]['id']}/resending", headers=as_grace)
    assert again.status_code == 202
    await deliver()
    assert receiver.types == ["message.received", "webhook.test", "message.received"]
    renewed = (await client.post(f"{one}/secret", headers=as_grace)).json()
    assert renewed["secret"] != made["secret"]
    off = await client.patch(one, headers=as_grace, json={"is_on": False})
    assert (off.json()["is_on"], off.json()["why_off"]) == (False, "chosen")
    refused = await client.post(f"{one}/test", headers=as_grace)
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/webhook-off")
    assert (await client.delete(one, headers=as_grace)).status_code == 204
    assert (await client.get(one, headers=as_grace)).status_code == 404
    assert await fetch("SELECT 1 FROM webhook_delivery") == []


async def test_a_secret_is_shown_once_and_address_and_secret_are_sealed(client: AsyncClient) -> None:
    headers = await as_member(client, await make_member())
    made = await _make(client, headers)
    one = f"{WEBHOOKS}/{made['webhook']['id']}"

    read = [(await client.get(path, headers=headers)).text for path in (WEBHOOKS, one, "/api/v1/me/export")]

    assert made["secret"].startswith("whsec_")
    assert all(made["secret"] not in text and "s1." not in text for text in read)
    [row] = await fetch("SELECT * FROM webhook")
    assert all(str(row[column]).startswith("s1.") for column in ("url", "secret"))
    assert await fetch("SELECT 1 FROM outgoing_mail WHERE kind = 'webhook_made'") != []


async def test_nobody_has_anothers_webhook(client: AsyncClient) -> None:
    made = await _make(client, await as_member(client, await make_member("Ada")))
    other = await as_member(client, await make_member("Grace"))
    one = f"{WEBHOOKS}/{made['webhook']['id']}"

    replies = [
        await client.get(one, headers=other),
        await client.patch(one, headers=other, json={"is_on": False}),
        await client.delete(one, headers=other),
        await client.post(f"{one}/test", headers=other),
        await client.post(f"{one}/secret", headers=other),
        await client.get(f"{one}/deliveries", headers=other),
    ]

    assert {reply.status_code for reply in replies} == {404}
    assert (await client.get(WEBHOOKS, headers=other)).json() == []


@pytest.mark.parametrize(
    ("kind", "scope"),
    [("message.received", "messages:read"), ("request.received", "requests:read"),
     ("request.answered", "requests:read"), ("connection.made", "requests:read")],
)  # fmt: skip
async def test_a_token_hears_of_nothing_that_it_may_not_read(kind: str, scope: str, client: AsyncClient) -> None:
    ada = await make_member("Ada")
    narrow = await with_scopes(ada, "profile")
    body = {"url": URL, "kinds": [kind]}

    refused = await client.post(WEBHOOKS, headers=narrow, json=body)
    allowed = await client.post(WEBHOOKS, headers=await with_scopes(ada, "profile", scope), json=body)

    assert (refused.status_code, refused.json()["scope"]) == (403, scope)
    assert allowed.status_code == 201
    one = f"{WEBHOOKS}/{allowed.json()['webhook']['id']}"
    other = "request.received" if scope == "messages:read" else "message.received"
    assert (await client.patch(one, headers=narrow, json={"kinds": [other]})).status_code == 403


async def test_a_webhook_is_made_with_a_token_that_is_new(client: AsyncClient, moved_clock: MovedClock) -> None:
    headers = await as_member(client, await make_member())
    moved_clock.move(minutes=16)

    reply = await client.post(WEBHOOKS, headers=headers, json={"url": URL, "kinds": ["message.received"]})

    assert (reply.status_code, reply.json()["type"]) == (403, "/problems/sign-in-again")


@pytest.mark.parametrize(
    ("body", "pointers"),
    [
        ({"url": "http://hooks.example.org", "kinds": []}, ["/url", "/kinds"]),
        ({"url": "https://169.254.169.254/", "kinds": ["message.received"]}, ["/url"]),
        ({"url": "https://localhost/", "kinds": ["message.received"]}, ["/url"]),
    ],
)
async def test_what_cannot_be_used_is_said_for_every_field(
    body: dict[str, object], pointers: list[str], client: AsyncClient
) -> None:
    reply = await client.post(WEBHOOKS, headers=await as_member(client, await make_member()), json=body)

    assert (reply.status_code, [error["pointer"] for error in reply.json()["errors"]]) == (422, pointers)


async def test_a_name_that_leads_inside_and_one_that_leads_nowhere_are_refused_alike(
    client: AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    headers = await as_member(client, await make_member())
    said = []
    for answer in (["10.0.0.7"], []):
        monkeypatch.setattr("api.webhooks.calling._addresses_of", lambda *_, answer=answer: answer)
        reply = await client.post(WEBHOOKS, headers=headers, json={"url": URL, "kinds": ["message.received"]})
        said.append((reply.status_code, reply.text))

    assert said[0] == said[1]
    assert said[0][0] == 422


async def test_there_is_room_for_five(client: AsyncClient) -> None:
    headers = await as_member(client, await make_member())
    for _ in range(MOST_WEBHOOKS):
        await _make(client, headers)

    reply = await client.post(WEBHOOKS, headers=headers, json={"url": URL, "kinds": ["message.received"]})

    assert (reply.status_code, reply.json()["type"]) == (409, "/problems/too-many-webhooks")


async def test_where_they_are_switched_off_none_is_made(client: AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    headers = await as_member(client, await make_member())
    monkeypatch.setenv("WHEREFORE_WEBHOOKS", "no")
    settings.cache_clear()
    try:
        reply = await client.post(WEBHOOKS, headers=headers, json={"url": URL, "kinds": ["message.received"]})
    finally:
        monkeypatch.undo()
        settings.cache_clear()

    assert (reply.status_code, reply.json()["type"]) == (409, "/problems/webhooks-closed")
