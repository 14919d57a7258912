"""A pitch between members who connected about something else: asked about before it goes, and answered with a tap."""

import asyncio
from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

import pytest
from httpx import AsyncClient, Response

from api.accounts.schemas import Member
from api.connections.queries import slots
from api.connections.services import accept_request, end_connection, send_request
from api.conversations import queries, services
from api.conversations.errors import NothingToRemindOfError
from api.conversations.schemas import MessageCreate, MessageRead, ReminderCreate
from api.encoding import encoder
from api.errors import NotFoundError
from api.profiles.schemas import Purpose
from embeddings.pitches import Finding, find_pitch
from tests.api.connections.making import PAIRS, make_connection, make_draft, make_recipient
from tests.factories import as_member, make_member
from tests.moved_clock import MovedClock

PITCH = "By the way: our agency helps small shops. Book a free discovery call this week and get 20 % off our services!"
FRIENDLY = "I oiled the second wheel last night and it runs for an hour now. What would you try next?"


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine must not decide what a test finds."""
    monkeypatch.setattr("api.conversations.pitch_guard.PATIENCE", 60)


async def two_who_talk(purpose: Purpose = Purpose.HOBBY) -> tuple[Member, Member, UUID]:
    """Ada asked Grace."""
    ada = await make_member("Ada", purposes=[purpose])
    grace = await make_member("Grace", purposes=[purpose], statements=[PAIRS[0][0]])
    sent = await send_request(ada, draft=await make_draft(grace, purpose=purpose))
    accepted = await accept_request(grace, sent.id)
    assert accepted.connection_id is not None
    return ada, grace, accepted.connection_id


async def posts(client: AsyncClient, author: Member, connection_id: UUID, text: str, **more: Any) -> Response:
    return await client.post(
        f"/api/v1/connections/{connection_id}/messages",
        headers=await as_member(client, author),
        json={"text": text} | more,
    )


async def pitched(author: Member, connection_id: UUID) -> MessageRead:
    return await services.send_message(author, connection_id, draft=MessageCreate(PITCH, send_anyway=True))


async def reminded_by(giver: Member, connection_id: UUID, message: MessageRead, *, end: bool = False) -> MessageRead:
    return await services.remind(giver, connection_id, message.id, draft=ReminderCreate(end_connection=end))


async def texts(reader: Member, connection_id: UUID) -> list[str]:
    return [message.text for message in (await queries.messages(reader, connection_id)).items]


async def test_a_pitch_comes_back_with_its_words_and_what_its_writer_connected_about(client: AsyncClient) -> None:
    ada, grace, connection_id = await two_who_talk()

    reply = await posts(client, ada, connection_id, f"  {PITCH}\r\n")

    problem = reply.json()
    assert (reply.status_code, problem["type"]) == (422, "/problems/reads-as-a-pitch")
    assert problem["promise"] == {"reason": PAIRS[0][1], "by_me": True}
    [finding] = problem["findings"]
    assert (finding["code"], finding["severity"]) == ("pitch", "note")
    assert PITCH[finding["start"] : finding["end"]].strip()
    assert await texts(grace, connection_id) == []


async def test_whoever_said_yes_is_shown_what_they_said_yes_to(client: AsyncClient) -> None:
    _, grace, connection_id = await two_who_talk()

    reply = await posts(client, grace, connection_id, PITCH)

    assert reply.json()["promise"] == {"reason": PAIRS[0][1], "by_me": False}


async def test_where_both_had_asked_each_is_shown_their_own_words(client: AsyncClient) -> None:
    ada, grace = await make_recipient("Ada", pair=1), await make_recipient("Grace", pair=0)
    await send_request(ada, draft=await make_draft(grace))
    crossed = await send_request(grace, draft=await make_draft(ada))
    assert crossed.connection_id is not None

    of_grace = await posts(client, grace, crossed.connection_id, PITCH)
    of_ada = await posts(client, ada, crossed.connection_id, PITCH)
    to_ada = await reminded_by(grace, crossed.connection_id, await pitched(ada, crossed.connection_id))
    to_grace = await reminded_by(ada, crossed.connection_id, await pitched(grace, crossed.connection_id))

    assert of_grace.json()["promise"] == {"reason": PAIRS[1][1], "by_me": True}
    assert of_ada.json()["promise"] == {"reason": PAIRS[0][1], "by_me": True}
    assert f"you wrote:\n“{PAIRS[0][1]}”" in to_ada.text
    assert f"you wrote:\n“{PAIRS[1][1]}”" in to_grace.text


async def test_a_pitch_goes_when_its_writer_says_so(client: AsyncClient) -> None:
    ada, grace, connection_id = await two_who_talk()

    reply = await posts(client, ada, connection_id, PITCH, send_anyway=True)

    assert reply.status_code == 201
    assert await texts(grace, connection_id) == [PITCH]


async def test_an_ordinary_message_just_goes(client: AsyncClient) -> None:
    ada, _, connection_id = await two_who_talk()

    assert (await posts(client, ada, connection_id, FRIENDLY)).status_code == 201


async def test_under_business_an_offer_just_goes(client: AsyncClient) -> None:
    ada, _, connection_id = await two_who_talk(Purpose.BUSINESS)

    assert (await posts(client, ada, connection_id, PITCH)).status_code == 201


async def test_a_stranger_learns_nothing_from_having_a_message_looked_at(client: AsyncClient) -> None:
    _, _, connection_id = await two_who_talk()

    assert (await posts(client, await make_member("Eve"), connection_id, PITCH)).status_code == 404


async def test_when_the_model_fails_the_message_goes(client: AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fails(*_: object, **__: object) -> None:
        raise RuntimeError("no model")

    monkeypatch.setattr("api.conversations.pitch_guard.find_pitch", fails)
    ada, _, connection_id = await two_who_talk()

    assert (await posts(client, ada, connection_id, PITCH)).status_code == 201
    assert (await posts(client, ada, connection_id, PITCH)).status_code == 201


async def test_while_the_encoder_is_busy_messages_go(client: AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    free, asked = asyncio.Event(), []

    async def takes_long(encodes: Any, text: str, *, purpose: str) -> Finding | None:
        asked.append(text)
        await free.wait()
        return await find_pitch(encodes, text, purpose=purpose)

    monkeypatch.setattr("api.conversations.pitch_guard.find_pitch", takes_long)
    monkeypatch.setattr("api.conversations.pitch_guard.PATIENCE", 0)
    ada, _, connection_id = await two_who_talk()

    first = await posts(client, ada, connection_id, PITCH)
    second = await posts(client, ada, connection_id, PITCH)
    monkeypatch.setattr("api.conversations.pitch_guard.PATIENCE", 60)
    free.set()
    while len(asked) == 1 and (await posts(client, ada, connection_id, PITCH)).status_code == 201:
        pass  # the first look is still coming to its end

    assert (first.status_code, second.status_code) == (201, 201)
    assert (await posts(client, ada, connection_id, PITCH)).status_code == 422


async def test_a_look_that_never_ends_is_given_up_with_a_line_in_the_log(
    client: AsyncClient, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = []

    async def hangs_at_first(encodes: Any, text: str, *, purpose: str) -> Finding | None:
        asked.append(text)
        if len(asked) == 1:
            monkeypatch.setattr("api.conversations.pitch_guard.PATIENCE", 60)
            await asyncio.Event().wait()
        return await find_pitch(encodes, text, purpose=purpose)

    monkeypatch.setattr("api.conversations.pitch_guard.find_pitch", hangs_at_first)
    monkeypatch.setattr("api.conversations.pitch_guard.PATIENCE", 0)
    monkeypatch.setattr("api.conversations.pitch_guard.GIVEN_UP_AFTER", 0)
    ada, _, connection_id = await two_who_talk()

    hung = await posts(client, ada, connection_id, PITCH)
    while len(asked) == 1 and (await posts(client, ada, connection_id, PITCH)).status_code == 201:
        pass  # it is given up at the event loop's next turn

    assert hung.status_code == 201
    assert (await posts(client, ada, connection_id, PITCH)).status_code == 422
    assert capsys.readouterr().out.count("message_look_given_up") == 1


async def test_before_the_model_is_loaded_messages_go(client: AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    ada, _, connection_id = await two_who_talk()
    monkeypatch.setattr(type(encoder()), "ready", False)

    assert (await posts(client, ada, connection_id, PITCH)).status_code == 201


async def test_a_reminder_quotes_the_promise_to_whoever_gave_it(client: AsyncClient) -> None:
    ada, grace, connection_id = await two_who_talk()
    message = await pitched(ada, connection_id)

    reply = await client.post(
        f"/api/v1/connections/{connection_id}/messages/{message.id}/reminder", headers=await as_member(client, grace)
    )

    assert reply.status_code == 201
    assert reply.json()["reminds_of"] == str(message.id)
    [said, _] = await texts(ada, connection_id)
    assert said == f"We connected for something else. When we connected, you wrote:\n“{PAIRS[0][1]}”"


async def test_whoever_asked_quotes_their_own_words(client: AsyncClient) -> None:
    ada, grace, connection_id = await two_who_talk()

    answer = await reminded_by(ada, connection_id, await pitched(grace, connection_id))

    assert f"When we connected, I wrote:\n“{PAIRS[0][1]}”" in answer.text


async def test_a_reminder_can_end_the_connection_quietly(client: AsyncClient) -> None:
    ada, grace, connection_id = await two_who_talk()

    await reminded_by(grace, connection_id, await pitched(ada, connection_id), end=True)

    for member in (ada, grace):
        with pytest.raises(NotFoundError):
            await queries.messages(member, connection_id)


async def test_a_message_is_answered_so_once_however_often_it_is_tapped(client: AsyncClient) -> None:
    ada, grace, connection_id = await two_who_talk()
    message = await pitched(ada, connection_id)

    given = await asyncio.gather(
        *(reminded_by(grace, connection_id, message) for _ in range(3)), return_exceptions=True
    )

    assert sum(isinstance(one, NothingToRemindOfError) for one in given) == 2
    assert len(await texts(ada, connection_id)) == 2


async def test_of_taps_that_end_the_connection_one_counts(client: AsyncClient) -> None:
    ada, grace, connection_id = await two_who_talk()
    message = await pitched(ada, connection_id)

    given = await asyncio.gather(
        *(reminded_by(grace, connection_id, message, end=True) for _ in range(3)), return_exceptions=True
    )

    assert sum(isinstance(one, MessageRead) for one in given) == 1
    assert sum(isinstance(one, NotFoundError) for one in given) == 2


async def test_a_reminder_is_not_answered_with_another(client: AsyncClient) -> None:
    ada, grace, connection_id = await two_who_talk()
    reminder = await reminded_by(grace, connection_id, await pitched(ada, connection_id))

    with pytest.raises(NothingToRemindOfError):
        await reminded_by(ada, connection_id, reminder)


async def test_under_business_there_is_nothing_to_remind_of(client: AsyncClient) -> None:
    ada, grace, connection_id = await two_who_talk(Purpose.BUSINESS)

    with pytest.raises(NothingToRemindOfError):
        await reminded_by(grace, connection_id, await pitched(ada, connection_id))


async def test_only_messages_of_the_other_in_ones_own_conversation_are_answered(client: AsyncClient) -> None:
    ada, grace, connection_id = await two_who_talk()
    message = await pitched(ada, connection_id)
    other = await make_connection(ada, await make_recipient(pair=1))
    elsewhere = await pitched(ada, other)

    for giver, where, which in (
        (ada, connection_id, message.id),
        (grace, connection_id, elsewhere.id),
        (grace, connection_id, uuid4()),
        (grace, other, elsewhere.id),
        (await make_member("Eve"), connection_id, message.id),
    ):
        with pytest.raises(NotFoundError):
            await services.remind(giver, where, which, draft=ReminderCreate())


async def reminded_ada(days_of_givers: Sequence[int], clock: MovedClock, *, end: bool = False) -> Member:
    """Ada, whom somebody else reminded on each of these days."""
    ada, day = await make_member("Ada"), 0
    for pair, on in enumerate(days_of_givers):
        clock.move(days=on - day)
        day = on
        grace = await make_recipient(pair=pair)
        connection_id = await make_connection(ada, grace)
        await reminded_by(grace, connection_id, await pitched(ada, connection_id), end=end)
    return ada


async def test_reminders_by_two_members_change_nothing(client: AsyncClient, moved_clock: MovedClock) -> None:
    ada = await reminded_ada([0, 20], moved_clock)
    moved_clock.move(days=1)

    found = await slots(ada)

    assert (found.allowed, found.fewer_until) == (8, None)


@pytest.mark.parametrize("end", [False, True], ids=["kept", "ended"])
async def test_reminders_by_three_leave_one_place_for_a_while(
    client: AsyncClient, moved_clock: MovedClock, *, end: bool
) -> None:
    ada = await reminded_ada([0, 20, 40], moved_clock, end=end)
    same_day = await slots(ada)
    moved_clock.move(days=1)
    fewer = await slots(ada)
    moved_clock.move(days=50)

    later = await slots(ada)

    assert same_day.fewer_until is None
    assert fewer.allowed == 1
    assert fewer.fewer_until is not None
    assert (fewer.fewer_until.hour, fewer.fewer_until.minute) == (0, 0)
    assert fewer.fewer_until < moved_clock.now()
    assert (later.allowed, later.fewer_until) == (8, None)


async def test_a_reminder_of_today_changes_nothing_today(client: AsyncClient, moved_clock: MovedClock) -> None:
    ada = await reminded_ada([0, 0], moved_clock)
    grace = await make_recipient(pair=2)
    connection_id = await make_connection(ada, grace)
    await reminded_by(grace, connection_id, await pitched(ada, connection_id))
    moved_clock.move(days=1)
    before = await slots(ada)

    await reminded_by(grace, connection_id, await pitched(ada, connection_id))

    assert before.allowed == 1
    assert await slots(ada) == before


async def test_many_reminders_by_one_member_count_once(client: AsyncClient, moved_clock: MovedClock) -> None:
    ada, grace, connection_id = await two_who_talk()
    for _ in range(4):
        await reminded_by(grace, connection_id, await pitched(ada, connection_id))
    moved_clock.move(days=1)

    assert (await slots(ada)).fewer_until is None


async def test_whoever_reminds_has_as_many_places_as_before(client: AsyncClient, moved_clock: MovedClock) -> None:
    grace = await make_recipient("Grace", pair=0)
    for _ in range(3):
        ada = await make_member("Ada")
        connection_id = await make_connection(ada, grace)
        await reminded_by(grace, connection_id, await pitched(ada, connection_id))
    moved_clock.move(days=1)

    assert (await slots(grace)).fewer_until is None


async def test_a_reminder_is_no_conversation(client: AsyncClient) -> None:
    ada, grace, connection_id = await two_who_talk()

    await reminded_by(grace, connection_id, await pitched(ada, connection_id))

    assert (await slots(ada)).allowed == 3


async def test_whoever_is_left_reads_the_same_with_a_reminder_and_without(
    client: AsyncClient, moved_clock: MovedClock
) -> None:
    replies = []
    for with_reminder in (True, False):
        ada, grace, connection_id = await two_who_talk()
        message = await pitched(ada, connection_id)
        if with_reminder:
            await reminded_by(grace, connection_id, message, end=True)
        else:
            await end_connection(grace, connection_id)
        moved_clock.move(days=1)
        headers = await as_member(client, ada)
        paths = ("connections", f"connections/{connection_id}", f"connections/{connection_id}/messages", "me/slots")
        replies.append([(await client.get(f"/api/v1/{path}", headers=headers)).text for path in paths])
        replies[-1].append((await posts(client, ada, connection_id, PITCH)).text)

    assert replies[0] == replies[1]
