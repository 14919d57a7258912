"""A webhook that does not answer is told again, let be, and turned off; and one process at a time sends to it."""

import asyncio
from datetime import timedelta

import pytest

from api.database import fetch
from api.settings import settings
from api.webhooks import outbox, queries, sending, services, tidying
from api.webhooks.patience import TRY_AGAIN_AFTER
from api.webhooks.schemas import WebhookUpdate, WhyOff
from tests.api.accounts.making import credential_of
from tests.api.webhooks.receiving import (
    ALL_SCOPES,
    Receiver,
    deliver,
    later,
    make_webhook,
    outcomes,
    receiving,
    redirect,
    verified,
)
from tests.api.webhooks.talking import pair, say
from tests.moved_clock import MovedClock


async def test_a_failed_call_comes_again_with_the_same_id_and_body_and_then_no_more(
    receiver: Receiver, moved_clock: MovedClock
) -> None:
    ada, grace, connection_id = await pair()
    made = await make_webhook(grace, receiver.url)
    receiver.answers = [500, receiver.hang_up]
    await say(ada, connection_id)

    for _ in range(5):
        await deliver()
        moved_clock.move(hours=1)

    first, second, third = receiver.calls
    assert first.body == second.body == third.body
    assert first.headers["webhook-id"] == second.headers["webhook-id"] == third.headers["webhook-id"]
    assert first.headers["webhook-signature"] != second.headers["webhook-signature"]
    assert await outcomes(grace, made.webhook.id) == [
        ("message.received", "delivered", ["500", "answer not understood", "204"])
    ]


async def test_it_is_given_up_after_a_day_and_a_half_and_can_be_sent_again_by_hand(
    receiver: Receiver, moved_clock: MovedClock
) -> None:
    ada, grace, connection_id = await pair()
    made = await make_webhook(grace, receiver.url)
    receiver.usual = 500
    await say(ada, connection_id)

    for _ in range(60):
        await deliver()
        moved_clock.move(hours=1)

    assert len(receiver.calls) == len(TRY_AGAIN_AFTER) + 1
    assert await outcomes(grace, made.webhook.id) == [("message.received", "given_up", ["500"] * 8)]
    receiver.usual = 204
    [dead] = (await queries.deliveries(grace, made.webhook.id, scopes=ALL_SCOPES)).items
    await services.send_again(grace, made.webhook.id, dead.id, scopes=ALL_SCOPES)
    await deliver()
    assert await outcomes(grace, made.webhook.id) == [("message.received", "delivered", ["500"] * 8 + ["204"])]
    assert len({call.headers["webhook-id"] for call in receiver.calls}) == 1


async def test_a_redirect_is_not_followed(receiver: Receiver) -> None:
    ada, grace, connection_id = await pair()
    async with receiving() as elsewhere:
        receiver.usual = redirect(elsewhere.url)
        made = await make_webhook(grace, receiver.url)
        await say(ada, connection_id)
        await deliver()

        assert elsewhere.connections == 0
    assert await outcomes(grace, made.webhook.id) == [("message.received", "waiting", ["302 redirect"])]


async def test_no_proxy_is_asked_whatever_the_environment_says(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada, grace, connection_id = await pair()
    async with receiving() as proxy:
        for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, f"http://localhost:{proxy.port}")
        monkeypatch.delenv("NO_PROXY", raising=False)
        await make_webhook(grace, receiver.url)
        await say(ada, connection_id)
        await deliver()

        assert (proxy.connections, receiver.connections) == (0, 1)


async def test_a_receiver_that_asks_for_time_gets_it(receiver: Receiver, moved_clock: MovedClock) -> None:
    ada, grace, connection_id = await pair()
    made = await make_webhook(grace, receiver.url)
    receiver.answers = [later(3000)]
    await say(ada, connection_id)

    await deliver()

    [waiting] = (await queries.deliveries(grace, made.webhook.id, scopes=ALL_SCOPES)).items
    assert waiting.next_try_at == moved_clock.now() + timedelta(seconds=3000)


async def test_a_receiver_that_answers_gone_is_left_alone_and_its_owner_is_told(receiver: Receiver) -> None:
    ada, grace, connection_id = await pair()
    made = await make_webhook(grace, receiver.url)
    receiver.usual = 410
    for _ in range(3):
        await say(ada, connection_id)

    await deliver()
    await say(ada, connection_id)
    await deliver()

    assert len(receiver.calls) == 1
    assert (await queries.webhook(grace, made.webhook.id)).why_off is WhyOff.GONE
    assert await fetch("SELECT 1 FROM outgoing_mail WHERE kind = 'webhook_off'") != []


async def test_a_webhook_that_fails_for_days_is_turned_off_and_its_owner_is_told(
    receiver: Receiver, moved_clock: MovedClock
) -> None:
    ada, grace, connection_id = await pair()
    made = await make_webhook(grace, receiver.url)
    receiver.usual = 500
    await say(ada, connection_id)

    for _ in range(80):
        await deliver()
        moved_clock.move(hours=1)
    assert (await queries.webhook(grace, made.webhook.id)).is_on
    for _ in range(3):
        await say(ada, connection_id)
        await deliver()
        moved_clock.move(hours=2)

    read = await queries.webhook(grace, made.webhook.id)
    assert (read.is_on, read.why_off) == (False, WhyOff.FAILING)
    assert len(await fetch("SELECT 1 FROM outgoing_mail WHERE kind = 'webhook_off'")) == 1


async def test_turned_on_again_it_goes_on_with_what_still_waits(receiver: Receiver) -> None:
    ada, grace, connection_id = await pair()
    made = await make_webhook(grace, receiver.url)
    credential = await credential_of(grace)
    await say(ada, connection_id)
    await services.change_webhook(grace, made.webhook.id, credential=credential, change=WebhookUpdate(is_on=False))
    await deliver()
    assert receiver.calls == []
    await say(ada, connection_id, "Said while it was off.")

    await services.change_webhook(grace, made.webhook.id, credential=credential, change=WebhookUpdate(is_on=True))
    await deliver()

    assert len(receiver.calls) == 1


async def test_for_a_day_after_a_new_secret_both_sign_and_then_the_new_one_alone(
    receiver: Receiver, moved_clock: MovedClock
) -> None:
    ada, grace, connection_id = await pair()
    made = await make_webhook(grace, receiver.url)
    renewed = await services.renew_secret(grace, made.webhook.id, credential=await credential_of(grace))

    await say(ada, connection_id)
    await deliver()
    moved_clock.move(hours=25)
    await say(ada, connection_id)
    await deliver()

    first, second = receiver.calls
    assert verified(first, made.secret) == verified(first, renewed.secret)
    assert [len(call.headers["webhook-signature"].split()) for call in receiver.calls] == [2, 1]
    assert second.headers["webhook-signature"] != first.headers["webhook-signature"]
    await tidying.tidy_deliveries()
    assert [row["old_secret"] for row in await fetch("SELECT old_secret FROM webhook")] == [None]


async def test_a_test_call_arrives_even_while_the_webhook_rests(receiver: Receiver) -> None:
    ada, grace, connection_id = await pair()
    made = await make_webhook(grace, receiver.url)
    receiver.answers = [500]
    await say(ada, connection_id)
    await deliver()

    await services.test_webhook(grace, made.webhook.id)
    await deliver()

    assert receiver.types == ["message.received", "webhook.test"]
    assert receiver.calls[1].said["data"] == {}
    assert verified(receiver.calls[1], made.secret)["type"] == "webhook.test"


async def test_where_the_operator_calls_nobody_nobody_is_called(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada, grace, connection_id = await pair()
    await make_webhook(grace, receiver.url)
    await say(ada, connection_id)
    monkeypatch.setenv("WHEREFORE_WEBHOOKS", "no")
    settings.cache_clear()

    await deliver()
    await sending.wake()
    await sending.PLACES_HERE.empty()

    assert receiver.calls == []


async def test_a_webhook_whose_process_died_is_served_by_another_after_a_minute(
    receiver: Receiver, moved_clock: MovedClock
) -> None:
    ada, grace, connection_id = await pair()
    await make_webhook(grace, receiver.url)
    await say(ada, connection_id)
    assert await outbox.claim(only_healthy=False) is not None  # and then nothing: it is dead

    await deliver()
    assert receiver.calls == []
    moved_clock.move(seconds=61)
    await deliver()

    assert receiver.types == ["message.received"]


async def test_of_many_that_look_at_once_one_sends(receiver: Receiver) -> None:
    ada, grace, connection_id = await pair()
    await make_webhook(grace, receiver.url)
    await say(ada, connection_id)

    claims = await asyncio.gather(*(outbox.claim(only_healthy=False) for _ in range(8)))

    assert sum(claim is not None for claim in claims) == 1
