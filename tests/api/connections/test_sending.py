"""Asking another member to connect: who may be asked, for which purpose, and how often."""

from uuid import uuid4

import pytest

from api.connections import queries, services
from api.connections.errors import AlreadyConnectedError, AlreadyOpenError, TooSoonError
from api.connections.schemas import Refusal, RequestCreate, RequestState
from api.database import fetch
from api.errors import NotFoundError
from api.moderation.services import block_member
from api.profiles.errors import PurposeOffError
from api.profiles.schemas import Purpose
from tests.api.connections.making import (
    MET,
    MET_REASON,
    PAIRS,
    make_connection,
    make_draft,
    make_recipient,
    make_request,
    received,
)
from tests.factories import make_member
from tests.moved_clock import MovedClock

pytestmark = pytest.mark.usefixtures("database")


async def test_a_request_reaches_its_recipient_with_the_words_it_is_about() -> None:
    ada, grace = await make_member("Ada"), await make_recipient("Grace", pair=0)

    sent = await make_request(ada, grace)

    [got] = await received(grace)
    assert (sent.state, got.state) == (RequestState.PENDING, RequestState.PENDING)
    assert (got.sender.display_name, got.recipient.display_name) == ("Ada", "Grace")
    assert (got.anchor.text, got.reason) == PAIRS[0]
    assert [event.kind for event in got.history] == ["sent"]
    assert got.can == ["acceptance", "refusal", "question"]
    assert (sent.can, sent.rounds) == ([], 0)
    assert await queries.waiting(grace) == 1
    assert (await queries.slots(ada)).open == 1


async def test_nobody_asks_themselves_or_somebody_who_is_not_there() -> None:
    ada, grace = await make_recipient(), await make_recipient()
    draft = await make_draft(ada)

    for sender, asked in ((ada, draft), (grace, RequestCreate(uuid4(), Purpose.HOBBY, draft.reason, draft.anchor))):
        with pytest.raises(NotFoundError):
            await services.send_request(sender, draft=asked)


async def test_a_member_who_cannot_be_seen_cannot_be_asked() -> None:
    ada, grace, paused = await make_member(), await make_recipient(), await make_recipient()
    draft, to_paused = await make_draft(grace), await make_draft(paused)
    await block_member(grace, ada.id)
    await fetch("UPDATE account SET paused_until = now() + interval '1 day' WHERE id = {}", paused.id)

    for asked in (draft, to_paused):
        with pytest.raises(NotFoundError):
            await services.send_request(ada, draft=asked)
        with pytest.raises(NotFoundError):
            await services.check_reason(ada, draft=asked)


async def test_both_must_have_the_purpose_switched_on() -> None:
    both = (Purpose.HOBBY, Purpose.INTEREST)
    ada, grace, edith = await make_member(purposes=both), await make_recipient(), await make_member(purposes=both)

    with pytest.raises(NotFoundError):
        await services.send_request(
            ada, draft=await make_draft(grace, anchor=MET, reason=MET_REASON, purpose=Purpose.INTEREST)
        )
    with pytest.raises(PurposeOffError):
        await services.send_request(
            grace, draft=await make_draft(edith, anchor=MET, reason=MET_REASON, purpose=Purpose.INTEREST)
        )


async def test_one_open_request_at_a_time() -> None:
    ada, grace = await make_member(), await make_recipient()
    await make_request(ada, grace)

    with pytest.raises(AlreadyOpenError):
        await services.send_request(ada, draft=await make_draft(grace, anchor=MET, reason=MET_REASON))


async def test_connected_members_are_not_asked_again() -> None:
    ada, grace = await make_recipient("Ada"), await make_recipient("Grace")
    await make_connection(ada, grace)

    for sender, recipient in ((ada, grace), (grace, ada)):
        with pytest.raises(AlreadyConnectedError):
            await services.send_request(sender, draft=await make_draft(recipient, anchor=MET, reason=MET_REASON))


async def test_ninety_days_after_a_request_ended_one_may_ask_again(moved_clock: MovedClock) -> None:
    ada, grace = await make_member(), await make_recipient("Grace", pair=0)
    again = await make_draft(grace, anchor=MET, reason=MET_REASON)
    sent = await make_request(ada, grace)
    moved_clock.move(days=1)
    await services.refuse_request(grace, sent.id, refusal=Refusal("I have no room for this now, forgive me."))

    for days in (0, 60, 29.999):
        moved_clock.move(days=days)
        with pytest.raises(TooSoonError):
            await services.send_request(ada, draft=again)
    moved_clock.move(days=0.001)

    assert (await services.send_request(ada, draft=again)).state is RequestState.PENDING


async def test_whoever_was_left_waits_before_asking_and_whoever_left_need_not(moved_clock: MovedClock) -> None:
    ada, grace = await make_recipient("Ada"), await make_recipient("Grace")
    connection_id = await make_connection(ada, grace)
    moved_clock.move(days=100)
    await services.end_connection(ada, connection_id)

    with pytest.raises(TooSoonError):
        await make_request(grace, ada)

    assert await services.send_request(ada, draft=await make_draft(grace, anchor=MET, reason=MET_REASON))


async def test_sending_the_same_twice_is_told_as_what_it_is() -> None:
    ada, grace = await make_member(), await make_recipient()
    await make_request(ada, grace)

    with pytest.raises(AlreadyOpenError):
        await make_request(ada, grace)
