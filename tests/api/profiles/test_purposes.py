"""Switching purposes on and off."""

from contextlib import suppress

import anyio
import pytest

from api.accounts.schemas import Member
from api.database import fetch
from api.profiles import queries, services
from api.profiles.errors import ConsentNeededError, PurposeOffError
from api.profiles.purposes import consent_version, purposes
from api.profiles.schemas import Audience, Purpose, PurposeSwitch, StatementUpdate
from tests.factories import make_member, make_statement
from tests.moved_clock import MovedClock

SENSITIVE = [Purpose.BELIEF, Purpose.CARETAKING, Purpose.PARTNERSHIP]


async def switch_on(member: Member, purpose: Purpose) -> None:
    await services.switch_on_purpose(member, purpose=purpose, switch=PurposeSwitch(consent=consent_version(purpose)))


async def vectors(member: Member) -> int:
    return len(await fetch("SELECT 1 FROM statement_vector WHERE member = {}", member.id))


def test_there_are_six_purposes_and_three_of_them_are_sensitive() -> None:
    assert {read.purpose for read in purposes()} == set(Purpose)
    assert {read.purpose for read in purposes() if read.sensitive} == set(SENSITIVE)


def test_a_consent_text_says_what_is_kept_who_reads_it_and_how_to_take_it_back() -> None:
    for read in purposes():
        assert (read.consent_text is not None) == (read.consent_version is not None) == read.sensitive
        if read.consent_text is not None:
            assert "keeps" in read.consent_text
            assert "can read" in read.consent_text
            assert "take this back" in read.consent_text


@pytest.mark.parametrize("purpose", SENSITIVE)
@pytest.mark.parametrize("consent", [None, "", "2020-01-01", "yes"])
async def test_a_sensitive_purpose_needs_a_yes_to_its_text_as_it_is_today(
    database: None, purpose: Purpose, consent: str | None
) -> None:
    ada = await make_member(purposes=[])

    with pytest.raises(ConsentNeededError) as refusal:
        await services.switch_on_purpose(ada, purpose=purpose, switch=PurposeSwitch(consent=consent))

    assert refusal.value.extra() == {"consent_version": consent_version(purpose)}
    assert await queries.my_purposes(ada) == []
    assert await fetch("SELECT 1 FROM consent") == []


async def test_a_yes_is_recorded_with_its_version_and_moment(database: None, moved_clock: MovedClock) -> None:
    ada = await make_member(purposes=[])

    mine = await services.switch_on_purpose(
        ada, purpose=Purpose.BELIEF, switch=PurposeSwitch(consent=consent_version(Purpose.BELIEF))
    )

    assert mine.consent_version == consent_version(Purpose.BELIEF)
    assert mine.consent_given_at == mine.switched_on_at == moved_clock.now()
    assert await queries.my_purposes(ada) == [mine]


async def test_switching_on_twice_changes_nothing(database: None, moved_clock: MovedClock) -> None:
    ada = await make_member(purposes=[Purpose.BELIEF])
    before = await queries.my_purposes(ada)
    moved_clock.move(days=1)

    await switch_on(ada, Purpose.BELIEF)

    assert await queries.my_purposes(ada) == before


async def test_switching_on_from_several_places_at_once_leaves_one_of_each(database: None) -> None:
    ada = await make_member(purposes=[])

    async with anyio.create_task_group() as together:
        for _ in range(6):
            together.start_soon(switch_on, ada, Purpose.BELIEF)

    assert len(await fetch("SELECT 1 FROM member_purpose")) == 1
    assert len(await fetch("SELECT 1 FROM consent")) == 1


async def test_switching_off_withdraws_consent_and_takes_the_vectors_away_but_not_the_texts(database: None) -> None:
    ada = await make_member(purposes=[Purpose.BELIEF, Purpose.HOBBY], statements=["I keep silence on Sundays."])
    await make_statement(ada, "I mend old clocks.")

    await services.switch_off_purpose(ada, purpose=Purpose.BELIEF)

    assert [row["withdrawn_at"] is not None for row in await fetch("SELECT withdrawn_at FROM consent")] == [True]
    assert await fetch("SELECT purpose FROM statement_vector") == [{"purpose": "hobby"}]
    assert [mine.purpose for mine in await queries.my_purposes(ada)] == [Purpose.HOBBY]
    kept = await queries.my_statements(ada, purpose=Purpose.BELIEF)
    assert [statement.text for statement in kept.items] == ["I keep silence on Sundays."]


async def test_switching_off_what_is_off_changes_nothing(database: None) -> None:
    ada = await make_member(purposes=[Purpose.HOBBY], statements=["I mend old clocks."])

    await services.switch_off_purpose(ada, purpose=Purpose.BELIEF)

    assert [mine.purpose for mine in await queries.my_purposes(ada)] == [Purpose.HOBBY]
    assert await vectors(ada) == 1
    assert await fetch("SELECT 1 FROM consent") == []


async def test_switching_on_again_makes_texts_searchable_as_they_are_by_then(database: None) -> None:
    ada = await make_member(purposes=[Purpose.BELIEF])
    kept = await make_statement(ada, "I keep silence on Sundays.", purpose=Purpose.BELIEF)
    hidden = await make_statement(ada, "I light a candle.", purpose=Purpose.BELIEF)
    before = await vector_of(kept.id)
    await services.switch_off_purpose(ada, purpose=Purpose.BELIEF)
    await services.change_statement(ada, kept.id, change=StatementUpdate(text="Jazz drumming in the cellar."))
    await services.change_statement(ada, hidden.id, change=StatementUpdate(audience=Audience.NOBODY))
    assert await vectors(ada) == 0

    await switch_on(ada, Purpose.BELIEF)

    assert await vectors(ada) == 1
    assert await vector_of(kept.id) not in {before, None}
    consents = await fetch("SELECT withdrawn_at FROM consent ORDER BY given_at")
    assert [row["withdrawn_at"] is None for row in consents] == [False, True]


async def test_a_new_consent_text_must_be_agreed_to_before_anything_is_added(
    database: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = await make_member(purposes=[Purpose.BELIEF])
    monkeypatch.setattr("api.profiles.services.consent_version", lambda _: "2030-01-01")

    with pytest.raises(ConsentNeededError):
        await make_statement(ada, "I light a candle.", purpose=Purpose.BELIEF)
    await services.switch_on_purpose(ada, purpose=Purpose.BELIEF, switch=PurposeSwitch(consent="2030-01-01"))
    await make_statement(ada, "I light a candle.", purpose=Purpose.BELIEF)

    rows = await fetch("SELECT version, withdrawn_at IS NULL AS stands FROM consent ORDER BY version")
    assert [row["stands"] for row in rows] == [False, True]
    assert [mine.consent_version for mine in await queries.my_purposes(ada)] == ["2030-01-01"]


async def test_switching_off_while_writing_never_leaves_a_vector_behind(database: None) -> None:
    ada = await make_member(purposes=[Purpose.BELIEF])
    await make_statement(ada, "I light a candle.", purpose=Purpose.BELIEF)

    async def write(number: int) -> None:
        with suppress(PurposeOffError):
            await make_statement(ada, f"Candle number {number}.", purpose=Purpose.BELIEF)

    async with anyio.create_task_group() as together:
        for number in range(4):
            together.start_soon(write, number)
        await anyio.sleep(0.02)
        together.start_soon(lambda: services.switch_off_purpose(ada, purpose=Purpose.BELIEF))

    assert await vectors(ada) == 0


async def vector_of(statement_id: object) -> str | None:
    rows = await fetch("SELECT vector::text AS vector FROM statement_vector WHERE statement = {}", statement_id)
    return rows[0]["vector"] if rows else None
