"""Who may open a stream, how it looks on the wire, how many there are, and when it ends."""

import asyncio
from contextlib import AsyncExitStack
from time import monotonic
from uuid import UUID

import pytest
from httpx import AsyncClient

from api.accounts import services as accounts
from api.accounts import tokens
from api.accounts.queries import member_by_session
from api.accounts.schemas import Member, TokenCreate
from api.authentication import cookie_name
from api.conversations.schemas import MessageCreate
from api.conversations.services import send_message
from api.database import POOL_SIZE, fetch
from api.live import sending, streams
from api.live.streams import STREAMS
from tests.api.connections.making import make_connection, make_recipient, make_request
from tests.api.live.conftest import as_browser, caught_up, page_stream, program_stream, until_hearing
from tests.factories import PASSWORD, email_of, make_member
from tests.streaming import SECONDS, OpenStream

pytestmark = pytest.mark.usefixtures("live")


async def _two_who_talk() -> tuple[Member, Member, UUID]:
    ada, grace = await make_member("Ada"), await make_recipient("Grace")
    return ada, grace, await make_connection(ada, grace)


async def _say(author: Member, connection_id: UUID) -> None:
    await send_message(author, connection_id, draft=MessageCreate("The cuckoo is back.", send_anyway=True))


async def test_a_stream_says_at_once_that_it_is_open_and_is_kept_by_nobody(live: AsyncClient) -> None:
    ada = await make_member()
    for opened in (await page_stream(ada), await program_stream(live, ada)):
        async with opened as stream:
            assert stream.status == 200
            assert stream.headers["content-type"].startswith("text/event-stream")
            assert stream.headers["cache-control"] == "no-store"
            assert stream.headers["x-accel-buffering"] == "no"
            assert "content-encoding" not in stream.headers
            assert "content-length" not in stream.headers
            assert 2_000 <= int(stream.blocks[0].partition("retry: ")[2]) < 8_000


async def test_a_stream_is_not_packed_though_the_browser_could_unpack_it() -> None:
    headers = await as_browser(await make_member()) | {"Accept-Encoding": "br, gzip"}
    async with OpenStream("/events", headers) as stream:
        assert stream.body.startswith(b": open")


async def test_a_token_hears_only_what_its_scopes_are_for(live: AsyncClient) -> None:
    ada, grace, connection_id = await _two_who_talk()
    eve = await make_member("Eve")
    email = await email_of(grace.id)
    heard = {}
    for scope in ("requests", "messages"):
        made = await live.post(
            "/api/v1/tokens", json={"email": email, "password": PASSWORD, "name": scope, "scopes": [scope]}
        )
        headers = {"Authorization": f"Bearer {made.json()['token']}"}
        await caught_up()
        async with OpenStream("/api/v1/events", headers) as stream:
            if scope == "requests":
                await _say(ada, connection_id)
                await make_request(eve, grace)
            else:
                await _say(ada, connection_id)
            heard[scope] = [one.kind for one in await stream.hears()]

    assert heard == {"requests": ["request.received"], "messages": ["message.received"]}


async def test_a_token_for_something_else_opens_no_stream(live: AsyncClient) -> None:
    ada = await make_member()
    made = await live.post(
        "/api/v1/tokens",
        json={"email": await email_of(ada.id), "password": PASSWORD, "name": "x", "scopes": ["export"]},
    )

    reply = await live.get("/api/v1/events", headers={"Authorization": f"Bearer {made.json()['token']}"})

    assert reply.status_code == 403
    assert "'requests:read' or 'messages:read'" in reply.json()["detail"]


@pytest.mark.parametrize("last", ["-1", "61", "soon"])
async def test_a_time_back_that_is_none_is_refused(live: AsyncClient, last: str) -> None:
    ada = await make_member()
    async with await program_stream(live, ada, f"?last={last}") as stream:
        assert stream.status == 422


async def test_whoever_has_many_open_is_asked_to_wait_and_has_room_again_later(
    live: AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "MOST_OF_A_MEMBER", 2)
    ada, grace = await make_member("Ada"), await make_member("Grace")
    async with await page_stream(ada):
        async with (
            await page_stream(ada),
            await page_stream(grace),
            await program_stream(live, ada) as refused,
            await page_stream(ada) as page,
        ):
            assert (refused.status, refused.headers["retry-after"]) == (429, "60")
            assert b"too-many-streams" in refused.body
            assert page.status == 429
        async with await page_stream(ada) as again:
            assert again.status == 200
    assert list(STREAMS) == []


async def test_a_process_that_is_full_says_when_to_come_again(
    live: AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "MOST_IN_A_PROCESS", 1)
    async with await page_stream(await make_member()), await program_stream(live, await make_member()) as refused:
        assert (refused.status, refused.headers["retry-after"]) == (503, "30")


async def test_beats_keep_the_line_open(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "SECONDS_BETWEEN_BEATS", 0.02)
    async with await page_stream(await make_member()) as stream:
        await stream.until(lambda: len(stream.blocks) > 3)

        assert stream.blocks[1:4] == [": "] * 3
        assert stream.heard == []


async def test_a_stream_ends_by_itself_after_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "LONGEST_SECONDS", 0.1)
    async with await page_stream(await make_member()) as stream:
        await stream.ends()
    assert list(STREAMS) == []


async def test_whoever_comes_back_is_told_to_read_everything_again() -> None:
    headers = await as_browser(await make_member()) | {"Last-Event-ID": "0"}
    async with OpenStream("/events", headers) as stream:
        assert [one.kind for one in await stream.hears()] == ["refresh"]


async def test_what_came_a_moment_before_is_told_to_whoever_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    ada, grace, connection_id = await _two_who_talk()
    async with await page_stream(grace) as first:
        await _say(ada, connection_id)
        await first.hears()
    monkeypatch.setattr(STREAMS, "_hearing_since", monotonic() - 60)

    async with await page_stream(grace, "?last=30") as asking, await page_stream(grace) as not_asking:
        assert [one.kind for one in await asking.hears(2)] == ["connection.made", "message.received"]
        await _say(ada, connection_id)
        assert len(await not_asking.hears()) == 1


async def test_whoever_asks_for_more_than_was_heard_is_told_to_read_everything() -> None:
    async with await page_stream(await make_member(), "?last=60") as stream:
        assert [one.kind for one in await stream.hears()] == ["refresh"]


async def test_who_does_not_take_in_what_they_are_told_is_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "SECONDS_BETWEEN_BEATS", 0.02)
    ada, grace, connection_id = await _two_who_talk()
    async with await page_stream(grace) as of_grace, await page_stream(ada) as of_ada:
        await of_grace.hold()
        for _ in range(streams.MOST_WAITING + 3):
            await _say(ada, connection_id)
        await _say(grace, connection_id)
        await of_ada.hears()

        assert [stream.member.id for stream in STREAMS] == [ada.id]
        of_grace.go_on()
        await of_grace.ends()
        assert of_grace.heard == []


async def test_a_lost_connection_comes_back_and_all_are_told_to_read_again() -> None:
    ada, grace, connection_id = await _two_who_talk()
    async with await page_stream(grace) as of_grace:
        await fetch(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'wherefore events'"
        )
        assert [one.kind for one in await of_grace.hears()] == ["refresh"]
        await until_hearing()
        await _say(ada, connection_id)

        assert [one.kind for one in await of_grace.hears(2)] == ["refresh", "message.received"]


async def test_what_others_say_on_the_channel_harms_nothing() -> None:
    ada, grace, connection_id = await _two_who_talk()
    async with await page_stream(grace) as of_grace:
        for nonsense in ("", "{}", "[1", '{"id":1}', '{"kind":"flood"}'):
            await fetch("SELECT pg_notify('wherefore_events', {})", nonsense)
        await _say(ada, connection_id)

        assert [one.kind for one in await of_grace.hears()] == ["message.received"]


async def test_streams_hold_no_connection_of_the_pool(live: AsyncClient) -> None:
    ada = await make_member()
    async with AsyncExitStack() as opened:
        for _ in range(POOL_SIZE + 1):
            await opened.enter_async_context(await page_stream(ada))

        async with asyncio.timeout(SECONDS):
            assert await fetch("SELECT 1 AS one") == [{"one": 1}]
            assert (await live.get("/events/counts", headers=await as_browser(ada))).status_code == 200


async def test_a_session_that_is_ended_ends_its_stream_and_no_other() -> None:
    ada = await make_member()
    session = await accounts.open_session(ada, label="Firefox on Linux")
    found = await member_by_session(session.token)
    assert found is not None
    assert found[1].session_id is not None
    ended = OpenStream("/events", {"Cookie": f"{cookie_name()}={session.token}"})
    async with ended, await page_stream(ada) as other:
        await accounts.end_session(ada, found[1].session_id)
        await ended.ends()

        assert not other.is_over


async def test_a_token_that_is_revoked_or_has_run_out_ends_its_stream(live: AsyncClient) -> None:
    ada = await make_member()
    created = [
        await tokens.create_token(TokenCreate(email=await email_of(ada.id), password=PASSWORD, name="x"))
        for _ in range(2)
    ]
    first, second = (OpenStream("/api/v1/events", {"Authorization": f"Bearer {one.token}"}) for one in created)
    async with first, second:
        await tokens.revoke_token(ada, created[0].id)
        run_out = "created_at = now() - interval '2 days', expires_at = now() - interval '1 day'"
        await fetch(f"UPDATE access_token SET {run_out} WHERE id = {{}}", created[1].id)
        await first.ends()
        await second.ends()


@pytest.mark.parametrize("gone", ["suspended_at", "erased_at"])
async def test_whoever_is_suspended_or_leaves_is_told_no_more(gone: str) -> None:
    ada = await make_member()
    async with await page_stream(ada) as stream:
        await fetch(f"UPDATE account SET {gone} = now() WHERE id = {{}}", ada.id)
        await stream.ends()


async def test_nothing_is_sent_by_a_stream_whose_session_is_ended_before_it_is_looked_after() -> None:
    ada, grace, connection_id = await _two_who_talk()
    async with await page_stream(grace) as of_grace:
        await fetch("DELETE FROM session WHERE account = {}", grace.id)
        await _say(ada, connection_id)
        await of_grace.ends()

        assert of_grace.heard == []
