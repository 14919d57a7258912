"""The OpenAPI document says what calls really answer: each reply is held to it."""

import re
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from httpx import AsyncClient

from tests.api.openapi.truth import Json, hold_to_description
from tests.factories import PASSWORD, as_member, make_member, make_statement

OTHER_IDS = {"purpose": "interest"}
REASON = (
    "You bind old atlases with linen thread. I have my grandmother's, its spine is gone, and I would love to hear how "
    "you would begin. I could show you how I dye thread."
)
SAID = "I bind old atlases with linen thread, and look for people who repair paper."


@pytest.fixture(autouse=True)
def held_to_description(client: AsyncClient) -> None:
    """No call answers anything but what it declares."""
    client.event_hooks = {"response": [hold_to_description]}


async def read_document(client: AsyncClient) -> Json:
    document: Json = (await client.get("/api/v1/openapi.json")).json()
    return document


def operations(document: Json) -> Iterator[tuple[str, str, Json]]:
    for path, item in document["paths"].items():
        for method, operation in item.items():
            yield method.upper(), path, operation


def filled(path: str) -> str:
    """A path with an id of nothing in each place."""
    return re.sub(r"\{(\w+)\}", lambda found: OTHER_IDS.get(found[1], str(uuid4())), path)


async def test_every_call_says_who_may_call_it_and_what_it_does(client: AsyncClient) -> None:
    document = await read_document(client)
    every = list(operations(document))
    tags = {tag["name"] for tag in document["tags"]}

    assert len({operation["operationId"] for *_, operation in every}) == len(every) >= 35
    public = {operation["operationId"] for *_, operation in every if operation["security"] == []}
    assert public == {"CreateAccount", "CreateToken", "Purposes", "Places"}
    for method, path, operation in every:
        assert all(way.keys() == {"token"} and len(way["token"]) == 1 for way in operation["security"]), path
        assert len(operation["tags"]) == 1, path
        assert set(operation["tags"]) <= tags, path
        assert " " in operation["summary"], (method, path)
        assert operation["summary"] in operation["description"], (method, path)
        assert all(parameter["description"] for parameter in operation.get("parameters", [])), (method, path)
        assert {"401", "403"} <= operation["responses"].keys() or operation["operationId"] in public, path


async def test_what_goes_wrong_with_any_call_is_declared(client: AsyncClient) -> None:
    document = await read_document(client)
    ada = await as_member(client, await make_member("Ada"))
    weak = await _weak_token(client)
    found: list[tuple[str, str, str]] = []

    for method, path, operation in operations(document):
        url, secret = filled(path), operation["security"] != []
        asked = {p["name"]: "hobby" if p["name"] == "purpose" else "sent" for p in operation.get("parameters", [])}
        query = {
            name: value for name, value in asked.items() if name in {"purpose", "box"} and f"{{{name}}}" not in url
        }
        tries: dict[str, Any] = {"unknown": {"headers": ada, "params": query}, "no token": {"params": query}}
        tries["no query"] = {"headers": ada}
        tries["bad query"] = {"headers": ada, "params": query | {"limit": "many", "cursor": "x", "q": "x" * 101}}
        if secret:
            tries["weak token"] = {"headers": weak, "params": query}
            tries["token and cookie"] = {"headers": ada | {"cookie": "wherefore=x"}, "params": query}
        if "requestBody" in operation:
            for name, content in (("broken", b'{"a":'), ("latin", b'{"a": "\xff"}'), ("huge", b" " * 1_000_001)):
                tries[name] = {"headers": ada | {"content-type": "application/json"}, "content": content}
            for name, body in (("list", []), ("empty", {}), ("more", {"employer": 1}), ("null", None), ("text", "x")):
                tries[name] = {"headers": ada, "json": body}
            example = operation["requestBody"]["content"]["application/json"].get("examples", {}).get("example", {})
            tries["example"] = {"headers": ada, "json": example.get("value", {"text": "A word.", "note": "A word."})}
        for name, how in tries.items():
            if operation["operationId"] == "EraseMe" and name == "example":
                continue
            reply = await client.request(method, url, **how)
            leaks = re.search(r"`|msgspec|litestar|NoneType|\bstr\b|\bint\b|\bdict\b|Struct", reply.text)
            if reply.status_code in {400, 422} and leaks and "consent" not in reply.text:
                found.append((operation["operationId"], name, reply.text[:300]))

    assert found == []


async def _weak_token(client: AsyncClient) -> dict[str, str]:
    """Headers with a token that opens next to nothing."""
    await make_member("Weak", email="weak@example.org")
    body = {"email": "weak@example.org", "password": PASSWORD, "name": "weak", "scopes": ["export"]}
    reply = await client.post("/api/v1/tokens", json=body)
    return {"Authorization": f"Bearer {reply.json()['token']}"}


async def test_what_goes_well_is_as_declared(client: AsyncClient) -> None:
    document = await read_document(client)
    by_id = {operation["operationId"]: (method, path) for method, path, operation in operations(document)}
    ada = await make_member("Ada", statements=["I dye thread and repair paper maps."])
    ben = await make_member("Ben")
    statement = await make_statement(ben, SAID)
    ada_says, ben_says = await as_member(client, ada), await as_member(client, ben)

    async def call(name: str, headers: dict[str, str], body: Json | None = None, **values: str) -> Any:
        method, path = by_id[name]
        url = re.sub(r"\{(\w+)\}", lambda found: values.pop(found[1]), path)
        reply = await client.request(method, url, headers=headers, params=values, json=body)
        assert reply.status_code < 300, reply.text
        return reply.json() if reply.content else None

    for name in ("Purposes", "Me", "MyPurposes", "MyStatements", "Tokens", "Slots", "Blocks"):
        await call(name, ada_says)
    await call("Places", {}, q="leeds")
    await call("UpdateMe", ada_says, {"pronouns": None, "place_id": 2644688})
    await call("AddStatement", ada_says, {"purpose": "hobby", "role": "seeking", "text": "Someone who binds books."})
    await call("Matches", ada_says, purpose="hobby")
    await call("Match", ada_says, member_id=str(ben.id), purpose="hobby")
    await call("Member", ada_says, member_id=str(ben.id))
    draft = {
        "recipient_id": str(ben.id),
        "purpose": "hobby",
        "anchor": {"kind": "statement", "id": str(statement.id)},
        "reason": REASON,
    }
    await call("CheckReason", ada_says, draft)
    sent = (await call("SendConnectionRequest", ada_says, draft))["id"]
    await call("AskAboutConnectionRequest", ben_says, {"text": "Which atlas is it?"}, request_id=sent)
    await call("AnswerAboutConnectionRequest", ada_says, {"text": "One from 1910."}, request_id=sent)
    await call("ConnectionRequests", ben_says, box="received")
    accepted = await call("AcceptConnectionRequest", ben_says, request_id=sent)
    await call("SendMessage", ada_says, {"text": "Good evening!"}, connection_id=accepted["connection_id"])
    [said] = (await call("Messages", ben_says, connection_id=accepted["connection_id"]))["items"]
    await call("RemindOfReason", ben_says, {}, connection_id=accepted["connection_id"], message_id=said["id"])
    await call("Connections", ben_says)
    told = await call("Disagree", ada_says, {"code": "template", "text": REASON, "purpose": "hobby"})
    await call("GivenTexts", ada_says)
    await call("TakeTextBack", ada_says, text_id=told["text_id"])
    await call("UpdateConnection", ben_says, {"note": "The atlas."}, connection_id=accepted["connection_id"])
    await call("BlockMember", ben_says, member_id=str(ada.id))


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (("GET", "/matches", None), ("/purpose", "missing", "business, hobby, interest")),
        (("GET", "/matches?purpose=fame", None), ("/purpose", "wrong-shape", "Choose one of: business, hobby")),
        (("GET", "/matches?purpose=hobby&limit=0", None), ("/limit", "wrong-shape", "a whole number from 1 to 100")),
        (("GET", f"/places?q={'x' * 101}", None), ("/q", "wrong-shape", "at most 100 characters")),
        (("PUT", "/me/purposes/fame", {}), ("/purpose", "wrong-shape", "Choose one of: business, hobby")),
        (("PATCH", "/me", {"meets": "never"}), ("/meets", "wrong-shape", "Choose one of: online, online_first")),
        (("PATCH", "/me", {"languages": ["en", 4.5]}), ("/languages/1", "wrong-shape", "This must be text.")),
        (("PATCH", "/me", {"place_id": "Leeds"}), ("/place_id", "wrong-shape", "a whole number or null")),
        (("PATCH", "/me", {"employer": "Acme"}), ("/employer", "unknown", "no such field")),
        (("PATCH", "/me", {"a/b~c": 1}), ("/a~1b~0c", "unknown", "no such field")),
        (("PATCH", "/me", []), ("", "wrong-shape", "This must be a JSON object.")),
        (("POST", "/me/statements", {"purpose": "hobby", "role": "about"}), ("/text", "missing", "missing")),
        (("POST", "/reason-checks", {"purpose": "hobby", "reason": "x"}), ("/recipient_id", "missing", "missing")),
        (
            ("POST", "/tokens", {"email": "a", "password": "b", "name": "c", "expires_in_days": 7}),
            ("/expires_in_days", "wrong-shape", "Choose one of: 30, 90, 365."),
        ),
    ],
)
async def test_what_has_the_wrong_shape_is_told_where_and_in_plain_words(
    client: AsyncClient, call: tuple[str, str, Any], said: tuple[str, str, str]
) -> None:
    (method, path, body), (pointer, code, words) = call, said
    headers = await as_member(client, await make_member())

    reply = await client.request(method, f"/api/v1{path}", headers=headers, json=body)

    assert (reply.status_code, reply.json()["type"]) == (422, "/problems/invalid"), reply.text
    (error,) = reply.json()["errors"]
    assert (error["pointer"], error["code"]) == (pointer, code)
    assert words in error["detail"]
