"""Words are marked in what a viewer may read, once, and kept with their list."""

import asyncio
from typing import Any

import msgspec
import pytest
from piccolo.engine.postgres import PostgresEngine

from api.accounts.schemas import Member
from api.database import fetch
from api.encoding import encoder
from api.errors import NotFoundError
from api.matching import freshness, lists, marking, queries
from api.matching.schemas import Closeness, MarkedStatement, MatchRead, ReasonKind
from api.profiles import services as profiles
from api.profiles.list_orders import ListOrder
from api.profiles.schemas import Audience, Purpose, StatementUpdate
from tests.api.matching.making import CHOIR, MOTORCYCLES, SAME_SPOONS, SPOONS, matches, pause
from tests.api.profiles import relations
from tests.factories import make_member, make_statement

pytestmark = pytest.mark.usefixtures("database")

HONEY = "I keep bees and give the honey to my neighbours"
SAME_HONEY = "Beekeeping on a flat roof: the honey tastes of lime trees"


def marked(statement: MarkedStatement) -> list[str]:
    return [statement.text[start:end] for start, end in statement.marks]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many texts the model was asked about, each time that it was."""
    counts: list[int] = []
    real = encoder().tokens

    async def counting(texts: list[str]) -> Any:
        counts.append(len(texts))
        return await real(texts)

    monkeypatch.setattr(encoder(), "tokens", counting)
    return counts


async def kept_marks() -> list[Any]:
    return [row["marks"] for row in await fetch("SELECT marks FROM match_entry ORDER BY position")]


async def test_the_words_that_carried_a_pair_are_marked_in_both() -> None:
    ada = await make_member("Ada", statements=[HONEY])
    await make_member("Ben", statements=[SAME_HONEY])

    ((pair,),) = [match.reasons for match in await matches(ada)]

    assert "honey" in marked(pair.mine)
    assert "honey" in marked(pair.theirs)


async def test_a_pair_says_who_gives_what_to_whom() -> None:
    pupil = await make_member("Pupil", statements=[("seeking", "Someone who teaches the violin"), SPOONS])
    teacher = await make_member("Teacher", statements=["I teach the violin to grown-up beginners", SAME_SPOONS])

    (of_pupil,), (of_teacher,) = await matches(pupil), await matches(teacher)

    assert {pair.kind for pair in of_pupil.reasons} == {ReasonKind.THEY_OFFER, ReasonKind.SHARED}
    assert {pair.kind for pair in of_teacher.reasons} == {ReasonKind.YOU_OFFER, ReasonKind.SHARED}


async def test_a_pair_that_only_just_agrees_is_not_called_close() -> None:
    ada = await make_member("Ada", statements=[HONEY])
    await make_member("Same", statements=[HONEY])
    await make_member("Near", statements=["Wasps fascinate me"])

    found = {match.member.display_name: match.reasons[0].closeness for match in await matches(ada)}

    assert found == {"Same": Closeness.CLOSE, "Near": Closeness.LOOSE}


async def test_kept_marks_are_read_without_the_model(asked: list[int]) -> None:
    ada = await make_member("Ada", statements=[HONEY])
    await make_member("Ben", statements=[SAME_HONEY])
    before = await matches(ada)
    assert asked == [2]

    assert await matches(ada) == before
    assert asked == [2]


async def test_a_visit_waits_for_the_marks_of_what_it_reads_and_a_job_finds_those_of_the_beginning(
    monkeypatch: pytest.MonkeyPatch, asked: list[int]
) -> None:
    monkeypatch.setattr(marking, "MARKED_AT_FIRST", 2)
    ada = await make_member("Ada", statements=[HONEY])
    for number in range(4):
        await make_member(f"B{number}", statements=[f"{SAME_HONEY} {'!' * number}"])

    await queries.matches(ada, purpose=Purpose.HOBBY, limit=1)
    assert [marks is not None for marks in await kept_marks()] == [True, False, False, False]
    await fetch("DELETE FROM match_list")
    await lists.compute_ordered(msgspec.json.encode(ListOrder(ada.id, Purpose.HOBBY)))
    assert [marks is not None for marks in await kept_marks()] == [True, True, False, False]
    await matches(ada)

    assert None not in await kept_marks()
    assert asked == [2, 3, 3]


async def test_marks_of_texts_that_are_as_they_were_are_kept_when_the_list_is_computed_anew(asked: list[int]) -> None:
    ada = await make_member("Ada", statements=[HONEY])
    await make_member("Ben", statements=[SAME_HONEY])
    before = await matches(ada)
    await make_member("Cleo", statements=["Our honey is sold at the garden gate"])

    after = await matches(ada)

    assert before[0] in after
    assert all(pair.theirs.marks for match in after for pair in match.reasons)
    assert asked == [2, 2]


async def test_a_text_that_was_changed_is_looked_at_anew(asked: list[int]) -> None:
    ada = await make_member("Ada", statements=[HONEY])
    ben = await make_member("Ben")
    said = await make_statement(ben, SAME_HONEY)
    await matches(ada)

    await profiles.change_statement(ben, said.id, change=StatementUpdate(text=f"At last: {SAME_HONEY}"))
    ((pair,),) = [match.reasons for match in await matches(ada)]
    assert "honey" in marked(pair.theirs)
    await profiles.change_statement(ada, pair.mine.id, change=StatementUpdate(text=f"Well then: {HONEY}"))
    ((pair,),) = [match.reasons for match in await matches(ada)]
    assert "honey" in marked(pair.mine)

    assert asked == [2, 2, 2]


async def test_a_list_is_read_by_as_many_queries_whatever_its_length(monkeypatch: pytest.MonkeyPatch) -> None:
    ada = await make_member("Ada", statements=[HONEY])
    for number in range(5):
        await make_member(f"B{number}", statements=[f"{SAME_HONEY} {'!' * number}"])
    assert len(await matches(ada)) == 5
    counts: list[int] = []
    real = PostgresEngine.run_querystring

    async def counting(self: PostgresEngine, *args: Any, **kwargs: Any) -> Any:
        counts[-1] += 1
        return await real(self, *args, **kwargs)

    monkeypatch.setattr(PostgresEngine, "run_querystring", counting)
    for limit in (1, 5):
        counts.append(0)
        await queries.matches(ada, purpose=Purpose.HOBBY, limit=limit)

    assert counts[0] == counts[1] > 0


@pytest.mark.parametrize(("state", "value"), [("ready", False), ("seconds_waiting", 2 * marking.LONGEST_QUEUE)])
async def test_a_list_waits_neither_for_the_model_nor_while_it_has_too_much_to_do(
    state: str, value: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = await make_member("Ada", statements=[HONEY])
    await make_member("Ben", statements=[SAME_HONEY])
    with monkeypatch.context() as loading:
        loading.setattr(type(encoder()), state, property(lambda _: value))
        (early,) = await matches(ada)

    (later,) = await matches(ada)

    assert early.reasons[0].theirs.marks == []
    assert later.reasons[0].theirs.marks
    assert later.reasons[0].theirs.text == early.reasons[0].theirs.text


async def test_a_text_that_was_changed_is_neither_quoted_nor_looked_at(
    monkeypatch: pytest.MonkeyPatch, asked: list[int]
) -> None:
    monkeypatch.setattr(freshness, "FEW_ENTRIES", 0)
    monkeypatch.setattr(marking, "MARKED_AT_FIRST", 0)
    ada = await make_member("Ada", statements=[HONEY, CHOIR])
    ben = await make_member("Ben", statements=[SAME_HONEY])
    sung = await make_statement(ben, "I sing in a choir in our village")
    await lists.refreshed(ada, Purpose.HOBBY, most=20)

    await profiles.change_statement(ben, sung.id, change=StatementUpdate(text="Karaoke with friends"))
    (match,) = await matches(ada)

    assert [pair.theirs.text for pair in match.reasons] == [SAME_HONEY]
    assert asked == [2]
    ((one, other),) = [[pair is None for pair in msgspec.json.decode(marks)] for marks in await kept_marks()]
    assert {one, other} == {True, False}


async def test_what_a_member_may_not_read_changes_no_mark() -> None:
    ada = await make_member("Ada", statements=[HONEY])
    ben = await make_member("Ben", statements=[SAME_HONEY])
    (before,) = await matches(ada)
    await fetch("DELETE FROM match_list")

    await make_statement(ben, HONEY, audience=Audience.NOBODY)
    hidden = await make_member("Hidden", statements=["The honey of my bees"])
    await relations.block(hidden, ada)

    assert await matches(ada) == [before]


async def test_marks_of_a_list_that_was_computed_anew_meanwhile_are_dropped() -> None:
    ada = await make_member("Ada", statements=[HONEY])
    await make_member("Ben", statements=[SAME_HONEY])
    before = await matches(ada)

    async def again() -> list[MatchRead]:
        await fetch("UPDATE match_list SET stale = true")
        return await matches(ada)

    assert await asyncio.gather(*(again() for _ in range(5))) == [before] * 5
    assert len(await kept_marks()) == 1


class TestExplained:
    """One match, with what played a part."""

    async def test_it_is_the_match_of_the_list_with_what_was_used_and_what_was_not(self) -> None:
        ada = await make_member("Ada", statements=[HONEY])
        ben = await make_member("Ben", statements=[SAME_HONEY])
        (match,) = await matches(ada)

        found = await queries.explained(ada, purpose=Purpose.HOBBY, member_id=ben.id)

        assert found.match == match
        assert found.used
        assert any("photo" in sentence for sentence in found.not_used)

    @pytest.mark.parametrize("why", ["no list yet", "not on it", "paused", "gone quiet", "another purpose", "off"])
    async def test_whoever_is_not_on_the_list_now_is_not_found(self, why: str) -> None:
        ada = await make_member("Ada", purposes=[Purpose.HOBBY, Purpose.INTEREST], statements=[HONEY])
        ben = await make_member("Ben", statements=[MOTORCYCLES if why == "not on it" else SAME_HONEY])
        if why != "no list yet":
            await matches(ada)

        await self._change(why, ada, ben)

        purpose = Purpose.INTEREST if why == "another purpose" else Purpose.HOBBY
        with pytest.raises(NotFoundError):
            await queries.explained(ada, purpose=purpose, member_id=ben.id)

    async def _change(self, why: str, ada: Member, ben: Member) -> None:
        if why == "paused":
            await pause(ben, ada)
        elif why == "gone quiet":
            await fetch("UPDATE statement SET audience = 'nobody' WHERE author = {}", ben.id)
        elif why == "off":
            await profiles.switch_off_purpose(ada, purpose=Purpose.HOBBY)
