"""What a member may not read changes no byte of their stream, whenever that came to be."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from uuid import UUID

import pytest

from api import clock
from api.accounts.schemas import Member
from api.connections import services
from api.connections.schemas import Refusal
from api.connections.services import end_connection
from api.conversations.schemas import MessageCreate
from api.conversations.services import send_message
from api.database import fetch
from api.events import Event
from api.live import sending
from api.live.streams import Signal, Stream
from api.moderation.services import block_member
from api.profiles.schemas import Purpose
from api.profiles.services import switch_off_purpose
from tests.api.connections.making import make_connection, make_recipient, make_request
from tests.api.live.conftest import page_stream
from tests.factories import make_member

pytestmark = pytest.mark.usefixtures("live")

Change = Callable[[Member, Member, UUID], Awaitable[object]]


async def _suspend(author: Member, _: Member, __: UUID) -> None:
    await fetch("UPDATE account SET suspended_at = now() WHERE id = {}", author.id)


async def _leave(author: Member, _: Member, __: UUID) -> None:
    await fetch("UPDATE account SET erased_at = now() WHERE id = {}", author.id)


CHANGES: dict[str, Change] = {
    "the reader blocked": lambda author, reader, _: block_member(reader, author.id),
    "the author blocked": lambda author, reader, _: block_member(author, reader.id),
    "ended by the author": lambda author, _, connection_id: end_connection(author, connection_id),
    "ended by the reader": lambda _, reader, connection_id: end_connection(reader, connection_id),
    "suspended": _suspend,
    "leaving": _leave,
}


@pytest.mark.parametrize("change", CHANGES)
async def test_a_message_is_not_told_once_its_reader_may_not_read_it(
    change: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada, grace, eve = await make_member("Ada"), await make_recipient("Grace"), await make_member("Eve")
    connection_id = await make_connection(ada, grace)
    monkeypatch.setattr(sending, "SECONDS_BETWEEN_BEATS", 0.02)
    async with await page_stream(grace) as of_grace:
        await of_grace.hold()  # stuck in a beat: what comes now is on its way when it changes
        await send_message(ada, connection_id, draft=MessageCreate("Are you there?", send_anyway=True))
        await CHANGES[change](ada, grace, connection_id)
        of_grace.go_on()

        later = await make_request(eve, grace)
        heard = await of_grace.hears()

    assert [(one.kind, one.ids) for one in heard] == [("request.received", {"request_id": str(later.id)})]
    assert str(connection_id).encode() not in of_grace.body


REQUEST_CHANGES: dict[str, Callable[[Member, Member, UUID], Awaitable[object]]] = {
    "the recipient blocked": lambda sender, recipient, _: block_member(recipient, sender.id),
    "the sender blocked": lambda sender, recipient, _: block_member(sender, recipient.id),
    "the sender switched the purpose off": lambda sender, _, __: switch_off_purpose(sender, purpose=Purpose.HOBBY),
    "the recipient switched the purpose off": lambda _, recipient, __: switch_off_purpose(
        recipient, purpose=Purpose.HOBBY
    ),
    "refused": lambda _, recipient, request_id: services.refuse_request(recipient, request_id, refusal=Refusal()),
    "suspended": _suspend,
    "leaving": _leave,
}


@pytest.mark.parametrize("change", REQUEST_CHANGES)
async def test_a_request_is_not_told_once_it_waits_no_more(change: str, monkeypatch: pytest.MonkeyPatch) -> None:
    ada, grace, eve = await make_member("Ada"), await make_recipient("Grace"), await make_recipient("Eve")
    connection_id = await make_connection(grace, eve)
    monkeypatch.setattr(sending, "SECONDS_BETWEEN_BEATS", 0.02)
    async with await page_stream(grace) as of_grace:
        await of_grace.hold()
        sent = await make_request(ada, grace)
        await REQUEST_CHANGES[change](ada, grace, sent.id)
        of_grace.go_on()

        await send_message(eve, connection_id, draft=MessageCreate("Hello.", send_anyway=True))
        heard = await of_grace.hears()

    assert [one.kind for one in heard] == ["message.received"]
    assert str(sent.id).encode() not in of_grace.body


@pytest.mark.parametrize("change", ["the recipient blocked", "the sender blocked", "leaving"])
async def test_an_answer_is_not_told_once_the_other_is_not_there(change: str, monkeypatch: pytest.MonkeyPatch) -> None:
    ada, grace, eve = await make_member("Ada"), await make_recipient("Grace"), await make_recipient("Eve")
    connection_id = await make_connection(ada, eve)
    sent = await make_request(ada, grace)
    monkeypatch.setattr(sending, "SECONDS_BETWEEN_BEATS", 0.02)
    async with await page_stream(ada) as of_ada:
        await of_ada.hold()
        await services.accept_request(grace, sent.id)
        if change == "leaving":
            await _leave(grace, ada, sent.id)
        else:
            await REQUEST_CHANGES[change](ada, grace, sent.id)
        of_ada.go_on()

        await send_message(eve, connection_id, draft=MessageCreate("Hello.", send_anyway=True))
        heard = await of_ada.hears()

    assert [one.kind for one in heard] == ["message.received"]


async def test_what_is_not_told_does_not_put_off_a_beat(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beats come by the clock: a stream that hears of what it may not tell beats as often as one that hears nothing."""
    ada, grace = await make_member("Ada"), await make_recipient("Grace")
    connection_id = await make_connection(ada, grace)
    waited: list[float] = []
    real_next = Stream.next

    async def noting(stream: Stream, *, until: float) -> Event | Signal:
        waited.append(until)
        return await real_next(stream, until=until)

    monkeypatch.setattr(Stream, "next", noting)
    async with await page_stream(grace) as of_grace:
        await of_grace.until(lambda: len(waited) == 1)
        await block_member(grace, ada.id)
        await fetch(
            "SELECT pg_notify('wherefore_events', {})",
            f'{{"id":"{ada.id}","to":"{grace.id}","kind":"message.received","message_id":"{connection_id}"}}',
        )
        while len(waited) < 2:
            await send_nothing()

    assert waited[0] == waited[1]
    assert of_grace.heard == []


async def send_nothing() -> None:
    """Let others go on."""
    await fetch("SELECT 1")


async def test_a_request_that_ran_out_is_not_told(monkeypatch: pytest.MonkeyPatch) -> None:
    ada, grace, eve = await make_member("Ada"), await make_recipient("Grace"), await make_member("Eve")
    monkeypatch.setattr(sending, "SECONDS_BETWEEN_BEATS", 0.02)
    async with await page_stream(grace) as of_grace:
        await of_grace.hold()
        sent = await make_request(ada, grace)
        earlier = clock.now() - timedelta(days=40)
        times = "created_at = {}, opened_at = {}, expires_at = {}"
        yesterday = clock.now() - timedelta(days=1)
        await fetch(f"UPDATE connection_request SET {times} WHERE id = {{}}", earlier, earlier, yesterday, sent.id)
        of_grace.go_on()
        await make_request(eve, grace)

        heard = await of_grace.hears()

    assert [one.ids["request_id"] != str(sent.id) for one in heard] == [True]
