"""Asking somebody who has asked: the two are connected, and both reasons are kept."""

import pytest

from api.connections import queries, services
from api.connections.schemas import Refusal, RequestState
from api.moderation.services import block_member, unblock_member
from api.profiles.schemas import Purpose
from tests.api.connections.making import (
    MET,
    MET_REASON,
    PAIRS,
    make_draft,
    make_recipient,
    make_request,
    received,
    refused_for,
)
from tests.factories import make_member

pytestmark = pytest.mark.usefixtures("database")


async def test_asking_in_turn_accepts_and_keeps_both_reasons() -> None:
    ada, grace = await make_recipient("Ada", pair=0), await make_recipient("Grace", pair=1)
    first = await make_request(ada, grace)

    second = await make_request(grace, ada)

    [connection] = (await queries.connections(ada)).items
    assert (second.id, second.state, second.connection_id) == (first.id, RequestState.ACCEPTED, connection.id)
    assert (connection.reason, connection.crossed_reason) == (PAIRS[1][1], PAIRS[0][1])
    assert connection.asked_by_me
    assert [(event.kind, event.text) for event in second.history] == [("sent", None), ("accepted", PAIRS[0][1])]
    assert (await queries.slots(ada)).open == (await queries.slots(grace)).open == 0


async def test_asking_in_turn_is_judged_too() -> None:
    ada, grace = await make_recipient("Ada"), await make_recipient("Grace")
    await make_request(ada, grace)

    assert "too-short" in await refused_for(grace, await make_draft(ada, reason="Yes, gladly!"))
    assert (await received(grace))[0].state is RequestState.PENDING


async def test_asking_in_turn_accepts_what_was_declined_in_silence() -> None:
    ada, grace = await make_recipient("Ada"), await make_recipient("Grace")
    sent = await make_request(ada, grace)
    await services.refuse_request(grace, sent.id, refusal=Refusal())

    await make_request(grace, ada)

    assert (await queries.request(ada, sent.id)).state is RequestState.ACCEPTED


async def test_asking_in_turn_after_a_block_connects_for_the_purpose_named_now() -> None:
    both = (Purpose.HOBBY, Purpose.INTEREST)
    ada, grace = await make_member("Ada", purposes=both), await make_member("Grace", purposes=both)
    meeting = await make_draft(grace, anchor=MET, reason=MET_REASON, purpose=Purpose.INTEREST)
    sent = await services.send_request(ada, draft=meeting)
    await block_member(grace, ada.id)
    await unblock_member(grace, ada.id)

    await services.send_request(grace, draft=await make_draft(ada, anchor=MET, reason=MET_REASON))

    [connection] = (await queries.connections(grace)).items
    assert connection.purpose is Purpose.HOBBY
    assert (await queries.request(ada, sent.id)).state is RequestState.ACCEPTED


async def test_the_recipient_may_ask_in_turn_without_a_pause() -> None:
    ada, grace = await make_recipient("Ada"), await make_recipient("Grace")
    sent = await make_request(ada, grace)
    await services.refuse_request(grace, sent.id, refusal=Refusal("I have no room for this now, forgive me."))

    assert (await make_request(grace, ada)).state is RequestState.PENDING
