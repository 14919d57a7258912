"""What a program asks for with a key is done once, however often it asks, and is answered the same."""

import asyncio
from typing import Any

import pytest
from httpx import AsyncClient
from hypothesis import given
from hypothesis import strategies as st

from api.authentication import Access, access_of
from api.database import fetch
from api.idempotency import services
from api.idempotency.calls import _KEY, is_keyed
from tests.api.connections.making import make_connection, make_recipient
from tests.api.idempotency.calling import STEPS, Pair, send_request, state, write
from tests.application import application
from tests.factories import as_member, make_member
from tests.moved_clock import MovedClock
from tests.unlimited import lift_limits

NOT_KEYED = {
    "POST /api/v1/accounts": "nobody is signed in; an address is signed up once anyway",
    "POST /api/v1/tokens": "nobody is signed in, and a token is never kept in clear to be told again",
    "POST /api/v1/reason-checks": "it writes nothing",
}


@pytest.fixture
async def pair(client: AsyncClient, monkeypatch: pytest.MonkeyPatch) -> Pair:
    lift_limits(monkeypatch)
    return Pair(client, await make_member("Ada"), await make_recipient("Grace", pair=0))


async def _count(table: str) -> int:
    return int((await fetch(f"SELECT count(*) AS n FROM {table}"))[0]["n"])


def _keyed_operations() -> set[str]:
    return {
        handler.operation_id
        for route in application().routes
        for handler in getattr(route, "route_handlers", ())
        if is_keyed(handler)
    }


def test_every_call_that_makes_something_may_come_with_a_key() -> None:
    without = {
        f"POST {route.path}"
        for route in application().routes
        for handler in getattr(route, "route_handlers", ())
        if route.path.startswith("/api/v1/") and "POST" in handler.http_methods and not is_keyed(handler)
    }
    assert without == set(NOT_KEYED)
    assert _keyed_operations() == set(STEPS)


def test_every_call_with_a_key_is_for_members() -> None:
    assert [
        handler
        for route in application().routes
        for handler in getattr(route, "route_handlers", ())
        if is_keyed(handler) and access_of(handler) is Access.ANYONE
    ] == []


@pytest.mark.parametrize("operation", sorted(STEPS))
async def test_the_same_call_is_done_once_and_answered_the_same(pair: Pair, operation: str) -> None:
    who, path, body = await STEPS[operation](pair)

    first = await pair.post(who, path, body)
    after_first = await _written()
    again = await pair.post(who, path, body)

    assert first.is_success, first.text
    assert "idempotency-replayed" not in first.headers
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert again.headers["content-type"] == first.headers["content-type"]
    assert again.headers["idempotency-replayed"] == "true"
    assert await _written() == after_first


async def _written() -> list[Any]:
    tables = ("connection_request", "request_event", "connection", "message", "report", "statement", "disagreement")
    return [await fetch(f"SELECT * FROM {table} ORDER BY id") for table in tables]


async def test_without_a_key_the_same_call_is_done_twice(pair: Pair) -> None:
    who, path, body = await write(pair)
    first = await pair.post(who, path, body, key=None)
    second = await pair.post(who, path, body, key=None)

    assert first.json()["id"] != second.json()["id"]
    assert await _count("kept_reply") == 0


async def test_a_key_with_another_call_does_nothing_and_says_so(pair: Pair) -> None:
    who, path, body = await write(pair)
    await pair.post(who, path, body)
    other_words = await pair.post(who, path, {"text": "Something else."})
    other_path = await pair.post(who, "/api/v1/me/statements", (await state(pair))[2])

    assert {other_words.status_code, other_path.status_code} == {422}
    assert other_words.json()["type"] == other_path.json()["type"] == "/problems/idempotency-key-reused"
    assert await _count("message") == 1
    assert await _count("statement") == 1  # Grace's


async def test_another_members_key_is_another_key(pair: Pair) -> None:
    connection_id = await make_connection(pair.ada, pair.grace)
    path = f"/api/v1/connections/{connection_id}/messages"
    hers = await pair.post(pair.ada, path, {"text": "The same."})
    theirs = await pair.post(pair.grace, path, {"text": "The same."})

    assert hers.json()["id"] != theirs.json()["id"]
    assert "idempotency-replayed" not in theirs.headers


async def test_what_was_refused_may_be_mended_under_the_same_key(pair: Pair) -> None:
    who, path, body = await send_request(pair)
    refused = await pair.post(who, path, {**dict(body), "reason": "Hello."})  # type: ignore[call-overload]
    sent = await pair.post(who, path, body)

    assert (refused.status_code, sent.status_code) == (422, 201)
    assert await _count("kept_reply") == 1


async def test_a_write_and_its_reply_are_kept_together_or_not_at_all(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    who, path, body = await write(pair)

    async def break_down(*_: object) -> None:
        raise RuntimeError("The line to the database breaks here.")

    with monkeypatch.context() as patch:
        patch.setattr(services.Once, "answer", break_down)
        broken = await pair.post(who, path, body)
    assert broken.status_code == 500
    assert (await _count("message"), await _count("kept_reply")) == (0, 0)
    assert (await pair.post(who, path, body)).status_code == 201


async def test_ten_at_once_write_once(pair: Pair) -> None:
    who, path, body = await write(pair)
    await pair.post(who, path, {"text": "Warm."}, key=None)
    replies = await asyncio.gather(*[pair.post(who, path, body) for _ in range(10)])

    assert await _count("message") == 2
    made = {reply.json()["id"] for reply in replies if reply.status_code == 201}
    assert len(made) == 1
    for reply in replies:
        assert reply.status_code == 201 or reply.json()["type"] == "/problems/idempotency-key-in-use"
        assert reply.status_code == 201 or reply.headers["retry-after"] == "1"
    later = await pair.post(who, path, body)
    assert {later.json()["id"]} == made


async def test_a_key_is_free_again_after_a_day(pair: Pair, moved_clock: MovedClock) -> None:
    who, path, body = await write(pair)
    first = await pair.post(who, path, body)
    moved_clock.move(hours=23, minutes=59)
    again = await pair.post(who, path, body)
    moved_clock.move(minutes=2)
    anew = await pair.post(who, path, body)
    anew_again = await pair.post(who, path, body)

    assert again.content == first.content
    assert anew.json()["id"] != first.json()["id"]
    assert anew_again.content == anew.content
    assert await _count("kept_reply") == 1


@pytest.mark.parametrize("key", ["", '""', '"unfinished', "two words", "a" * 256, '"%s"' % ("a" * 256), 'in"side'])
async def test_a_key_that_cannot_be_read_does_nothing(pair: Pair, key: str) -> None:
    who, path, body = await write(pair)
    reply = await pair.post(who, path, body, key={"Idempotency-Key": key})

    assert reply.status_code == 400
    assert "Idempotency-Key" in reply.json()["detail"]
    assert await _count("message") == 0


async def test_two_keys_at_once_are_none(pair: Pair) -> None:
    who, path, body = await write(pair)
    token = await as_member(pair.client, who)
    fields = [*token.items(), ("Idempotency-Key", "one"), ("Idempotency-Key", "two")]
    reply = await pair.client.post(path, headers=fields, json=body)

    assert reply.status_code == 400


async def test_a_question_what_may_be_done_is_answered_with_a_key_as_without(client: AsyncClient) -> None:
    replies = [
        await client.options("/api/v1/connection-requests", headers=keys) for keys in ({}, {"Idempotency-Key": "k"})
    ]

    assert [reply.status_code for reply in replies] == [204, 204]


async def test_a_key_means_the_same_with_and_without_quotes(pair: Pair) -> None:
    who, path, body = await write(pair)
    bare = await pair.post(who, path, body, key={"Idempotency-Key": "abc-1"})
    quoted = await pair.post(who, path, body, key={"Idempotency-Key": '"abc-1"'})

    assert quoted.content == bare.content


@given(st.text(st.characters(min_codepoint=33, max_codepoint=126, exclude_characters='"\\'), min_size=1, max_size=255))
def test_every_visible_key_is_taken_bare_or_as_a_string(key: str) -> None:
    assert _KEY.fullmatch(key)
    assert _KEY.fullmatch(f'"{key}"')


async def test_a_kept_reply_needs_the_scope_that_the_call_needs(pair: Pair) -> None:
    who, path, body = await write(pair)
    await pair.post(who, path, body)
    await fetch("UPDATE access_token SET scopes = array_remove(scopes, 'messages')")
    reply = await pair.post(who, path, body)

    assert reply.status_code == 403


async def test_nothing_of_the_key_the_call_or_the_reply_is_kept_in_clear(pair: Pair) -> None:
    who, path, _ = await write(pair)
    await pair.post(who, path, {"text": "Winding keys hang in the hall."}, key={"Idempotency-Key": "my-private-key"})
    [row] = await fetch("SELECT * FROM kept_reply")

    for clear in ("Winding", "my-private-key", path):
        assert clear not in str(row)


async def test_no_account_keeps_replies_without_end_and_none_is_dropped_before_its_time(
    pair: Pair, monkeypatch: pytest.MonkeyPatch, moved_clock: MovedClock
) -> None:
    monkeypatch.setattr(services, "MOST_KEPT", 3)
    who, path, body = await write(pair)
    first = [await pair.post(who, path, body, key={"Idempotency-Key": str(number)}) for number in range(3)]
    moved_clock.move(hours=1)

    refused = await pair.post(who, path, body, key={"Idempotency-Key": "one-more"})

    assert (refused.status_code, refused.json()["type"]) == (429, "/problems/too-many-kept-replies")
    assert 22 * 3600 < int(refused.headers["retry-after"]) <= 23 * 3600
    assert (await _count("kept_reply"), await _count("message")) == (3, 3)
    again = [await pair.post(who, path, body, key={"Idempotency-Key": str(number)}) for number in range(3)]
    assert [reply.content for reply in again] == [reply.content for reply in first]
    assert (await pair.post(who, path, body, key=None)).status_code == 201
    assert (await pair.post(pair.grace, path, body)).status_code == 201, "of another account"
    moved_clock.move(hours=23)
    assert (await pair.post(who, path, body, key={"Idempotency-Key": "one-more"})).status_code == 201


async def test_kept_replies_go_with_their_member(pair: Pair) -> None:
    who, path, body = await write(pair)
    await pair.post(who, path, body)
    await fetch("DELETE FROM account WHERE id = {}", who.id)

    assert await _count("kept_reply") == 0
