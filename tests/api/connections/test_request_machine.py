"""The life of a request, as rules over time."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from api.connections.errors import NoSlotError, NotNowError, RecipientFullError, TooSoonError
from api.connections.request_machine import (
    RequestFacts,
    accept,
    answer,
    as_recipient_sees,
    as_sender_sees,
    ask,
    close_by_recipient,
    close_by_sender,
    cross,
    decline_silently,
    decline_with_sentence,
    recipient_can,
    reopen,
    runs_out_at,
    send,
    sender_can,
    settled,
    slot_returns_at,
    takes_slot,
    withdraw,
)
from api.connections.schemas import RequestState
from api.connections.slots import SenderRoom, slots_allowed

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
ROOM = SenderRoom(slots_open=0, slots_allowed=3, recipient_taken=0, recipient_capacity=5)


def day(number: float) -> datetime:
    return START + timedelta(days=number)


def sent() -> RequestFacts:
    return send(START, room=ROOM)


def test_a_new_request_waits_thirty_days() -> None:
    assert settled(sent(), day(30) - timedelta(microseconds=1)).state is RequestState.PENDING
    assert settled(sent(), day(30)).state is RequestState.EXPIRED


def test_the_last_slot_can_be_used_and_none_after_it() -> None:
    assert send(START, room=replace(ROOM, slots_open=2))
    for taken in (3, 4, 5):
        with pytest.raises(NoSlotError):
            send(START, room=replace(ROOM, slots_open=taken))


def test_the_recipients_last_place_can_be_used_and_none_after_it() -> None:
    assert send(START, room=replace(ROOM, recipient_taken=4))
    for waiting in (5, 6, 7):
        with pytest.raises(RecipientFullError):
            send(START, room=replace(ROOM, recipient_taken=waiting))


def test_the_same_recipient_can_be_asked_again_when_the_pause_is_over() -> None:
    assert send(START, room=replace(ROOM, may_ask_again_at=START))
    with pytest.raises(TooSoonError):
        send(START, room=replace(ROOM, may_ask_again_at=START + timedelta(microseconds=1)))


@pytest.mark.parametrize(
    ("age", "has_conversed", "allowed"), [(0, False, 3), (13.99, False, 3), (14, False, 8), (0, True, 8), (40, True, 8)]
)
def test_slots_grow_with_age_or_a_conversation(age: float, has_conversed: bool, allowed: int) -> None:  # noqa: FBT001
    assert slots_allowed(created_at=START, now=day(age), has_conversed=has_conversed) == allowed


def test_the_clock_stands_still_while_a_question_is_open() -> None:
    asked = ask(sent(), day(10))

    answered = answer(settled(asked, day(100)), day(100))

    assert settled(asked, day(100)).state is RequestState.ASKED
    assert runs_out_at(asked, day(100)) == answered.expires_at == day(120)
    assert settled(answered, day(119.9)).state is RequestState.PENDING
    assert settled(answered, day(120)).state is RequestState.EXPIRED


def test_two_questions_are_enough() -> None:
    facts = answer(ask(answer(ask(sent(), day(1)), day(2)), day(3)), day(4))

    with pytest.raises(NotNowError):
        ask(facts, day(5))
    assert recipient_can(facts) == ["acceptance", "refusal"]


def test_one_question_at_a_time() -> None:
    with pytest.raises(NotNowError):
        ask(ask(sent(), day(1)), day(1))


def test_nothing_is_answered_that_was_not_asked() -> None:
    with pytest.raises(NotNowError):
        answer(sent(), day(1))


@pytest.mark.parametrize("facts", [sent(), ask(sent(), day(1))])
def test_an_open_request_can_be_accepted(facts: RequestFacts) -> None:
    accepted = accept(facts, day(2))

    assert accepted.state is as_sender_sees(accepted) is as_recipient_sees(accepted) is RequestState.ACCEPTED
    assert not takes_slot(accepted, day(2))
    assert sender_can(accepted, day(9)) == recipient_can(accepted) == []


def test_a_silent_refusal_changes_nothing_for_the_sender() -> None:
    ignored, declined = sent(), decline_silently(sent(), day(1))

    for moment in (1, 5, 29.9, 30, 31, 200):
        theirs, ours = settled(declined, day(moment)), settled(ignored, day(moment))
        assert as_sender_sees(theirs) is as_sender_sees(ours)
        assert takes_slot(theirs, day(moment)) == takes_slot(ours, day(moment))
        assert sender_can(theirs, day(moment)) == sender_can(ours, day(moment))
        assert (theirs.expires_at, theirs.may_ask_again_at) == (ours.expires_at, ours.may_ask_again_at)
        assert as_recipient_sees(theirs) is RequestState.DECLINED


def test_what_was_declined_in_silence_while_asked_can_still_be_answered() -> None:
    declined = decline_silently(ask(sent(), day(1)), day(2))

    answered = answer(declined, day(3))

    assert as_sender_sees(answered) is RequestState.PENDING
    assert as_recipient_sees(answered) is RequestState.DECLINED


def test_a_refusal_with_a_sentence_keeps_the_slot_until_the_request_would_have_expired() -> None:
    declined = decline_with_sentence(sent(), day(1))

    assert takes_slot(declined, day(29.9))
    assert not takes_slot(declined, day(30))
    assert slot_returns_at([declined], day(2)) == day(30)
    assert declined.may_ask_again_at == day(91)


def test_a_refusal_while_a_question_is_open_counts_the_time_that_stood_still() -> None:
    declined = decline_with_sentence(ask(sent(), day(1)), day(41))

    assert takes_slot(declined, day(69.9))
    assert not takes_slot(declined, day(70))


def test_no_slot_returns_by_itself_while_every_request_waits_for_its_sender() -> None:
    assert slot_returns_at([ask(sent(), day(1))], day(2)) is None


def test_a_request_can_be_withdrawn_after_a_day() -> None:
    with pytest.raises(NotNowError):
        withdraw(sent(), day(1) - timedelta(microseconds=1))

    withdrawn = withdraw(sent(), day(1))

    assert withdrawn.state is RequestState.WITHDRAWN
    assert not takes_slot(withdrawn, day(1))
    assert withdrawn.may_ask_again_at == day(91)


@pytest.mark.parametrize(
    "late", [accept, ask, decline_silently, decline_with_sentence, withdraw, cross], ids=lambda step: step.__name__
)
def test_the_clock_wins_against_whoever_comes_late(late: Callable[[RequestFacts, datetime], RequestFacts]) -> None:
    with pytest.raises(NotNowError):
        late(sent(), day(30))


def test_a_silent_refusal_taken_back_in_time_leaves_no_trace() -> None:
    assert reopen(decline_silently(sent(), day(1)), day(20)) == sent()


def test_a_refusal_with_a_sentence_can_be_taken_back() -> None:
    reopened = reopen(decline_with_sentence(sent(), day(1)), day(60))

    assert reopened.state is as_recipient_sees(reopened) is RequestState.PENDING
    assert not takes_slot(reopened, day(60))
    assert reopened.expires_at == day(90)
    assert reopened.may_ask_again_at is None


@pytest.mark.parametrize("facts", [sent(), decline_silently(sent(), day(1))], ids=["ignored", "declined"])
def test_an_expired_request_can_be_reopened(facts: RequestFacts) -> None:
    reopened = reopen(facts, day(100))

    assert reopened.state is as_recipient_sees(reopened) is RequestState.PENDING
    assert settled(reopened, day(130)).state is RequestState.EXPIRED


@pytest.mark.parametrize(
    "facts",
    [
        sent(),
        withdraw(sent(), day(1)),
        accept(sent(), day(1)),
        close_by_sender(sent(), day(1)),
        close_by_recipient(sent(), day(1)),
        settled(close_by_recipient(decline_silently(sent(), day(1)), day(2)), day(40)),
    ],
    ids=["pending", "withdrawn", "accepted", "closed by sender", "closed by recipient", "closed after declining"],
)
def test_nothing_else_can_be_reopened(facts: RequestFacts) -> None:
    with pytest.raises(NotNowError):
        reopen(facts, day(2) if facts.state is RequestState.PENDING and not facts.closed_silently else day(50))


def test_what_the_recipient_closes_goes_on_unanswered_for_the_sender() -> None:
    closed = close_by_recipient(sent(), day(1))

    assert as_sender_sees(closed) is RequestState.PENDING
    assert as_recipient_sees(closed) is RequestState.CLOSED
    assert recipient_can(closed) == []
    assert takes_slot(closed, day(29.9))
    assert settled(closed, day(30)).state is RequestState.EXPIRED


def test_what_the_sender_closes_looks_taken_back_and_keeps_the_slot() -> None:
    closed = close_by_sender(sent(), day(1))

    assert as_sender_sees(closed) is RequestState.CLOSED
    assert as_recipient_sees(closed) is RequestState.WITHDRAWN
    assert takes_slot(closed, day(29.9))


def test_what_has_ended_is_not_closed_again() -> None:
    accepted = accept(sent(), day(1))

    assert close_by_sender(accepted, day(2)) == close_by_recipient(accepted, day(2)) == accepted


def test_a_purpose_switched_off_ends_a_request_at_that_moment() -> None:
    by_sender, by_recipient = replace(sent(), sender_left_at=day(1)), replace(sent(), recipient_left_at=day(1))

    for moment in (1, 20, 50):
        assert settled(by_sender, day(moment)) == close_by_sender(by_sender, day(1))
    for moment in (1, 20):
        assert settled(by_recipient, day(moment)) == close_by_recipient(by_recipient, day(1))
    assert settled(by_recipient, day(30)).state is RequestState.EXPIRED
    assert as_recipient_sees(settled(by_recipient, day(30))) is RequestState.CLOSED


def test_what_had_run_out_before_the_purpose_was_switched_off_stays_expired() -> None:
    late = replace(sent(), sender_left_at=day(30), recipient_left_at=day(30))

    assert as_sender_sees(settled(late, day(31))) is as_recipient_sees(settled(late, day(31))) is RequestState.EXPIRED


def test_a_question_that_is_open_when_the_sender_switches_the_purpose_off_is_never_answered() -> None:
    left = settled(replace(ask(sent(), day(10)), sender_left_at=day(90)), day(100))

    assert (left.state, left.closed_at, left.may_ask_again_at) == (RequestState.CLOSED, day(90), day(180))
    with pytest.raises(NotNowError):
        answer(replace(ask(sent(), day(10)), sender_left_at=day(90)), day(100))


@pytest.mark.parametrize(
    "facts", [sent(), ask(sent(), day(0)), decline_silently(sent(), day(0)), close_by_recipient(sent(), day(0))]
)
def test_asking_in_turn_accepts_whatever_the_sender_sees_as_open(facts: RequestFacts) -> None:
    crossed = cross(facts, day(1))

    assert as_sender_sees(crossed) is as_recipient_sees(crossed) is RequestState.ACCEPTED


def test_both_sides_are_told_what_they_can_do() -> None:
    asked = ask(sent(), day(0.5))

    assert sender_can(sent(), day(0.5)) == []
    assert sender_can(sent(), day(1)) == ["withdrawal"]
    assert sender_can(asked, day(1)) == ["answer", "withdrawal"]
    assert recipient_can(sent()) == ["acceptance", "refusal", "question"]
    assert recipient_can(asked) == ["acceptance", "refusal"]
    assert recipient_can(settled(sent(), day(30))) == ["reopening"]
