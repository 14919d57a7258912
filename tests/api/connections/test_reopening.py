"""A refusal, or a request that ran out, thought better of by its recipient."""

import pytest

from api.connections import queries, services
from api.connections.errors import AlreadyConnectedError, AlreadyOpenError, NotNowError
from api.connections.request_rows import MOST_UNSEEN_EVENTS
from api.connections.schemas import Refusal, RequestState
from api.database import fetch
from api.errors import InvalidError
from api.profiles.schemas import Purpose
from api.profiles.services import switch_off_purpose
from tests.api.connections.making import SENTENCE, a_request, kinds, make_connection, make_request, sent_by
from tests.moved_clock import MovedClock

SECOND_REASON = (
    "It has been a while, and what you write still comes to my mind whenever it rains for days. Could we talk about "
    "how you came to it? I would tell you what became of mine."
)

pytestmark = pytest.mark.usefixtures("database")


@pytest.mark.parametrize("refusal", [Refusal(), SENTENCE], ids=["in silence", "with a sentence"])
async def test_the_recipient_can_think_better_of_a_refusal(refusal: Refusal) -> None:
    ada, grace, sent = await a_request()
    await services.refuse_request(grace, sent.id, refusal=refusal)

    reopened = await services.reopen_request(grace, sent.id)

    assert reopened.state is (await sent_by(ada))[0].state is RequestState.PENDING
    assert kinds(reopened) == ["sent", "declined", "reopened"]
    assert (await queries.slots(ada)).open == (1 if refusal is not SENTENCE else 0)
    if refusal is not SENTENCE:
        assert await queries.request(ada, sent.id) == sent


async def test_a_request_that_is_declined_in_silence_again_and_again_keeps_the_latest_of_it_only() -> None:
    _, grace, sent = await a_request()
    for _ in range(MOST_UNSEEN_EVENTS):
        await services.refuse_request(grace, sent.id, refusal=Refusal())
        await services.reopen_request(grace, sent.id)

    found = await queries.request(grace, sent.id)

    assert kinds(found) == ["sent", *["declined", "reopened"] * (MOST_UNSEEN_EVENTS // 2)]
    assert len(await fetch("SELECT 1 FROM request_event WHERE request = {}", sent.id)) == MOST_UNSEEN_EVENTS + 1


async def test_opening_a_request_again_and_again_is_no_way_to_write_to_its_sender_without_end() -> None:
    ada, grace, sent = await a_request()
    await services.refuse_request(grace, sent.id, refusal=SENTENCE)
    await services.reopen_request(grace, sent.id)

    with pytest.raises(InvalidError, match="with a sentence before"):
        await services.refuse_request(grace, sent.id, refusal=Refusal("And another thing."))

    assert (await sent_by(ada))[0].state is RequestState.PENDING
    assert kinds(await queries.request(ada, sent.id)) == ["sent", "declined", "reopened"]
    assert (await services.refuse_request(grace, sent.id, refusal=Refusal())).state is RequestState.DECLINED


async def test_an_expired_request_can_be_reopened_and_takes_no_slot(moved_clock: MovedClock) -> None:
    ada, grace, sent = await a_request()
    moved_clock.move(days=200)

    reopened = await services.reopen_request(grace, sent.id)

    assert (reopened.expires_at - moved_clock.now()).days == 30
    assert (await queries.slots(ada)).open == 0
    assert kinds(await queries.request(ada, sent.id)) == ["sent", "expired", "reopened"]
    assert (await services.accept_request(grace, sent.id)).connection_id


async def test_reopening_does_not_open_a_second_request_or_connection() -> None:
    ada, grace, sent = await a_request()
    await services.refuse_request(grace, sent.id, refusal=SENTENCE)
    fresh = await make_request(grace, ada)

    with pytest.raises(AlreadyOpenError):
        await services.reopen_request(grace, sent.id)
    assert (await queries.request(grace, sent.id)).can == []
    await services.accept_request(ada, fresh.id)
    with pytest.raises(AlreadyConnectedError):
        await services.reopen_request(grace, sent.id)


async def test_reopening_needs_the_purpose_of_both() -> None:
    ada, grace, sent = await a_request()
    await services.refuse_request(grace, sent.id, refusal=SENTENCE)
    await switch_off_purpose(ada, purpose=Purpose.HOBBY)

    with pytest.raises(NotNowError):
        await services.reopen_request(grace, sent.id)

    assert (await queries.request(grace, sent.id)).can == []


async def test_who_was_left_does_not_come_back_by_an_older_request() -> None:
    ada, grace, old = await a_request()
    await services.refuse_request(grace, old.id, refusal=SENTENCE)
    connection_id = await make_connection(grace, ada)
    await services.end_connection(ada, connection_id)

    with pytest.raises(NotNowError, match="since"):
        await services.reopen_request(grace, old.id)

    assert (await queries.request(grace, old.id)).can == []
    assert (await queries.connections(ada)).items == []


@pytest.mark.parametrize("refusal", [Refusal(), SENTENCE], ids=["in silence", "with a sentence"])
async def test_who_was_refused_does_not_connect_by_an_older_request(moved_clock: MovedClock, refusal: Refusal) -> None:
    ada, grace, old = await a_request()
    moved_clock.move(days=40)
    fresh = await make_request(grace, ada)
    await services.refuse_request(ada, fresh.id, refusal=refusal)
    moved_clock.move(days=40)

    with pytest.raises(NotNowError, match="since"):
        await services.reopen_request(grace, old.id)

    assert (await queries.request(grace, old.id)).can == []


async def test_a_request_that_was_taken_back_is_not_gone_around_by_an_older_one(moved_clock: MovedClock) -> None:
    ada, grace, old = await a_request()
    moved_clock.move(days=150)
    later = await make_request(ada, grace, reason=SECOND_REASON)
    moved_clock.move(days=2)
    await services.withdraw_request(ada, later.id)

    with pytest.raises(NotNowError, match="since"):
        await services.reopen_request(grace, old.id)
