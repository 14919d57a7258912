"""Requests of members who blocked each other, left, were suspended, or took words back."""

from collections.abc import Awaitable, Callable
from uuid import UUID

import pytest

from api.accounts.schemas import Member
from api.connections import queries, services
from api.connections.errors import NotNowError
from api.connections.request_rows import expire_due_requests
from api.connections.schemas import Refusal, RequestState, Words
from api.database import fetch
from api.errors import NotFoundError
from api.moderation.services import block_member, unblock_member
from api.profiles.schemas import Audience, Purpose, StatementUpdate
from api.profiles.services import change_statement, delete_statement, switch_off_purpose
from tests.api.connections.making import a_request, kinds, make_draft, make_recipient, make_request, received, sent_by
from tests.factories import make_member
from tests.moved_clock import MovedClock

pytestmark = pytest.mark.usefixtures("database")


async def hide(recipient: Member, statement_id: UUID) -> None:
    await change_statement(recipient, statement_id, change=StatementUpdate(audience=Audience.NOBODY))


async def leave_purpose(recipient: Member, _: UUID) -> None:
    await switch_off_purpose(recipient, purpose=Purpose.HOBBY)


async def test_a_block_by_the_recipient_does_not_show_in_the_request(moved_clock: MovedClock) -> None:
    ada, grace, sent = await a_request()
    await services.ask(grace, sent.id, words=Words("Who are you?"))
    await block_member(grace, ada.id)

    [mine] = await sent_by(ada)

    assert (mine.state, mine.can) == (RequestState.ASKED, ["answer"])
    assert (mine.recipient.display_name, mine.anchor.text, kinds(mine)) == ("Someone who is not here", None, ["sent"])
    assert await received(grace) == []
    with pytest.raises(NotFoundError):
        await services.accept_request(grace, sent.id)
    await services.answer(ada, sent.id, words=Words("An old friend."))
    moved_clock.move(days=30)
    assert (await sent_by(ada))[0].state is RequestState.EXPIRED


async def test_what_a_block_ended_stays_ended_for_the_recipient() -> None:
    ada, grace, sent = await a_request()
    await block_member(grace, ada.id)
    await unblock_member(grace, ada.id)

    [got] = await received(grace)

    assert (got.state, got.can, kinds(got)) == (RequestState.CLOSED, [], ["sent", "closed"])
    assert (await queries.request(ada, sent.id)) == sent
    with pytest.raises(NotNowError):
        await services.reopen_request(grace, sent.id)


async def test_blocking_twice_or_from_both_sides_changes_nothing_more() -> None:
    ada, grace, sent = await a_request()

    for _ in range(2):
        await block_member(grace, ada.id)
    await unblock_member(grace, ada.id)
    await block_member(grace, ada.id)
    await unblock_member(grace, ada.id)

    assert kinds(await queries.request(grace, sent.id)) == ["sent", "closed"]


async def test_a_block_by_the_sender_looks_like_taking_it_back() -> None:
    ada, grace, sent = await a_request()
    await block_member(ada, grace.id)
    gone = await received(grace)
    await unblock_member(ada, grace.id)

    [got] = await received(grace)

    assert gone == []
    assert (got.state, got.can, kinds(got)) == (RequestState.WITHDRAWN, [], ["sent", "withdrawn"])
    assert ((await sent_by(ada))[0].state, (await queries.slots(ada)).open) == (RequestState.CLOSED, 1)
    assert sent.id == got.id


async def test_a_departed_recipient_leaves_the_same_as_one_who_blocked(moved_clock: MovedClock) -> None:
    ada, gone, away = await make_member(), await make_recipient("Gone", pair=0), await make_recipient("Away", pair=0)
    draft = await make_draft(
        away, reason=(await make_draft(gone)).reason.replace("aunt", "godmother in Leeds") + " Yes!"
    )
    one = await make_request(ada, gone)
    two = await services.send_request(await make_member("Ada"), draft=draft)
    bea = Member(two.sender.id, "Ada")
    for recipient, sent in ((gone, one), (away, two)):
        await services.ask(recipient, sent.id, words=Words("Who are you?"))
    await fetch("DELETE FROM account WHERE id = {}", gone.id)
    await block_member(away, bea.id)

    for days in (0, 20, 40):
        moved_clock.move(days=days)
        [departed], [blocked] = await sent_by(ada), await sent_by(bea)
        assert {
            (request.state, request.recipient, request.anchor, tuple(kinds(request)), tuple(request.can))
            for request in (departed, blocked)
        } == {(departed.state, departed.recipient, departed.anchor, tuple(kinds(departed)), tuple(departed.can))}
        assert (await queries.slots(ada)).open == (await queries.slots(bea)).open == 1
    await services.answer(ada, one.id, words=Words("Nobody you know."))
    await services.answer(bea, two.id, words=Words("Nobody you know."))
    moved_clock.move(days=30)
    assert await expire_due_requests() == 2
    assert (await sent_by(ada))[0].state is (await sent_by(bea))[0].state is RequestState.EXPIRED


async def test_a_departed_recipients_words_are_gone_from_the_database() -> None:
    _, grace, sent = await a_request()
    await services.ask(grace, sent.id, words=Words("Who are you?"))
    await fetch("DELETE FROM account WHERE id = {}", grace.id)

    [row] = await fetch("SELECT recipient, anchor_text, anchor_statement FROM connection_request")
    events = await fetch("SELECT text FROM request_event WHERE text IS NOT NULL")

    assert (set(row.values()), events) == ({None}, [])


@pytest.mark.parametrize("take_back", [hide, delete_statement, leave_purpose])
async def test_a_sender_no_longer_reads_words_that_were_taken_back(
    take_back: Callable[[Member, UUID], Awaitable[None]],
) -> None:
    ada, grace, sent = await a_request()
    assert sent.anchor.id is not None
    await take_back(grace, sent.anchor.id)

    [hers], [got] = await sent_by(ada), await received(grace)

    assert (sent.anchor.text is not None, hers.anchor.id, hers.anchor.text) == (True, None, None)
    # What is hidden stays its author's own; what is deleted is gone for them too.
    assert got.anchor.text == (None if take_back is delete_statement else sent.anchor.text)


async def test_two_departed_recipients_do_not_stand_in_each_others_way() -> None:
    ada, grace, edith = await make_member(), await make_recipient(), await make_recipient()
    await make_request(ada, grace)
    await make_request(ada, edith)

    await fetch("DELETE FROM account WHERE id IN ({}, {})", grace.id, edith.id)

    assert [request.state for request in await sent_by(ada)] == [RequestState.PENDING] * 2


async def test_a_departed_sender_takes_their_request_along() -> None:
    ada, grace, sent = await a_request()
    await fetch("DELETE FROM account WHERE id = {}", ada.id)

    assert await received(grace) == []
    with pytest.raises(NotFoundError):
        await queries.request(grace, sent.id)


async def test_a_suspended_sender_is_not_there() -> None:
    ada, grace, sent = await a_request()
    await fetch("UPDATE account SET suspended_at = now() WHERE id = {}", ada.id)

    assert (await received(grace), await queries.waiting(grace)) == ([], 0)
    with pytest.raises(NotFoundError):
        await services.accept_request(grace, sent.id)


async def test_no_way_leads_from_a_request_to_a_connection_with_somebody_who_is_not_there() -> None:
    ada, grace, sent = await a_request()
    connected = await services.accept_request(grace, sent.id)
    await fetch("UPDATE account SET suspended_at = now() WHERE id = {}", grace.id)

    view = await queries.request(ada, sent.id)

    assert connected.connection_id is not None
    assert (view.state, view.connection_id) == (RequestState.ACCEPTED, None)


async def test_who_was_suspended_meanwhile_neither_answers_nor_decides() -> None:
    ada, grace = await make_member("Ada"), await make_recipient("Grace")
    sent = await make_request(ada, grace)
    await services.ask(grace, sent.id, words=Words("Which of the clocks is the oldest?"))
    steps: tuple[tuple[Member, Callable[[], Awaitable[object]]], ...] = (
        (ada, lambda: services.answer(ada, sent.id, words=Words("The one from the station."))),
        (grace, lambda: services.accept_request(grace, sent.id)),
        (grace, lambda: services.refuse_request(grace, sent.id, refusal=Refusal("Not now, thank you."))),
    )
    for suspended, step in steps:
        await fetch("UPDATE account SET suspended_at = now() WHERE id = {}", suspended.id)
        with pytest.raises(NotFoundError):
            await step()
        await fetch("UPDATE account SET suspended_at = NULL WHERE id = {}", suspended.id)
