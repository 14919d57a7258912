"""A pitch between members who connected about something else is asked about before it goes."""

import asyncio
from typing import Any

import pytest
from httpx import AsyncClient

from api.connections.services import send_request
from api.encoding import encoder
from api.profiles.schemas import Purpose
from embeddings.pitches import Finding, find_pitch
from tests.api.connections.making import PAIRS, make_draft, make_recipient
from tests.api.conversations.talking import PITCH, pitched, posts, reminded_by, texts, two_who_talk
from tests.factories import make_member

FRIENDLY = "I oiled the second wheel last night and it runs for an hour now. What would you try next?"


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
