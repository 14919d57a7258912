"""Nobody asks more distinct people than their quota, whatever slots come back; and everybody can read how it stands."""

import asyncio
from datetime import timedelta

import pytest
from httpx import AsyncClient

from api import clock
from api.accounts.schemas import Member
from api.connections import services
from api.connections.quotas import quotas
from api.connections.schemas import Anchor, AnchorKind, RequestCreate
from api.database import fetch
from api.limits import policies
from api.limits.errors import WrittenQuotaReachedError
from api.limits.limit import Window
from api.profiles.schemas import Purpose
from tests.factories import as_member, make_member, make_statement
from tests.moved_clock import MovedClock
from tests.web.browsing import browser_of

pytestmark = pytest.mark.usefixtures("database")

DAY = 86_400
REASONS = (
    "You mend clocks at the kitchen table. Where do you find the small springs for the ones from the thirties?",
    "I read that you keep bees behind the mill. How did yours come through the wet spring, and do you feed them?",
    "Your garden of old apple trees sounds lovely. Which of them would you graft again on a cold northern slope?",
    "You bake rye bread with a sourdough from your aunt. How do you keep it alive when you are away for weeks?",
)
WORDS = (
    "I mend clocks at the kitchen table.",
    "I keep bees behind the mill.",
    "I have a garden of old apple trees.",
    "I bake rye bread with a sourdough from my aunt.",
)


def quota(monkeypatch: pytest.MonkeyPatch, *new: Window) -> None:
    """Let new accounts ask so many people."""
    monkeypatch.setattr(policies, "_changes", lambda: {"people-written-to-new": new})


async def people() -> tuple[Member, list[Member]]:
    """Somebody who would like to ask four others."""
    return await make_member("Ada"), [await make_member(f"Other {text[7:]}"[:30], statements=[text]) for text in WORDS]


async def ask(sender: Member, recipient: Member, number: int) -> None:
    [row] = await fetch("SELECT id FROM statement WHERE author = {}", recipient.id)
    draft = RequestCreate(
        recipient_id=recipient.id,
        purpose=Purpose.HOBBY,
        anchor=Anchor(kind=AnchorKind.STATEMENT, id=row["id"]),
        reason=REASONS[number],
    )
    await services.send_request(sender, draft=draft)


async def test_one_asks_as_many_people_as_one_may_and_not_one_more_when_a_slot_comes_back(
    monkeypatch: pytest.MonkeyPatch, moved_clock: MovedClock
) -> None:
    quota(monkeypatch, Window(5, DAY), Window(2, 30 * DAY))
    ada, others = await people()
    await ask(ada, others[0], 0)
    await ask(ada, others[1], 1)
    moved_clock.move(days=2)
    for row in await fetch("SELECT id FROM connection_request WHERE sender = {}", ada.id):
        await services.withdraw_request(ada, row["id"])

    with pytest.raises(WrittenQuotaReachedError) as refused:
        await ask(ada, others[2], 2)

    assert refused.value.more_at == clock.now() + timedelta(days=28)
    assert (await quotas(ada)).people_written_to.windows[1].used == 2


async def test_asking_at_once_asks_nobody_more(monkeypatch: pytest.MonkeyPatch) -> None:
    quota(monkeypatch, Window(2, DAY))
    ada, others = await people()

    results = await asyncio.gather(
        *(ask(ada, other, number) for number, other in enumerate(others)), return_exceptions=True
    )

    assert [type(one) for one in results if one is not None] == [WrittenQuotaReachedError] * 2
    assert len(await fetch("SELECT 1 AS one FROM connection_request")) == 2


async def test_answering_whoever_asked_costs_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    quota(monkeypatch, Window(1, DAY))
    ada, others = await people()
    await ask(ada, others[0], 0)
    bea = others[1]
    made = await make_statement(ada, "I carve spoons from green birch wood.")
    await services.send_request(
        bea,
        draft=RequestCreate(
            recipient_id=ada.id,
            purpose=Purpose.HOBBY,
            anchor=Anchor(kind=AnchorKind.STATEMENT, id=made.id),
            reason="You carve spoons from green birch wood. How do you keep yours from splitting while they dry?",
        ),
    )

    await ask(ada, bea, 1)

    assert [row["state"] for row in await fetch("SELECT state FROM connection_request WHERE sender = {}", bea.id)] == [
        "accepted"
    ]


async def test_a_refusal_for_having_asked_many_keeps_the_reason_that_was_typed(
    monkeypatch: pytest.MonkeyPatch, client: AsyncClient
) -> None:
    quota(monkeypatch, Window(1, DAY))
    ada, others = await people()
    await ask(ada, others[0], 0)
    browser = await browser_of(client, ada)
    await browser.open(f"/members/{others[1].id}/request")
    [row] = await fetch("SELECT id FROM statement WHERE author = {}", others[1].id)

    reply = await browser.press("Send", anchor=str(row["id"]), reason=REASONS[1])

    assert reply.status_code == 429
    assert "You have asked many people" in browser.text
    assert "There is room for new people in 24 hours" in browser.text
    assert REASONS[1] in browser.text


async def test_a_program_reads_how_the_quotas_stand(client: AsyncClient) -> None:
    ada, others = await people()
    await ask(ada, others[0], 0)
    headers = await as_member(client, ada)
    await client.get(f"/api/v1/members/{others[1].id}", headers=headers)

    reply = (await client.get("/api/v1/me/quotas", headers=headers)).json()

    assert reply["people_seen"] == {
        "windows": [{"days": 1, "used": 2, "allowed": 60}, {"days": 30, "used": 2, "allowed": 300}],
        "more_at": None,
    }
    assert [window["used"] for window in reply["people_written_to"]["windows"]] == [1, 1]
    assert reply["new_account_until"] is not None


async def test_the_page_says_how_the_quotas_stand_and_that_new_accounts_start_with_less(
    client: AsyncClient, moved_clock: MovedClock
) -> None:
    ada, _ = await people()
    browser = await browser_of(client, ada)

    await browser.open("/me/quotas")
    assert "Your account is new, so it starts with less." in browser.text
    assert "In the last day: you saw nobody new. There can be 60." in browser.text

    moved_clock.move(days=14)
    browser = await browser_of(client, ada)  # a session that nobody uses ends as well
    await browser.open("/me/quotas")
    assert "Your account is new" not in browser.text
    assert "In the last day: you saw nobody new. There can be 200." in browser.text
