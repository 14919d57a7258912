"""The JSON API's calls about oneself, purposes, statements, members and places."""

from typing import Any
from uuid import uuid4

import pytest
from httpx import AsyncClient

from api.profiles.schemas import Purpose
from tests.factories import NOBODY, PASSWORD, as_member, make_member


async def test_anyone_may_read_purposes_and_find_places(client: AsyncClient) -> None:
    purposes = await client.get("/api/v1/purposes")
    places = await client.get("/api/v1/places", params={"q": "leeds"})

    assert purposes.status_code == 200
    assert {read["purpose"] for read in purposes.json()} == set(Purpose)
    assert places.json()[0] == {"id": 2644688, "name": "Leeds", "country": "United Kingdom"}
    assert (await client.get("/api/v1/places", params={"q": "x" * 101})).status_code == 422


async def test_a_member_sets_up_a_profile_over_http(client: AsyncClient) -> None:
    headers = await as_member(client, await make_member(purposes=[]))

    plain = await client.put("/api/v1/me/purposes/hobby", headers=headers)
    unasked = await client.put("/api/v1/me/purposes/belief", headers=headers, json={})
    version = unasked.json()["consent_version"]
    agreed = await client.put("/api/v1/me/purposes/belief", headers=headers, json={"consent": version})
    mine = await client.get("/api/v1/me/purposes", headers=headers)
    off = await client.delete("/api/v1/me/purposes/belief", headers=headers)

    assert plain.status_code == 200
    assert (unasked.status_code, unasked.json()["type"]) == (422, "/problems/consent-needed")
    assert (agreed.status_code, agreed.json()["consent_version"]) == (200, version)
    assert [read["purpose"] for read in mine.json()] == ["hobby", "belief"]
    assert off.status_code == 204


async def test_a_member_writes_changes_and_deletes_statements_over_http(client: AsyncClient) -> None:
    headers = await as_member(client, await make_member())
    draft = {"purpose": "hobby", "role": "about", "text": "I mend old clocks."}

    made = await client.post("/api/v1/me/statements", headers=headers, json=draft)
    path = f"/api/v1/me/statements/{made.json()['id']}"
    changed = await client.patch(path, headers=headers, json={"audience": "connections"})
    listed = await client.get("/api/v1/me/statements", headers=headers, params={"purpose": "hobby", "limit": 1})
    deleted = await client.delete(path, headers=headers)
    again = await client.delete(path, headers=headers)
    off = await client.post("/api/v1/me/statements", headers=headers, json=draft | {"purpose": "interest"})

    assert (made.status_code, made.json()["audience"]) == (201, "purpose")
    assert changed.json()["audience"] == "connections"
    assert (listed.json()["items"], listed.json()["next"]) == ([changed.json()], None)
    assert (deleted.status_code, again.status_code) == (204, 404)
    assert (off.status_code, off.json()["type"]) == (409, "/problems/purpose-off")


async def test_a_member_reads_changes_and_erases_themselves_over_http(client: AsyncClient) -> None:
    headers = await as_member(client, await make_member())

    changed = await client.patch("/api/v1/me", headers=headers, json={"pronouns": "she/her", "place_id": 2644688})
    read = await client.get("/api/v1/me", headers=headers)
    refused = await client.request("DELETE", "/api/v1/me", headers=headers, json={"password": "not her password"})
    erased = await client.request("DELETE", "/api/v1/me", headers=headers, json={"password": PASSWORD})

    assert changed.status_code == 200
    assert read.json() == changed.json()
    assert read.json()["place"] == "Leeds, United Kingdom"
    assert (refused.status_code, refused.json()["type"]) == (401, "/problems/wrong-credentials")
    assert erased.status_code == 204
    assert (await client.get("/api/v1/me", headers=headers)).status_code == 401


async def test_a_hidden_member_and_none_get_one_reply_byte_for_byte(client: AsyncClient) -> None:
    headers = await as_member(client, await make_member("Viewer"))
    other, hidden = await make_member("Other"), await make_member("Hidden", purposes=[Purpose.INTEREST])

    seen = await client.get(f"/api/v1/members/{other.id}", headers=headers)
    unseen = await client.get(f"/api/v1/members/{hidden.id}", headers=headers)
    missing = await client.get(f"/api/v1/members/{uuid4()}", headers=headers)

    assert seen.status_code == 200
    assert "email" not in seen.text
    assert (unseen.status_code, unseen.content) == (404, missing.content)


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PATCH", "/me", {"employer": "Acme"}),
        ("PATCH", "/me", {"request_capacity": 10**30}),
        ("PATCH", "/me", {"place_id": 10**12}),
        ("DELETE", "/me", {}),
        ("PUT", "/me/purposes/fame", {}),
        ("POST", "/me/statements", {"purpose": "hobby", "role": "about", "text": "nul \x00"}),
        ("POST", "/me/statements", {"purpose": "hobby", "role": "boss", "text": "I mend old clocks."}),
        ("GET", "/me/statements?limit=0", None),
        ("GET", "/me/statements?limit=101", None),
        ("GET", "/me/statements?cursor=x", None),
        ("GET", "/me/statements?purpose=fame", None),
    ],
)
async def test_what_makes_no_sense_is_refused_as_a_problem(
    client: AsyncClient, method: str, path: str, body: dict[str, Any] | None
) -> None:
    headers = await as_member(client, await make_member())

    reply = await client.request(method, f"/api/v1{path}", headers=headers, json=body)

    assert reply.status_code in {400, 404, 422}, reply.text
    assert reply.headers["content-type"] == "application/problem+json"


async def test_text_that_is_no_unicode_is_refused_as_a_problem(client: AsyncClient) -> None:
    headers = await as_member(client, await make_member())

    for body in (rb'{"display_name": "half \ud83e"}', b'{"display_name": "\xff"}'):
        reply = await client.patch("/api/v1/me", headers=headers | {"Content-Type": "application/json"}, content=body)

        assert reply.status_code in {400, 422}
        assert reply.headers["content-type"] == "application/problem+json"


async def test_a_body_nested_beyond_reason_is_refused_as_a_problem(client: AsyncClient) -> None:
    headers = await as_member(client, await make_member()) | {"Content-Type": "application/json"}

    reply = await client.patch("/api/v1/me", headers=headers, content=b"[" * 50_000 + b"]" * 50_000)

    assert (reply.status_code, reply.json()["type"]) == (400, "/problems/malformed")


async def test_the_methods_of_a_call_may_be_asked_without_a_token(client: AsyncClient) -> None:
    reply = await client.options("/api/v1/me")

    assert (reply.status_code, "OPTIONS" in reply.headers["allow"]) == (204, True)


async def test_a_text_that_shows_nothing_is_no_statement(client: AsyncClient) -> None:
    headers = await as_member(client, await make_member())
    draft = {"purpose": "hobby", "role": "about"}

    for text in ("\u200b\u200b", "\u3164", "\u2060\n\u00ad"):
        reply = await client.post("/api/v1/me/statements", headers=headers, json=draft | {"text": text})

        assert (reply.status_code, reply.json()["errors"][0]["code"]) == (422, "bad-characters")


@pytest.mark.parametrize("path", ["/me", "/me/purposes", "/me/statements", f"/members/{NOBODY}", "/tokens"])
async def test_nobody_reads_a_members_things_without_a_token(client: AsyncClient, path: str) -> None:
    reply = await client.get(f"/api/v1{path}")

    assert (reply.status_code, reply.json()["type"]) == (401, "/problems/not-signed-in")
