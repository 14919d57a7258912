"""Who is on a member's list of matches, with which reasons, on the real database and with the real model."""

import asyncio
from uuid import UUID

import pytest

from api import clock
from api.accounts.schemas import Member
from api.database import fetch
from api.matching import candidates, freshness, lists, queries
from api.matching.candidates import Pool, read_pool
from api.matching.schemas import ReasonKind, Strength
from api.profiles import services as profiles
from api.profiles.errors import PurposeOffError
from api.profiles.queries import my_statements
from api.profiles.schemas import Audience, Purpose, Role, StatementUpdate
from tests.api.matching.making import (
    CHOIR,
    MOTORCYCLES,
    SAME_SPOONS,
    SPOONS,
    be_blocked,
    matches,
    names,
    pause,
    suspend,
)
from tests.api.profiles import relations
from tests.factories import make_member, make_statement

pytestmark = pytest.mark.usefixtures("database")


async def test_two_who_write_the_same_in_other_words_are_each_others_first_match() -> None:
    ada = await make_member("Ada", statements=[SPOONS, "I keep bees"])
    ben = await make_member("Ben", statements=["Chess by post", SAME_SPOONS])
    await make_member("Cyd", statements=[MOTORCYCLES, "Woodturning on my father's lathe"])

    of_ada, of_ben = (await matches(ada))[0], (await matches(ben))[0]

    assert (of_ada.member.id, of_ben.member.id) == (ben.id, ada.id)
    assert [(pair.mine.text, pair.theirs.text) for pair in of_ada.reasons] == [(SPOONS, SAME_SPOONS)]
    assert [(pair.mine.text, pair.theirs.text) for pair in of_ben.reasons] == [(SAME_SPOONS, SPOONS)]


async def test_more_in_common_comes_first_and_is_called_stronger() -> None:
    ada = await make_member("Ada", statements=[SPOONS, CHOIR])
    await make_member("One", statements=[SAME_SPOONS, MOTORCYCLES])
    await make_member("Both", statements=[SAME_SPOONS, "I sing in a choir in our village"])

    first, second = await matches(ada)

    assert [first.member.display_name, second.member.display_name] == ["Both", "One"]
    assert list(Strength).index(first.strength) < list(Strength).index(second.strength)
    assert (len(first.reasons), len(second.reasons)) == (2, 1)


async def test_a_seeker_is_matched_with_whoever_offers_and_not_with_another_seeker() -> None:
    pupil = await make_member("Pupil", statements=[("seeking", "I am looking for someone to teach me the violin")])
    await make_member("Other", statements=[("seeking", "I am looking for someone who can teach me to play the violin")])
    await make_member("Teacher", statements=[("about", "I teach the violin to grown-up beginners")])

    (match,) = await matches(pupil)

    assert match.member.display_name == "Teacher"
    assert [(pair.mine.role, pair.theirs.role) for pair in match.reasons] == [(Role.SEEKING, Role.ABOUT)]


async def test_those_with_nothing_in_common_are_no_matches() -> None:
    ada = await make_member("Ada", statements=[SPOONS])
    await make_member("Cyd", statements=["Formula One on the sofa every other Sunday"])

    assert await matches(ada) == []


async def test_at_most_three_pairs_are_quoted() -> None:
    texts = [SPOONS, CHOIR, MOTORCYCLES, "I keep bees", "Chess by post"]
    ada, _ = await make_member("Ada", statements=texts), await make_member("Ben", statements=texts)

    (match,) = await matches(ada)

    assert len(match.reasons) == 3


async def test_without_the_purpose_there_is_no_list() -> None:
    ada = await make_member("Ada", statements=[SPOONS])

    with pytest.raises(PurposeOffError):
        await queries.matches(ada, purpose=Purpose.BUSINESS)
    with pytest.raises(PurposeOffError):
        await queries.why_empty(ada, purpose=Purpose.BUSINESS)


async def test_only_the_same_purpose_counts() -> None:
    ada = await make_member("Ada", purposes=[Purpose.HOBBY, Purpose.BUSINESS], statements=[SPOONS])
    await make_member("Ben", purposes=[Purpose.BUSINESS, Purpose.HOBBY], statements=[SAME_SPOONS])

    assert await names(ada) == await names(ada, Purpose.BUSINESS) == []


async def test_only_statements_for_everyone_with_the_purpose_count_on_either_side() -> None:
    ada = await make_member("Ada", statements=[MOTORCYCLES])
    ben = await make_member("Ben", statements=[SAME_SPOONS])
    for audience in (Audience.CONNECTIONS, Audience.NOBODY):
        await make_statement(ada, SPOONS, audience=audience)
        await make_statement(ben, "I restore motorcycles from before the war", audience=audience)

    assert await matches(ada) == []


async def _connect(one: Member, other: Member) -> None:
    await relations.connect(one, other)


async def _ask(one: Member, other: Member) -> None:
    await relations.ask(one, other)


async def _fill(one: Member, _: Member) -> None:
    await fetch("UPDATE account SET request_capacity = 1 WHERE id = {}", one.id)
    await _ask(await make_member("Third"), one)


async def _switch_off(one: Member, _: Member) -> None:
    await profiles.switch_off_purpose(one, purpose=Purpose.HOBBY)


@pytest.mark.parametrize(
    "change",
    [pause, suspend, relations.block, be_blocked, _connect, _ask, _fill, _switch_off],
    ids=lambda f: f.__name__,
)
@pytest.mark.parametrize("stored", [True, False], ids=["stored list", "new list"])
async def test_whoever_cannot_be_met_is_absent(change: object, stored: bool) -> None:  # noqa: FBT001
    ada = await make_member("Ada", statements=[SPOONS])
    ben = await make_member("Ben", statements=[SAME_SPOONS])
    if stored:
        assert await names(ada) == ["Ben"]

    await change(ben, ada)  # type: ignore[operator]

    assert await names(ada) == []


async def test_whoever_was_full_is_back_as_soon_as_they_have_room() -> None:
    ada, ben = await make_member("Ada", statements=[SPOONS]), await make_member("Ben", statements=[SAME_SPOONS])
    await _fill(ben, ada)
    assert await names(ada) == []

    await fetch("DELETE FROM connection_request WHERE recipient = {}", ben.id)

    assert await names(ada) == ["Ben"]


async def test_a_request_declined_in_silence_gives_no_room_back_before_it_would_have_run_out() -> None:
    ada, ben = await make_member("Ada", statements=[SPOONS]), await make_member("Ben", statements=[SAME_SPOONS])
    await _fill(ben, ada)

    await fetch("UPDATE connection_request SET declined_silently_at = {}", clock.now())
    assert await names(ada) == []
    await fetch("UPDATE connection_request SET expires_at = {}", clock.now())

    assert await names(ada) == ["Ben"]


async def test_a_changed_text_is_not_quoted_for_what_it_said_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(freshness, "FEW_ENTRIES", 0)  # as on a long list, which is kept for an hour
    ada = await make_member("Ada", statements=[SPOONS, CHOIR])
    ben = await make_member("Ben", statements=[SAME_SPOONS, "I sing in a choir in our village"])
    (before,) = await matches(ada)
    sung = before.reasons[0].theirs

    await profiles.change_statement(ben, sung.id, change=StatementUpdate(text="Karaoke with friends"))

    (after,) = await matches(ada)
    assert after.reasons == before.reasons[1:]
    assert len(after.reasons) == 1


async def test_an_entry_whose_last_reason_is_gone_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    ada = await make_member("Ada", statements=[SPOONS])
    ben = await make_member("Ben", statements=[SAME_SPOONS])
    (match,) = await matches(ada)

    monkeypatch.setattr(freshness, "FEW_ENTRIES", 0)  # so that the list is not computed anew
    await fetch("DELETE FROM statement WHERE id = {} AND author = {}", match.reasons[0].theirs.id, ben.id)

    assert await matches(ada) == []


async def test_a_large_purpose_gives_the_same_list_as_a_small_one(monkeypatch: pytest.MonkeyPatch) -> None:
    ada = await make_member("Ada", statements=[SPOONS, ("seeking", "Someone who teaches the violin")])
    await make_member("Ben", statements=[SAME_SPOONS, CHOIR])
    await make_member("Cyd", statements=["I teach the violin to grown-up beginners"])
    small = await matches(ada)

    monkeypatch.setattr(candidates, "COMPARED_IN_FULL", 0)
    await fetch("DELETE FROM match_list")

    assert await matches(ada) == small
    assert len(small) == 2


async def test_a_small_community_shows_a_one_sided_fit_last() -> None:
    ada = await make_member(
        "Ada",
        statements=[("seeking", "Someone who likes to explain why a valve radio hums"), "I bake rye bread on Fridays"],
    )
    radios = await make_member("Radios", statements=["I collect and repair valve radios from the forties"])
    baker = await make_member("Baker", statements=["Baking sourdough rye bread at home"])
    await make_member("Pigeons", statements=["I breed racing pigeons"])

    found = await matches(ada)

    assert [match.member.id for match in found] == [baker.id, radios.id]
    assert found[1].strength == "some"


async def test_a_strong_word_does_not_outlive_the_words_it_stood_on(monkeypatch: pytest.MonkeyPatch) -> None:
    ada = await make_member("Ada", statements=[("about", SPOONS), ("about", CHOIR), ("about", MOTORCYCLES)])
    grace = await make_member("Grace", statements=[("about", SPOONS), ("about", CHOIR), ("about", MOTORCYCLES)])
    assert [match.strength for match in await matches(ada)] == [Strength.STRONG]

    for statement in (await my_statements(grace)).items[1:]:
        await profiles.delete_statement(grace, statement.id)
    monkeypatch.setattr(freshness, "FEW_ENTRIES", 0)  # so that the list is not computed anew

    [left] = await matches(ada)
    assert (len(left.reasons), left.strength) == (1, Strength.SOME)


async def test_only_so_many_lists_are_computed_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    viewers = [await make_member(f"Member {n}", statements=[("about", SPOONS)]) for n in range(6)]
    running, most, enough = 0, 0, asyncio.Event()

    async def counting(viewer_id: UUID, purpose: Purpose) -> Pool:
        nonlocal running, most
        running += 1
        most = max(most, running)
        if running == lists.COMPUTED_AT_ONCE:
            enough.set()
        await asyncio.wait_for(enough.wait(), 60)
        await asyncio.sleep(0.05)  # in which one more would come, if it could
        pool = await read_pool(viewer_id, purpose)
        running -= 1
        return pool

    monkeypatch.setattr(lists, "read_pool", counting)

    found = await asyncio.gather(*(matches(viewer) for viewer in viewers))

    assert all(len(one) == len(viewers) - 1 for one in found)
    assert most == lists.COMPUTED_AT_ONCE


async def test_who_seeks_the_same_is_not_said_to_bring_it() -> None:
    ada = await make_member("Ada", statements=[("about", SPOONS), ("seeking", "I need someone to teach me Welsh")])
    await make_member(
        "Grace", statements=[("about", SAME_SPOONS), ("about", "I need somebody who could teach me Welsh, please")]
    )

    [match] = await matches(ada)

    assert [(pair.kind, pair.mine.text) for pair in match.reasons] == [(ReasonKind.SHARED, SPOONS)]
