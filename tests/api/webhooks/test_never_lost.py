"""Whatever happens, an event arrives, or is given up and says so; and no receiver that hangs holds others up."""

import asyncio
from random import Random
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from api.conversations.schemas import MessageCreate
from api.conversations.services import send_message
from api.database import fetch, transaction
from api.event_kinds import Kind
from api.events import tell
from api.webhooks import calling, outbox, sending, services, tidying
from api.webhooks.schemas import WebhookUpdate
from tests.api.accounts.making import credential_of
from tests.api.connections.making import make_connection, make_recipient
from tests.api.webhooks.receiving import ALL_SCOPES, Receiver, deliver, make_webhook, receiving
from tests.factories import make_member
from tests.moved_clock import MovedClock

STEPS = (
    "tell",
    "tell",
    "arrives",
    "fails",
    "hangs up",
    "dies",
    "dies before",
    "dies within",
    "a minute",
    "an hour",
    "two days",
)
CLAIMED = "SELECT 1 FROM webhook WHERE claimed_until IS NOT NULL"
MORE_STEPS = (*STEPS, "off", "on", "again", "tidy", "new secret")


class Life:
    """One webhook, what it is to be told, and what its receiver has said yes to."""

    def __init__(self, receiver: Receiver, clock: MovedClock, patch: pytest.MonkeyPatch) -> None:
        self.receiver, self.clock, self.patch = receiver, clock, patch
        self.told: set[str] = set()
        self.given_up: set[str] = set()
        self.is_on = True

    async def begin(self) -> None:
        """Make everything."""
        ada, self.grace = await make_member("Ada"), await make_recipient("Grace")
        self.connection_id = await make_connection(ada, self.grace)
        draft = MessageCreate("Are you there?", send_anyway=True)
        self.message_id = (await send_message(ada, self.connection_id, draft=draft)).id

    async def anew(self) -> None:
        """Another webhook, with nothing told."""
        await fetch("DELETE FROM webhook")
        self.credential = await credential_of(self.grace)
        self.webhook_id: UUID = (await make_webhook(self.grace, self.receiver.url)).webhook.id
        self.told.clear()
        self.given_up.clear()
        self.receiver.calls.clear()
        self.receiver.answers.clear()
        self.is_on = True

    async def step(self, name: str) -> None:
        """Let one thing happen, and remember what was given up, as a later step may be what forgets it."""
        await self._happen(name)
        self.given_up |= await _events("dead_at IS NOT NULL")
        self.given_up -= await _events("next_try_at IS NOT NULL")  # sent again by its member

    async def _happen(self, name: str) -> None:
        match name:
            case "tell":
                await self._tell()
            case "arrives" | "fails" | "hangs up":
                usual = {"arrives": 204, "fails": 500, "hangs up": self.receiver.hang_up}
                self.receiver.usual = usual[name]  # type: ignore[assignment]  # either is one
                await deliver()
            case "dies" | "dies before" | "dies within":
                await self._die(name)
            case "off" | "on":
                await self._turn(is_on=name == "on")
            case "again":
                await self._again()
            case "tidy":
                await tidying.tidy_deliveries()
            case "new secret":
                await services.renew_secret(self.grace, self.webhook_id, credential=await credential_of(self.grace))
            case _:
                self.clock.move(**{"a minute": {"seconds": 61}, "an hour": {"hours": 1}, "two days": {"days": 2}}[name])

    async def heal(self) -> None:
        """Let all be well, for as long as anything waits."""
        await self._turn(is_on=True)
        self.receiver.usual = 204
        while await fetch("SELECT 1 FROM webhook_delivery WHERE next_try_at IS NOT NULL"):
            self.clock.move(hours=15)
            await deliver()

    async def _tell(self) -> None:
        async with transaction():
            await tell(
                Kind.MESSAGE_RECEIVED, to=self.grace.id, connection_id=self.connection_id, message_id=self.message_id
            )
        if self.is_on:
            rows = await fetch("SELECT event FROM webhook_delivery")
            self.told |= {str(row["event"]) for row in rows}

    async def _die(self, name: str) -> None:
        """The process ends at once: nothing after this moment is done, not even giving the webhook back."""
        places = {"dies": (outbox, "note"), "dies before": (outbox, "may_be_sent"), "dies within": (sending, "call")}

        async def nothing(*_: Any) -> Any:
            raise RuntimeError("The process is gone.")

        self.receiver.usual = 204
        with self.patch.context() as meanwhile:
            meanwhile.setattr(*places[name], nothing)
            meanwhile.setattr(outbox, "release", nothing)
            await deliver()

    async def _turn(self, *, is_on: bool) -> None:
        change = WebhookUpdate(is_on=is_on)
        self.credential = await credential_of(self.grace)
        await services.change_webhook(self.grace, self.webhook_id, credential=self.credential, change=change)
        self.is_on = is_on

    async def _again(self) -> None:
        rows = await fetch("SELECT id FROM webhook_delivery WHERE cardinality(tried_at) > 0 ORDER BY id LIMIT 1")
        if rows and self.is_on and await fetch("SELECT 1 FROM webhook WHERE off_at IS NULL"):
            await services.send_again(self.grace, self.webhook_id, rows[0]["id"], scopes=ALL_SCOPES)


@pytest.fixture
async def life(receiver: Receiver, moved_clock: MovedClock, monkeypatch: pytest.MonkeyPatch) -> Life:
    """A webhook whose receiver and clock are in our hands."""
    made = Life(receiver, moved_clock, monkeypatch)
    await made.begin()
    return made


@settings(
    max_examples=25,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    phases=(Phase.generate,),
)
@given(steps=st.lists(st.sampled_from(MORE_STEPS), min_size=3, max_size=14))
async def test_an_event_is_delivered_at_least_once_or_given_up_and_never_lost(life: Life, steps: list[str]) -> None:
    await _check(life, steps)


async def test_nothing_is_lost_on_long_walks_either(life: Life, *, soaking: bool) -> None:
    chance = Random(20261123)  # noqa: S311 - the same walks each time
    for _ in range(400 if soaking else 2):
        await _check(life, chance.choices(MORE_STEPS, k=60))


async def _check(life: Life, steps: list[str]) -> None:
    await life.anew()
    for step in ("tell", *steps):
        await life.step(step)
    await life.heal()

    called = {call.headers["webhook-id"] for call in life.receiver.calls}
    given_up = life.given_up | await _events("dead_at IS NOT NULL")
    assert life.told - called - given_up == set(), steps
    assert await _events("delivered_at IS NOT NULL") <= called
    assert life.receiver.most_at_once == 1


async def _events(which: str) -> set[str]:
    return {str(row["event"]) for row in await fetch(f"SELECT event FROM webhook_delivery WHERE {which}")}


async def test_who_hangs_holds_up_nobody_else(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "PLACES", 6)
    monkeypatch.setattr(sending, "PLACES_OF_FAILING", 3)
    monkeypatch.setattr(calling, "ANSWER_SECONDS", 20)
    ada, grace = await make_member("Ada"), await make_recipient("Grace")
    async with receiving() as hanging:
        hanging.usual = hanging.hang
        for _ in range(5):
            made = await make_webhook(ada, hanging.url)
            await services.test_webhook(ada, made.webhook.id)
        await fetch("UPDATE webhook SET failures = 1, failing_since = now()")
        await sending.send_due()
        async with asyncio.timeout(30):
            while hanging.at_once < 3:  # noqa: ASYNC110 - nothing else tells
                await asyncio.sleep(0.01)
        well = await make_webhook(grace, receiver.url)
        await services.test_webhook(grace, well.webhook.id)
        await sending.wake()
        async with asyncio.timeout(15):
            await receiver.called.wait()
            while await fetch(f"{CLAIMED} AND id = {{}}", well.webhook.id):  # noqa: ASYNC110 - nothing else tells
                await asyncio.sleep(0.01)

        assert hanging.most_at_once == 3
        monkeypatch.setattr(sending, "SECONDS_TO_FINISH", 0.01)
        async with sending.PLACES_HERE.open():
            pass  # what hangs is let go at the end, and sent again by another

    assert await fetch(CLAIMED) == []


async def test_the_job_that_wakes_the_sending_does_not_wait_for_a_receiver(receiver: Receiver) -> None:
    grace = await make_member("Grace")
    receiver.usual = receiver.hang
    made = await make_webhook(grace, receiver.url)
    await services.test_webhook(grace, made.webhook.id)

    assert await sending.wake() == 1

    assert receiver.connections == 0  # the job is done before anybody was called
    async with asyncio.timeout(30):
        await receiver.called.wait()
    async with sending.PLACES_HERE.open():
        pass
