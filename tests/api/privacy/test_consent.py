"""A yes to a sensitive purpose: what was agreed to can be told for ever, and taking it back is as easy as giving it."""

import hashlib
from functools import partial

import anyio
import pytest
from httpx import AsyncClient

from api.accounts.schemas import Member
from api.database import fetch
from api.errors import WhereforeError
from api.profiles.consents import CONSENTS, TODAY, consent_text
from api.profiles.purposes import consent_version, purposes
from api.profiles.reembedding import catch_up
from api.profiles.schemas import Purpose, PurposeSwitch
from api.profiles.services import switch_off_purpose, switch_on_purpose
from tests.factories import make_member, make_statement
from tests.web.browsing import browser_of

DIGESTS = {
    ("2026-11-22", "caretaking"): "c7fef0b872691e9f50fba9d29a35791da17b212055d01598bfde2db790a8da7e",
    ("2026-11-22", "belief"): "d8a84b4d4e409b8504db4ef6f2f6d76bdc7f3e0bc208fc8ca6596086fb912176",
    ("2026-11-22", "partnership"): "95ed7706833e603ce3865e233336b00b3920f48961f69878bab185d2b86c8591",
}
"""SHA-256 of every text that anybody ever agreed to. Add a line for a new version; never change one."""


def test_no_text_that_was_ever_agreed_to_is_changed_or_lost() -> None:
    digests = {
        (version, purpose.value): hashlib.sha256(text.encode()).hexdigest()
        for version, texts in CONSENTS.items()
        for purpose, text in texts.items()
    }

    assert digests == DIGESTS, "A new text needs a new version in api/profiles/consents.py; the old ones stay."


def test_members_agree_to_the_newest_text() -> None:
    for read in purposes():
        assert read.consent_text == (consent_text(read.purpose, TODAY) if read.sensitive else None)
        assert read.sensitive == (read.consent_text is not None)


async def test_version_and_time_are_kept_of_every_yes_and_every_taking_back(database: None) -> None:
    ada = await make_member("Ada", purposes=[Purpose.BELIEF])
    await switch_off_purpose(ada, purpose=Purpose.BELIEF)
    await switch_on_purpose(ada, purpose=Purpose.BELIEF, switch=PurposeSwitch(consent=consent_version(Purpose.BELIEF)))

    rows = await fetch("SELECT version, given_at, withdrawn_at FROM consent ORDER BY given_at")

    assert [(row["version"], row["withdrawn_at"] is None) for row in rows] == [(TODAY, False), (TODAY, True)]
    assert rows[0]["given_at"] <= rows[0]["withdrawn_at"] <= rows[1]["given_at"]
    assert all(consent_text(Purpose.BELIEF, row["version"]) for row in rows)


async def test_taking_consent_back_takes_no_more_steps_than_giving_it(client: AsyncClient) -> None:
    browser = await browser_of(client, await make_member("Ada"))
    steps = {"give": 0, "take back": 0}

    await browser.open("/me")
    for link in ("/me/purposes", "/me/purposes/belief/on"):
        assert f'href="{link}"' in browser.reply.text
        await browser.open(link)
        steps["give"] += 1
    await browser.press("Switch it on", consent=str(consent_version(Purpose.BELIEF)))  # a tick, and a press
    steps["give"] += 2
    await browser.open("/me")
    assert 'href="/me/purposes/belief/off"' in browser.reply.text
    await browser.open("/me/purposes/belief/off")
    await browser.press("Switch it off")
    steps["take back"] += 2

    assert await fetch("SELECT 1 FROM consent WHERE withdrawn_at IS NULL") == []
    assert steps["take back"] <= steps["give"]


@pytest.mark.parametrize("rival", ["a statement that is saved", "the job that encodes"])
async def test_no_vector_outlives_the_consent_whatever_happens_at_that_moment(database: None, rival: str) -> None:
    left = []
    for number in range(12):
        ada = await make_member("Ada", purposes=[Purpose.BELIEF])
        await make_statement(ada, f"I keep silence on day {number}.", purpose=Purpose.BELIEF)

        async def meanwhile(number: int = number, who: Member = ada) -> None:
            await anyio.sleep(number * 0.002)
            if rival == "the job that encodes":
                await fetch("DELETE FROM model_coverage")
                await catch_up()
                return
            try:
                await make_statement(who, f"And I sing on day {number}.", purpose=Purpose.BELIEF)
            except WhereforeError:
                return

        async with anyio.create_task_group() as together:
            together.start_soon(meanwhile)
            together.start_soon(partial(switch_off_purpose, ada, purpose=Purpose.BELIEF))
        left += await fetch("SELECT statement FROM statement_vector WHERE member = {}", ada.id)

    assert left == []
