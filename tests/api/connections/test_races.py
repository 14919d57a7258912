"""Whatever members do at the same moment, exactly one thing comes of it, and nobody meets an unexpected error."""

import os
from collections import Counter
from collections.abc import Awaitable, Callable
from uuid import UUID

import asyncpg
import pytest
from anyio import create_task_group, sleep

from api.accounts.schemas import Member
from api.connections import queries, services
from api.connections.request_rows import expire_due_requests
from api.connections.schemas import RequestCreate, RequestState
from api.connections.slots import SLOTS_OF_THE_YOUNG
from api.database import fetch
from api.moderation.services import block_member
from embeddings.reasons import Finding
from tests.api.connections.making import PAIRS, make_draft, make_request, quick_member, sent_by, together
from tests.moved_clock import MovedClock

pytestmark = pytest.mark.usefixtures("database")

ROUNDS = 20


async def pairs_of_members() -> list[tuple[Member, Member]]:
    return [(await quick_member(0), await quick_member(1)) for _ in range(ROUNDS)]


@pytest.fixture
def nothing_found(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Reasons are judged before anything is locked; here only what comes after is of interest."""

    async def judge(*args: object, **kwargs: object) -> list[Finding]:
        return []

    def use() -> None:
        monkeypatch.setattr("api.connections.reason_checks.judge", judge)

    return use


async def test_two_acceptances_at_once_make_one_connection() -> None:
    for ada, grace in await pairs_of_members():
        sent = await make_request(ada, grace)

        outcomes = await together(services.accept_request(grace, sent.id), services.accept_request(grace, sent.id))

        assert sorted(outcomes) == ["done", "not-now"]
        assert len((await queries.connections(ada)).items) == 1


async def test_either_the_acceptance_counts_or_the_withdrawal(moved_clock: MovedClock) -> None:
    seen: Counter[RequestState] = Counter()
    members = await pairs_of_members()
    sent = [(await make_request(ada, grace)).id for ada, grace in members]
    moved_clock.move(days=2)
    for number, ((ada, grace), request_id) in enumerate(zip(members, sent, strict=True)):
        attempts = [services.accept_request(grace, request_id), services.withdraw_request(ada, request_id)]

        outcomes = await together(*(attempts if number % 2 else reversed(attempts)))

        state = (await queries.request(ada, request_id)).state
        assert sorted(outcomes) == ["done", "not-now"]
        assert (state is RequestState.ACCEPTED) == (len((await queries.connections(ada)).items) == 1)
        seen[state] += 1
    assert set(seen) <= {RequestState.ACCEPTED, RequestState.WITHDRAWN}


async def test_crossed_requests_become_one_connection() -> None:
    for ada, grace in await pairs_of_members():
        outcomes = await together(make_request(ada, grace), make_request(grace, ada))

        [connection] = (await queries.connections(ada)).items
        assert outcomes == ["done", "done"]
        assert {connection.reason, connection.crossed_reason} == {PAIRS[0][1], PAIRS[1][1]}
        assert len(await sent_by(ada)) + len(await sent_by(grace)) == 1


async def test_ten_requests_at_once_take_no_more_than_the_places_there_are(nothing_found: Callable[[], None]) -> None:
    recipients = [await quick_member(pair) for pair in range(10)]
    drafts: list[RequestCreate] = [await make_draft(recipient) for recipient in recipients]
    nothing_found()
    for _ in range(ROUNDS):
        ada = await quick_member(0)
        for recipient in recipients:
            await fetch("UPDATE account SET request_capacity = 20 WHERE id = {}", recipient.id)

        outcomes = await together(*(services.send_request(ada, draft=draft) for draft in drafts))

        assert Counter(outcomes) == {"done": SLOTS_OF_THE_YOUNG, "no-slot": 10 - SLOTS_OF_THE_YOUNG}
        assert (await queries.slots(ada)).open == len(await sent_by(ada)) == SLOTS_OF_THE_YOUNG
        await fetch("DELETE FROM connection_request")


async def test_ten_senders_at_once_do_not_overfill_a_recipient(nothing_found: Callable[[], None]) -> None:
    senders = [await quick_member(0) for _ in range(10)]
    nothing_found()
    for _ in range(ROUNDS):
        grace = await quick_member(1)
        draft = await make_draft(grace)

        outcomes = await together(*(services.send_request(sender, draft=draft) for sender in senders))

        assert Counter(outcomes) == {"done": 5, "recipient-full": 5}
        assert await queries.waiting(grace) == 5
        await fetch("DELETE FROM connection_request")


async def test_the_same_request_twice_at_once_is_sent_once(nothing_found: Callable[[], None]) -> None:
    members = await pairs_of_members()
    nothing_found()
    for ada, grace in members:
        draft = await make_draft(grace)

        outcomes = await together(services.send_request(ada, draft=draft), services.send_request(ada, draft=draft))

        assert sorted(outcomes) == ["already-open", "done"]


async def test_a_block_wins_against_whatever_comes_with_it(nothing_found: Callable[[], None]) -> None:
    members = await pairs_of_members()
    nothing_found()
    for number, (ada, grace) in enumerate(members):
        attempts = [make_request(ada, grace), block_member(grace, ada.id)]

        outcomes = await together(*(attempts if number % 2 else reversed(attempts)))

        assert set(outcomes) <= {"done", "not-found"}
        assert await queries.waiting(grace) == 0
        assert len(await open_between(ada.id, grace.id)) == 0


async def test_a_block_and_an_acceptance_leave_no_connection() -> None:
    for number, (ada, grace) in enumerate(await pairs_of_members()):
        sent = await make_request(ada, grace)
        attempts = [services.accept_request(grace, sent.id), block_member(ada, grace.id)]

        outcomes = await together(*(attempts if number % 2 else reversed(attempts)))

        assert set(outcomes) <= {"done", "not-found", "not-now"}
        assert (await queries.connections(grace)).items == []


async def open_between(one: UUID, other: UUID) -> list[dict[str, object]]:
    return await fetch(
        "SELECT id FROM connection_request WHERE sender = {} AND recipient = {} AND state = 'pending' "
        "AND declined_silently_at IS NULL",
        one,
        other,
    )


async def while_leaving(leaver: Member, attempt: Awaitable[object]) -> list[str]:
    """What comes of an attempt that begins while an account is being erased and ends after it is gone."""
    leaving = await asyncpg.connect(os.environ["WHEREFORE_DATABASE_URL"])
    outcomes: list[str] = []

    async def try_it() -> None:
        outcomes.extend(await together(attempt))

    try:
        async with create_task_group() as tasks, leaving.transaction():
            await leaving.execute("DELETE FROM account WHERE id = $1", leaver.id)
            tasks.start_soon(try_it)
            await sleep(0.3)
            assert outcomes == []
    finally:
        await leaving.close()
    return outcomes


async def test_a_sender_who_leaves_meanwhile_leaves_nothing_to_accept_or_expire(moved_clock: MovedClock) -> None:
    ada, grace = await quick_member(0), await quick_member(1)
    sent = await make_request(ada, grace)

    assert await while_leaving(ada, services.accept_request(grace, sent.id)) == ["not-found"]

    bea = await quick_member(0)
    await make_request(bea, grace)
    moved_clock.move(days=31)
    assert await while_leaving(bea, expire_due_requests()) == ["done"]


async def test_a_recipient_who_leaves_meanwhile_hinders_no_sender(moved_clock: MovedClock) -> None:
    ada, grace = await quick_member(0), await quick_member(1)
    sent = await make_request(ada, grace)
    moved_clock.move(days=2)

    assert await while_leaving(grace, services.withdraw_request(ada, sent.id)) == ["done"]
    assert (await sent_by(ada))[0].state is RequestState.WITHDRAWN
