"""Requests that end without an answer: taken back, run out, or left without their purpose."""

import pytest

from api.accounts.schemas import Member
from api.connections import queries, services
from api.connections.errors import NotNowError
from api.connections.request_rows import expire_due_requests
from api.connections.schemas import RequestRead, RequestState
from api.profiles.purposes import consent_version
from api.profiles.schemas import Purpose, PurposeSwitch
from api.profiles.services import switch_off_purpose, switch_on_purpose
from tests.api.connections.making import MET, MET_REASON, a_request, kinds, make_draft, make_request, received, sent_by
from tests.factories import make_member
from tests.moved_clock import MovedClock

pytestmark = pytest.mark.usefixtures("database")


async def sensitive_request() -> tuple[Member, Member, RequestRead]:
    both = (Purpose.HOBBY, Purpose.BELIEF)
    ada, grace = await make_member("Ada", purposes=both), await make_member("Grace", purposes=both)
    draft = await make_draft(grace, anchor=MET, reason=MET_REASON, purpose=Purpose.BELIEF)
    return ada, grace, await services.send_request(ada, draft=draft)


async def test_a_day_later_the_sender_can_take_it_back(moved_clock: MovedClock) -> None:
    ada, grace, sent = await a_request()
    with pytest.raises(NotNowError):
        await services.withdraw_request(ada, sent.id)
    moved_clock.move(days=1)

    withdrawn = await services.withdraw_request(ada, sent.id)

    assert (withdrawn.state, withdrawn.can) == (RequestState.WITHDRAWN, [])
    assert (await received(grace))[0].state is RequestState.WITHDRAWN
    assert (await queries.slots(ada)).open == 0


async def test_a_request_expires_for_every_reader_at_the_same_moment(moved_clock: MovedClock) -> None:
    ada, grace, sent = await a_request()
    moved_clock.move(days=30)

    before = [await queries.request(ada, sent.id), await queries.request(grace, sent.id)]
    written = await expire_due_requests()
    after = [await queries.request(ada, sent.id), await queries.request(grace, sent.id)]

    assert [request.state for request in before] == [RequestState.EXPIRED] * 2
    assert before == after
    assert kinds(after[0]) == ["sent", "expired"]
    assert after[0].history[-1].at == sent.expires_at
    assert (written, await expire_due_requests()) == (1, 0)
    assert (await queries.slots(ada)).open == await queries.waiting(grace) == 0
    with pytest.raises(NotNowError):
        await services.accept_request(grace, sent.id)


async def test_a_new_request_after_an_unwritten_end_finds_the_way_free(moved_clock: MovedClock) -> None:
    ada, grace, sent = await a_request()
    moved_clock.move(days=30)

    fresh = await make_request(grace, ada)

    assert (fresh.state, fresh.id != sent.id) == (RequestState.PENDING, True)
    assert kinds(await queries.request(ada, sent.id)) == ["sent", "expired"]


async def test_a_consent_taken_back_by_the_recipient_ends_a_request_in_silence() -> None:
    ada, grace, sent = await sensitive_request()
    await switch_off_purpose(grace, purpose=Purpose.BELIEF)
    before = await received(grace)
    await switch_on_purpose(
        grace, purpose=Purpose.BELIEF, switch=PurposeSwitch(consent=consent_version(Purpose.BELIEF))
    )

    written = await expire_due_requests()

    [got] = await received(grace)
    assert before[0].state is got.state is RequestState.CLOSED
    assert (written, await expire_due_requests(), await queries.waiting(grace)) == (1, 0, 0)
    assert kinds(got) == ["sent", "closed"]
    assert await queries.request(ada, sent.id) == sent
    with pytest.raises(NotNowError):
        await services.accept_request(grace, sent.id)


async def test_a_consent_taken_back_by_the_sender_ends_a_request_as_if_withdrawn() -> None:
    ada, grace, sent = await sensitive_request()
    await switch_off_purpose(ada, purpose=Purpose.BELIEF)
    before = [(await sent_by(ada))[0].state, (await received(grace))[0].state]

    await expire_due_requests()

    after = [(await sent_by(ada))[0].state, (await received(grace))[0].state]
    assert before == after == [RequestState.CLOSED, RequestState.WITHDRAWN]
    assert kinds(await queries.request(grace, sent.id)) == ["sent", "withdrawn"]
    assert (await queries.slots(ada)).open == 1


async def test_what_ended_while_no_job_ran_ended_when_it_did(moved_clock: MovedClock) -> None:
    ada, grace, sent = await a_request()
    moved_clock.move(days=1)
    left_at = moved_clock.now()
    await switch_off_purpose(ada, purpose=Purpose.HOBBY)
    moved_clock.move(days=60)

    before = [await queries.request(reader, sent.id) for reader in (ada, grace)]
    written = [await expire_due_requests() for _ in range(2)]

    assert written == [1, 0]
    assert before == [await queries.request(reader, sent.id) for reader in (ada, grace)]
    assert [view.state for view in before] == [RequestState.CLOSED, RequestState.WITHDRAWN]
    assert [(view.history[-1].kind, view.history[-1].at) for view in before] == [
        ("closed", left_at),
        ("withdrawn", left_at),
    ]


async def test_a_recipient_who_left_while_no_job_ran_is_read_alike_before_and_after(moved_clock: MovedClock) -> None:
    ada, grace, sent = await a_request()
    await switch_off_purpose(grace, purpose=Purpose.HOBBY)

    for days, of_sender in ((10, RequestState.PENDING), (30, RequestState.EXPIRED)):
        moved_clock.move(days=days)
        views = [await queries.request(reader, sent.id) for reader in (ada, grace)]
        assert [view.state for view in views] == [of_sender, RequestState.CLOSED]
    await expire_due_requests()

    assert views == [await queries.request(reader, sent.id) for reader in (ada, grace)]
    assert kinds(views[0]) == ["sent", "expired"]
    assert kinds(views[1]) == ["sent", "closed", "expired"]
