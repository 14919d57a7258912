"""What a member may not read is never sent, whenever that came to be, and leaves no trace in what they see."""

from collections.abc import Awaitable, Callable
from uuid import UUID

import pytest
from httpx import AsyncClient

from api.accounts import ways_in
from api.accounts.schemas import Member
from api.connections import services as requests
from api.connections.schemas import Refusal
from api.connections.services import end_connection
from api.conversations.schemas import MessageCreate
from api.conversations.services import send_message
from api.database import fetch
from api.errors import NotFoundError
from api.event_kinds import Kind
from api.moderation.services import block_member
from api.privacy.erasure import erase, leave, stay
from api.profiles.schemas import Purpose
from api.profiles.services import switch_off_purpose
from api.webhooks import queries, services, tidying
from api.webhooks.schemas import WebhookUpdate, WhyOff
from tests.api.accounts.making import credential_of
from tests.api.connections.making import make_connection, make_recipient, make_request
from tests.api.webhooks.receiving import ALL_SCOPES, Receiver, deliver, make_webhook, outcomes
from tests.factories import make_member
from tests.moved_clock import MovedClock

Change = Callable[[Member, Member, UUID], Awaitable[object]]


async def _suspend(author: Member, _: Member, __: UUID) -> None:
    await fetch("UPDATE account SET suspended_at = now() WHERE id = {}", author.id)


CHANGES: dict[str, Change] = {
    "the reader blocked": lambda author, reader, _: block_member(reader, author.id),
    "the author blocked": lambda author, reader, _: block_member(author, reader.id),
    "ended by the author": lambda author, _, about: end_connection(author, about),
    "ended by the reader": lambda _, reader, about: end_connection(reader, about),
    "the author is suspended": _suspend,
    "the author leaves": lambda author, _, __: leave(author),
    "the author is gone": lambda author, _, __: erase(author.id),
}


@pytest.mark.parametrize("change", CHANGES)
async def test_a_message_that_its_reader_may_not_read_any_more_is_not_sent(
    change: str, receiver: Receiver, moved_clock: MovedClock
) -> None:
    ada, grace = await make_member("Ada"), await make_recipient("Grace")
    connection_id = await make_connection(ada, grace)
    made = await make_webhook(grace, receiver.url)
    receiver.usual = 500
    await send_message(ada, connection_id, draft=MessageCreate("Are you there?", send_anyway=True))
    await deliver()
    await send_message(ada, connection_id, draft=MessageCreate("Still?", send_anyway=True))
    assert len(receiver.calls) == 1

    await CHANGES[change](ada, grace, connection_id)
    moved_clock.move(hours=1)
    await deliver()

    assert len(receiver.calls) == 1
    assert await outcomes(grace, made.webhook.id) == []
    assert await fetch("SELECT 1 FROM webhook_delivery") == []


REQUEST_CHANGES: dict[str, Change] = {
    "the recipient blocked": lambda sender, recipient, _: block_member(recipient, sender.id),
    "the sender blocked": lambda sender, recipient, _: block_member(sender, recipient.id),
    "the sender switched the purpose off": lambda sender, _, __: switch_off_purpose(sender, purpose=Purpose.HOBBY),
    "the sender is suspended": _suspend,
    "the sender leaves": lambda sender, _, __: leave(sender),
    "the sender is gone": lambda sender, _, __: erase(sender.id),
}


@pytest.mark.parametrize("change", REQUEST_CHANGES)
async def test_a_request_that_is_not_there_any_more_is_not_sent(change: str, receiver: Receiver) -> None:
    ada, grace = await make_member("Ada"), await make_recipient("Grace")
    made = await make_webhook(grace, receiver.url)
    sent = await make_request(ada, grace)

    await REQUEST_CHANGES[change](ada, grace, sent.id)
    await deliver()

    assert receiver.calls == []
    assert await outcomes(grace, made.webhook.id) == []


async def test_a_request_that_was_answered_meanwhile_is_still_told(receiver: Receiver) -> None:
    ada, grace = await make_member("Ada"), await make_recipient("Grace")
    await make_webhook(grace, receiver.url, Kind.REQUEST_RECEIVED)
    await make_connection(ada, grace)

    await deliver()

    assert receiver.types == ["request.received"]


async def test_a_silent_no_is_told_to_nobody(receiver: Receiver) -> None:
    ada, grace = await make_member("Ada"), await make_recipient("Grace")
    await make_webhook(ada, receiver.url)
    sent = await make_request(ada, grace)

    await requests.refuse_request(grace, sent.id, refusal=Refusal())
    await deliver()

    assert (receiver.calls, await fetch("SELECT 1 FROM webhook_delivery")) == ([], [])


async def test_what_waits_unsent_is_not_to_be_seen_before_it_was_sent(receiver: Receiver, client: AsyncClient) -> None:
    ada, grace = await make_member("Ada"), await make_recipient("Grace")
    made = await make_webhook(grace, receiver.url)
    await make_request(ada, grace)

    [row] = await fetch("SELECT id FROM webhook_delivery")

    assert await outcomes(grace, made.webhook.id) == []
    with pytest.raises(NotFoundError):
        await queries.delivery(grace, made.webhook.id, row["id"], scopes=ALL_SCOPES)
    with pytest.raises(NotFoundError):
        await services.send_again(grace, made.webhook.id, row["id"], scopes=ALL_SCOPES)


async def test_nothing_goes_out_for_whoever_is_suspended(receiver: Receiver) -> None:
    ada, grace = await make_member("Ada"), await make_recipient("Grace")
    made = await make_webhook(grace, receiver.url)
    await make_request(ada, grace)
    await services.test_webhook(grace, made.webhook.id)

    await _suspend(grace, ada, made.webhook.id)
    await deliver()

    assert receiver.calls == []


async def test_who_leaves_is_told_nothing_more_and_turns_webhooks_on_again_on_coming_back(receiver: Receiver) -> None:
    ada, grace = await make_member("Ada"), await make_recipient("Grace")
    made = await make_webhook(grace, receiver.url)
    await make_request(ada, grace)

    await leave(grace)
    await deliver()
    await stay(grace.id)
    await deliver()

    assert receiver.calls == []
    assert (await queries.webhook(grace, made.webhook.id)).why_off is WhyOff.SIGNED_OUT
    change = WebhookUpdate(is_on=True)
    await services.change_webhook(grace, made.webhook.id, credential=await credential_of(grace), change=change)
    await deliver()
    assert receiver.types == ["request.received"]


async def test_with_an_account_its_webhooks_and_deliveries_are_erased_in_the_middle_of_a_call_too(
    receiver: Receiver,
) -> None:
    ada, grace = await make_member("Ada"), await make_recipient("Grace")
    await make_webhook(grace, receiver.url)
    await make_request(ada, grace)

    async def erase_and_answer(_: object, writer: object) -> None:
        await erase(grace.id)
        writer.write(b"HTTP/1.1 204 Done\r\n\r\n")  # type: ignore[attr-defined]  # a stream

    receiver.usual = erase_and_answer
    await deliver()

    assert len(receiver.calls) == 1
    for table in ("webhook", "webhook_delivery"):
        assert await fetch(f"SELECT 1 FROM {table}") == []


async def _with_new_password(member: Member) -> None:
    credential = await credential_of(member)
    await ways_in.change_password(member, credential=credential, password="nine harbours under one quiet lantern")


ENDS: dict[str, Callable[[Member], Awaitable[object]]] = {
    "a new password": _with_new_password,
    "signing out everywhere": ways_in.sign_out_everywhere,
    "a reset": lambda member: ways_in.end_every_credential(member.id),
}


@pytest.mark.parametrize("end", ENDS)
async def test_what_ends_all_tokens_turns_webhooks_off(end: str, receiver: Receiver) -> None:
    ada, grace = await make_member("Ada"), await make_recipient("Grace")
    made = await make_webhook(grace, receiver.url)

    await ENDS[end](grace)
    await make_request(ada, grace)
    await deliver()

    assert receiver.calls == []
    assert (await queries.webhook(grace, made.webhook.id)).why_off is WhyOff.SIGNED_OUT


async def test_what_waited_too_long_for_a_webhook_that_is_off_is_given_up_if_it_may_still_be_read(
    receiver: Receiver, moved_clock: MovedClock
) -> None:
    ada, grace = await make_member("Ada"), await make_recipient("Grace")
    connection_id = await make_connection(ada, grace)
    made = await make_webhook(grace, receiver.url)
    receiver.usual = 500
    await send_message(ada, connection_id, draft=MessageCreate("Are you there?", send_anyway=True))
    await deliver()
    credential = await credential_of(grace)
    await services.change_webhook(grace, made.webhook.id, credential=credential, change=WebhookUpdate(is_on=False))

    moved_clock.move(days=3, seconds=1)
    assert await tidying.tidy_deliveries() == 1

    assert await outcomes(grace, made.webhook.id) == [("message.received", "given_up", ["500"])]


async def test_no_more_wait_for_one_webhook_than_there_is_room_for(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tidying, "MOST_WAITING", 3)
    monkeypatch.setattr(tidying, "MOST_KEPT", 2)
    ada, grace = await make_member("Ada"), await make_recipient("Grace")
    connection_id = await make_connection(ada, grace)
    await make_webhook(grace, receiver.url)
    receiver.usual = 500
    for _ in range(7):
        await send_message(ada, connection_id, draft=MessageCreate("Hello?", send_anyway=True))

    assert await tidying.tidy_deliveries() == 4

    rows = await fetch("SELECT next_try_at IS NOT NULL AS waits FROM webhook_delivery")
    assert sorted(row["waits"] for row in rows) == [False] * 2 + [True] * 3
