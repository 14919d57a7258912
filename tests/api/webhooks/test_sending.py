"""A webhook is told of each event by its ids, signed and in order."""

import asyncio
import re
from typing import Any

import pytest

from api import worker
from api.connections import services as requests
from api.database import fetch, transaction
from api.event_kinds import Kind
from tests.api.connections.making import make_recipient, make_request
from tests.api.webhooks.receiving import (
    Receiver,
    deliver,
    make_webhook,
    verified,
)
from tests.api.webhooks.talking import pair, say
from tests.factories import make_member


async def test_each_kind_of_event_arrives_signed_and_says_only_what_and_which(receiver: Receiver) -> None:
    ada, grace = await make_member("Ada"), await make_recipient("Grace")
    of_ada, of_grace = await make_webhook(ada, receiver.url), await make_webhook(grace, receiver.url)
    sent = await make_request(ada, grace)
    await deliver()
    accepted = await requests.accept_request(grace, sent.id)
    await deliver()
    assert accepted.connection_id is not None
    message_id = await say(ada, accepted.connection_id)
    await deliver()

    told = [[(call.said["type"], call.said["data"]) for call in receiver.calls if _is_of(call, made.secret)]
            for made in (of_ada, of_grace)]  # fmt: skip
    made = ("connection.made", {"connection_id": str(accepted.connection_id)})
    assert told[0] == [("request.answered", {"request_id": str(sent.id)}), made]
    assert told[1] == [
        ("request.received", {"request_id": str(sent.id)}),
        made,
        ("message.received", {"connection_id": str(accepted.connection_id), "message_id": str(message_id)}),
    ]
    assert all(set(call.said) == {"type", "timestamp", "data"} for call in receiver.calls)
    assert all(b"Ada" not in call.body and b"cuckoo" not in call.body for call in receiver.calls)


def _is_of(call: Any, secret: str) -> bool:
    from standardwebhooks import WebhookVerificationError

    try:
        verified(call, secret)
    except WebhookVerificationError:
        return False
    return True


async def test_no_byte_of_a_call_tells_more_than_its_event(receiver: Receiver) -> None:
    ada, grace, connection_id = await pair()
    await make_webhook(grace, receiver.url, Kind.MESSAGE_RECEIVED)

    message_id = await say(ada, connection_id)
    await deliver()

    [call] = receiver.calls
    assert call.line == "POST /hook HTTP/1.1"
    assert set(call.headers) == {
        "host", "content-type", "content-length", "user-agent", "connection",
        "webhook-id", "webhook-timestamp", "webhook-signature",
    }  # fmt: skip
    pattern = (
        rf'\{{"type":"message\.received","timestamp":"[\d:T.-]+Z","data":'
        rf'\{{"connection_id":"{connection_id}","message_id":"{message_id}"\}}\}}'
    )
    assert re.fullmatch(pattern, call.body.decode())


async def test_nothing_is_written_down_when_the_event_is_taken_back(receiver: Receiver) -> None:
    ada, grace, connection_id = await pair()
    await make_webhook(grace, receiver.url)

    async with transaction() as current:
        await say(ada, connection_id)
        await current.rollback()

    assert await fetch("SELECT 1 FROM webhook_delivery") == []


async def test_only_what_was_chosen_is_told(receiver: Receiver) -> None:
    ada, grace, connection_id = await pair()
    await make_webhook(grace, receiver.url, Kind.REQUEST_RECEIVED)

    await say(ada, connection_id)
    await deliver()

    assert receiver.calls == []


async def test_what_waits_for_one_webhook_arrives_in_its_order_and_one_at_a_time(receiver: Receiver) -> None:
    ada, grace, connection_id = await pair()
    await make_webhook(grace, receiver.url)
    said = [await say(ada, connection_id, f"Number {number}.") for number in range(25)]

    await deliver()

    assert [call.said["data"]["message_id"] for call in receiver.calls] == [str(one) for one in said]
    assert receiver.most_at_once == 1


async def test_the_job_that_comes_with_an_event_sends_it_at_once(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "SECONDS_BEFORE_THE_FIRST", 0)
    monkeypatch.setattr(worker, "SCHEDULE", ())
    ada, grace, connection_id = await pair()
    await make_webhook(grace, receiver.url)
    async with worker.running():
        message_id = await say(ada, connection_id)
        async with asyncio.timeout(30):
            await receiver.called.wait()

    assert receiver.calls[0].said["data"]["message_id"] == str(message_id)


async def test_who_has_no_webhook_costs_no_job(receiver: Receiver) -> None:
    ada, _, connection_id = await pair()
    await make_webhook(ada, receiver.url)
    await fetch("DELETE FROM pgqueuer")

    await say(ada, connection_id)

    assert await fetch("SELECT entrypoint FROM pgqueuer WHERE entrypoint = 'send_webhooks'") == []
