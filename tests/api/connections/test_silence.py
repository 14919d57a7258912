"""A request that was declined in silence and one that was ignored are the same to their senders, in every byte."""

import json
from collections.abc import Awaitable, Callable
from uuid import UUID

import msgspec
import pytest
from httpx import AsyncClient

from api.accounts.schemas import Member
from api.connections import services
from api.connections.errors import AlreadyOpenError
from api.connections.schemas import Refusal, Words
from api.errors import ConflictError, WhereforeError
from tests.api.connections.making import make_draft, make_recipient, make_request, received, sent_by
from tests.factories import as_member, make_member
from tests.moved_clock import MovedClock

pytestmark = pytest.mark.usefixtures("database")

PLACES = ("/connection-requests?box=sent", "/me/slots", "/connections", "/blocks", "/me")
FRESH = "Your kitchen table full of clocks would not leave my mind. Does each of them tick at its own pace?"


class Side:
    """A sender who looks at everything there is for them, with ids and addresses taken out."""

    def __init__(self, client: AsyncClient, sender: Member, recipient: Member, request_id: UUID) -> None:
        self.client, self.sender, self.recipient, self.request_id = client, sender, recipient, request_id
        self.headers: dict[str, str] = {}

    async def look(self) -> list[object]:
        seen: list[object] = []
        for place in (*PLACES, f"/connection-requests/{self.request_id}", f"/members/{self.recipient.id}"):
            reply = await self.client.get("/api/v1" + place, headers=self.headers)
            text = reply.text.replace(str(self.sender.id), "ME").replace(str(self.recipient.id), "THEM")
            seen.append((reply.status_code, json.loads(text.replace(str(self.request_id), "REQUEST"))))
        return [*seen, await self._asked_again()]

    async def try_to(self, step: Callable[[Member, UUID], Awaitable[object]]) -> type | None:
        try:
            await step(self.sender, self.request_id)
        except WhereforeError as error:
            return type(error)
        return None

    async def _asked_again(self) -> list[object]:
        """What another request to the same member would be told."""
        draft = msgspec.to_builtins(await make_draft(self.recipient, reason=FRESH))
        reply = await self.client.post("/api/v1/connection-requests", headers=self.headers, json=draft)
        told = reply.json()
        return [reply.status_code, told.get("type"), told.get("detail"), told.get("again_at"), told.get("state")]


async def two_sides(client: AsyncClient) -> tuple[Side, Side]:
    sides = []
    for name in ("declined", "ignored"):
        sender = await make_member("Ada", email=f"{name}@example.org")
        recipient = await make_recipient("Grace", pair=0)
        side = Side(client, sender, recipient, (await make_request(sender, recipient)).id)
        side.headers = await as_member(client, sender)
        sides.append(side)
    return sides[0], sides[1]


def alike(one: list[object], other: list[object]) -> bool:
    def masked(seen: list[object]) -> str:
        text = json.dumps(seen, default=str, sort_keys=True)
        for address in ("declined@example.org", "ignored@example.org"):
            text = text.replace(address, "ADDRESS")
        return text

    return masked(one) == masked(other)


@pytest.fixture
async def sides(client: AsyncClient, moved_clock: MovedClock) -> tuple[Side, Side]:
    return await two_sides(client)


async def test_sender_sees_no_difference_along_the_days(sides: tuple[Side, Side], moved_clock: MovedClock) -> None:
    declined, ignored = sides
    moved_clock.move(hours=1)
    await services.refuse_request(declined.recipient, declined.request_id, refusal=Refusal())

    for days in (0, 0.9, 1.1, 7, 20, 0.9, 0.2, 40, 60):
        moved_clock.move(days=days)
        assert alike(without_anchor(await declined.look()), without_anchor(await ignored.look()))
        assert await declined.try_to(answer) is await ignored.try_to(answer)


async def test_a_question_before_makes_no_difference_either(sides: tuple[Side, Side], moved_clock: MovedClock) -> None:
    declined, ignored = sides
    for side in sides:
        await services.ask(side.recipient, side.request_id, words=Words("Where did we meet?"))
    await services.refuse_request(declined.recipient, declined.request_id, refusal=Refusal())

    for days in (0, 5, 40):
        moved_clock.move(days=days)
        assert alike(without_anchor(await declined.look()), without_anchor(await ignored.look()))
    assert await declined.try_to(answer) is await ignored.try_to(answer) is None
    for days in (0, 29, 2):
        moved_clock.move(days=days)
        assert alike(without_anchor(await declined.look()), without_anchor(await ignored.look()))


async def test_taking_it_back_is_the_same_too(sides: tuple[Side, Side], moved_clock: MovedClock) -> None:
    declined, ignored = sides
    await services.refuse_request(declined.recipient, declined.request_id, refusal=Refusal())

    assert await declined.try_to(services.withdraw_request) is await ignored.try_to(services.withdraw_request)
    moved_clock.move(days=1)
    assert await declined.try_to(services.withdraw_request) is await ignored.try_to(services.withdraw_request) is None
    assert alike(without_anchor(await declined.look()), without_anchor(await ignored.look()))


async def test_a_refusal_thought_better_of_in_time_leaves_no_trace(
    sides: tuple[Side, Side], moved_clock: MovedClock
) -> None:
    declined, ignored = sides
    await services.refuse_request(declined.recipient, declined.request_id, refusal=Refusal())
    moved_clock.move(days=3)
    await services.reopen_request(declined.recipient, declined.request_id)

    assert alike(without_anchor(await declined.look()), without_anchor(await ignored.look()))
    assert (await received(declined.recipient))[0].can == ["acceptance", "refusal", "question"]


async def test_the_place_in_the_list_is_the_same(moved_clock: MovedClock) -> None:
    ada = await make_member()
    recipients = [await make_recipient(pair=pair) for pair in range(3)]
    sent = []
    for recipient in recipients:
        sent.append((await make_request(ada, recipient)).id)
        moved_clock.move(minutes=1)
    before = await sent_by(ada)

    await services.refuse_request(recipients[1], sent[1], refusal=Refusal())

    assert await sent_by(ada) == before


async def test_asking_again_is_refused_in_the_same_words() -> None:
    ada, grace = await make_member(), await make_recipient("Grace", pair=0)
    sent = await make_request(ada, grace)
    draft = await make_draft(
        grace, reason="Your kitchen table full of clocks would not leave my mind; does yours tick?"
    )
    refused = []
    for decline in (False, True):
        if decline:
            await services.refuse_request(grace, sent.id, refusal=Refusal())
        with pytest.raises(ConflictError) as error:
            await services.send_request(ada, draft=draft)
        refused.append((type(error.value), error.value.detail))

    assert refused[0] == refused[1]
    assert refused[0][0] is AlreadyOpenError


def without_anchor(seen: list[object]) -> list[object]:
    """The same without ids of the recipients' statements, which are two of the same words."""
    found = json.loads(json.dumps(seen, default=str))

    def strip(value: object) -> object:
        if isinstance(value, list):
            return [strip(item) for item in value]
        if isinstance(value, dict):
            return {
                key: strip(item)
                for key, item in value.items()
                if not (key == "id" and (("text" in value and "kind" in value) or "role" in value))
            }
        return value

    stripped = strip(found)
    assert isinstance(stripped, list)
    return stripped


async def answer(sender: Member, request_id: UUID) -> object:
    return await services.answer(sender, request_id, words=Words("On the ferry to Harwich."))
