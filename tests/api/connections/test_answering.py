"""What can be done about a request once it is there, by whom, and what each side then reads."""

from collections.abc import Awaitable, Callable
from uuid import UUID, uuid4

import pytest

from api.accounts.schemas import Member
from api.connections import queries, services
from api.connections.errors import AlreadyConnectedError, AlreadyOpenError, NotNowError
from api.connections.request_rows import MOST_UNSEEN_EVENTS, expire_due_requests
from api.connections.schemas import Box, Refusal, RequestRead, RequestState, Words
from api.database import fetch
from api.errors import InvalidError, NotFoundError
from api.moderation.services import block_member, unblock_member
from api.profiles.purposes import consent_version
from api.profiles.schemas import Audience, Purpose, PurposeSwitch, StatementUpdate
from api.profiles.services import change_statement, delete_statement, switch_off_purpose, switch_on_purpose
from tests.api.connections.making import make_draft, make_recipient, make_request, received, sent_by
from tests.api.connections.test_sending import MET, MET_REASON
from tests.factories import make_member
from tests.moved_clock import MovedClock

pytestmark = pytest.mark.usefixtures("database")

SENTENCE = Refusal("Thank you, but my evenings are full this year.")


def kinds(request: RequestRead) -> list[str]:
    return [event.kind for event in request.history]


async def a_request() -> tuple[Member, Member, RequestRead]:
    ada, grace = await make_recipient("Ada"), await make_recipient("Grace")
    return ada, grace, await make_request(ada, grace)


async def test_accepting_connects_the_two_with_the_reason_pinned() -> None:
    ada, grace, sent = await a_request()

    accepted = await services.accept_request(grace, sent.id)

    [hers], [theirs] = (await queries.connections(ada)).items, (await queries.connections(grace)).items
    assert accepted.state is RequestState.ACCEPTED
    assert accepted.connection_id == hers.id == theirs.id
    assert hers.reason == theirs.reason == sent.reason
    assert (hers.asked_by_me, theirs.asked_by_me) == (True, False)
    assert (hers.member.display_name, theirs.member.display_name) == ("Grace", "Ada")
    assert hers.anchor_text == sent.anchor.text
    assert (await queries.slots(ada)).open == 0
    assert await queries.waiting(grace) == 0


async def test_a_question_and_its_answer_stand_in_the_history_of_both(moved_clock: MovedClock) -> None:
    ada, grace, sent = await a_request()

    asked = await services.ask(grace, sent.id, words=Words(" Where did we meet? "))
    waiting_while_asked = await queries.waiting(grace)
    moved_clock.move(days=40)
    answered = await services.answer(ada, sent.id, words=Words("On the ferry."))

    assert (asked.state, asked.rounds, asked.can) == (RequestState.ASKED, 1, ["acceptance", "refusal"])
    assert (waiting_while_asked, await queries.waiting(grace)) == (0, 1)
    assert answered.state is RequestState.PENDING
    assert (answered.expires_at - sent.expires_at).days == 40
    for reader in (ada, grace):
        read = await queries.request(reader, sent.id)
        assert [(event.kind, event.text, event.by_me) for event in read.history] == [
            ("sent", None, reader is ada),
            ("question", "Where did we meet?", reader is grace),
            ("answer", "On the ferry.", reader is ada),
        ]


async def test_contact_details_wait_until_the_two_are_connected() -> None:
    ada, grace, sent = await a_request()

    with pytest.raises(InvalidError) as refused_question:
        await services.ask(grace, sent.id, words=Words("Can you write to grace at example dot org?"))
    await services.ask(grace, sent.id, words=Words("Where did we meet?"))
    with pytest.raises(InvalidError) as refused_answer:
        await services.answer(ada, sent.id, words=Words("On the ferry. I'm on insta as ferryada77."))

    for refused in (refused_question, refused_answer):
        assert [(error.pointer, error.code) for error in refused.value.errors] == [("/text", "contact-details")]
    assert (await queries.request(grace, sent.id)).state is RequestState.ASKED


async def test_a_third_question_is_one_too_many() -> None:
    ada, grace, sent = await a_request()
    for _ in range(2):
        await services.ask(grace, sent.id, words=Words("And then?"))
        await services.answer(ada, sent.id, words=Words("Then I came home."))

    with pytest.raises(NotNowError):
        await services.ask(grace, sent.id, words=Words("And then?"))

    assert (await received(grace))[0].can == ["acceptance", "refusal"]


async def test_words_are_neither_empty_nor_endless() -> None:
    ada, grace, sent = await a_request()

    for text in (" ", "x" * 601, "\x00"):
        with pytest.raises(InvalidError):
            await services.ask(grace, sent.id, words=Words(text))
    await services.ask(grace, sent.id, words=Words("x" * 600))
    with pytest.raises(InvalidError):
        await services.answer(ada, sent.id, words=Words(""))
    with pytest.raises(InvalidError):
        await services.refuse_request(grace, sent.id, refusal=Refusal("x" * 601))

    assert (await queries.request(ada, sent.id)).state is RequestState.ASKED


async def test_a_silent_refusal_is_known_to_the_recipient_alone() -> None:
    ada, grace, sent = await a_request()

    declined = await services.refuse_request(grace, sent.id, refusal=Refusal("  "))

    assert (declined.state, declined.can, kinds(declined)) == (
        RequestState.DECLINED,
        ["reopening"],
        ["sent", "declined"],
    )
    assert await queries.request(ada, sent.id) == sent
    assert await queries.waiting(grace) == 0


async def test_a_request_that_is_declined_in_silence_again_and_again_keeps_the_latest_of_it_only() -> None:
    _, grace, sent = await a_request()
    for _ in range(MOST_UNSEEN_EVENTS):
        await services.refuse_request(grace, sent.id, refusal=Refusal())
        await services.reopen_request(grace, sent.id)

    found = await queries.request(grace, sent.id)

    assert kinds(found) == ["sent", *["declined", "reopened"] * (MOST_UNSEEN_EVENTS // 2)]
    assert len(await fetch("SELECT 1 FROM request_event WHERE request = {}", sent.id)) == MOST_UNSEEN_EVENTS + 1


async def test_a_refusal_with_a_sentence_reaches_the_sender_and_keeps_the_slot(moved_clock: MovedClock) -> None:
    ada, grace, sent = await a_request()
    await services.refuse_request(grace, sent.id, refusal=SENTENCE)

    [mine] = await sent_by(ada)

    assert (mine.state, mine.history[-1].text, mine.can) == (RequestState.DECLINED, SENTENCE.sentence, [])
    assert (await queries.slots(ada)).open == 1
    moved_clock.move(days=30)
    assert (await queries.slots(ada)).open == 0


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


async def test_each_step_belongs_to_one_side() -> None:
    ada, grace, sent = await a_request()
    stranger = await make_member()

    for actor in (ada, stranger):
        with pytest.raises(NotFoundError):
            await services.accept_request(actor, sent.id)
        with pytest.raises(NotFoundError):
            await services.refuse_request(actor, sent.id, refusal=Refusal())
        with pytest.raises(NotFoundError):
            await services.ask(actor, sent.id, words=Words("Who?"))
        with pytest.raises(NotFoundError):
            await services.reopen_request(actor, sent.id)
    for actor in (grace, stranger):
        with pytest.raises(NotFoundError):
            await services.answer(actor, sent.id, words=Words("Me."))
        with pytest.raises(NotFoundError):
            await services.withdraw_request(actor, sent.id)
    with pytest.raises(NotFoundError):
        await queries.request(stranger, sent.id)
    with pytest.raises(NotFoundError):
        await services.accept_request(grace, uuid4())


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


async def hide(recipient: Member, statement_id: UUID) -> None:
    await change_statement(recipient, statement_id, change=StatementUpdate(audience=Audience.NOBODY))


async def leave_purpose(recipient: Member, _: UUID) -> None:
    await switch_off_purpose(recipient, purpose=Purpose.HOBBY)


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


async def sensitive_request() -> tuple[Member, Member, RequestRead]:
    both = (Purpose.HOBBY, Purpose.BELIEF)
    ada, grace = await make_member("Ada", purposes=both), await make_member("Grace", purposes=both)
    draft = await make_draft(grace, anchor=MET, reason=MET_REASON, purpose=Purpose.BELIEF)
    return ada, grace, await services.send_request(ada, draft=draft)


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


async def test_lists_go_on_where_they_stopped() -> None:
    grace = await make_recipient("Grace", pair=0)
    for _ in range(5):
        await make_request(await make_member(), grace)

    whole = (await queries.requests(grace, box=Box.RECEIVED)).items
    parts: list[RequestRead] = []
    cursor = None
    for _ in range(3):
        page = await queries.requests(grace, box=Box.RECEIVED, limit=2, cursor=cursor)
        parts, cursor = parts + page.items, page.next

    assert (parts, cursor) == (whole, None)
    assert [request.created_at for request in whole] == sorted((request.created_at for request in whole), reverse=True)
    with pytest.raises(InvalidError):
        await queries.requests(grace, box=Box.RECEIVED, cursor="nonsense")


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
