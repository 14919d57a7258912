"""What a member says of their matches, and what an empty list is told to be empty of."""

from uuid import uuid4

import pytest

from api.accounts.schemas import Member
from api.errors import NotFoundError
from api.matching import queries, services
from api.matching.schemas import ChoiceState, MatchChoiceSet, WhyEmpty
from api.profiles.schemas import Audience, Purpose
from tests.api.connections.making import make_recipient, make_request
from tests.api.matching.making import MOTORCYCLES, SAME_SPOONS, SPOONS, names
from tests.factories import make_member, make_statement

pytestmark = pytest.mark.usefixtures("database")

LATER, NOT_FOR_ME = MatchChoiceSet(ChoiceState.LATER), MatchChoiceSet(ChoiceState.NOT_FOR_ME)


async def ada_and_three() -> tuple[Member, dict[str, Member]]:
    ada = await make_member("Ada", statements=[SPOONS])
    texts = {"Ben": SPOONS, "Cyd": SAME_SPOONS, "Dot": "Carving wood of every kind"}
    return ada, {name: await make_member(name, statements=[text]) for name, text in texts.items()}


async def test_later_goes_to_the_end_of_the_list() -> None:
    ada, others = await ada_and_three()
    assert await names(ada) == ["Ben", "Cyd", "Dot"]

    await services.choose(ada, others["Ben"].id, choice=LATER)

    assert await names(ada) == ["Cyd", "Dot", "Ben"]


async def test_pages_keep_the_put_off_at_the_end() -> None:
    ada, others = await ada_and_three()
    await services.choose(ada, others["Ben"].id, choice=LATER)

    first = await queries.matches(ada, purpose=Purpose.HOBBY, limit=2)
    second = await queries.matches(ada, purpose=Purpose.HOBBY, limit=2, cursor=first.next)

    assert [match.member.display_name for match in [*first.items, *second.items]] == ["Cyd", "Dot", "Ben"]


async def test_not_for_me_is_gone_and_comes_back_when_taken_back() -> None:
    ada, others = await ada_and_three()
    await services.choose(ada, others["Cyd"].id, choice=NOT_FOR_ME)
    assert await names(ada) == ["Ben", "Dot"]
    await make_statement(ada, MOTORCYCLES)  # the list is computed anew, without Cyd
    assert "Cyd" not in await names(ada)

    await services.unchoose(ada, others["Cyd"].id)

    assert "Cyd" in await names(ada)


async def test_the_last_choice_counts() -> None:
    ada, others = await ada_and_three()
    await services.choose(ada, others["Ben"].id, choice=NOT_FOR_ME)

    await services.choose(ada, others["Ben"].id, choice=LATER)

    assert await names(ada) == ["Cyd", "Dot", "Ben"]


async def test_a_choice_shows_in_nobody_elses_list() -> None:
    ada, others = await ada_and_three()
    before = await queries.matches(others["Ben"], purpose=Purpose.HOBBY)

    await services.choose(ada, others["Ben"].id, choice=NOT_FOR_ME)

    assert await queries.matches(others["Ben"], purpose=Purpose.HOBBY) == before


async def test_whoever_is_not_visible_cannot_be_chosen() -> None:
    ada = await make_member("Ada", statements=[SPOONS])
    stranger = await make_member("Stranger", purposes=[Purpose.BUSINESS], statements=[SPOONS])

    for member_id in (uuid4(), stranger.id, ada.id):
        with pytest.raises(NotFoundError):
            await services.choose(ada, member_id, choice=LATER)
        await services.unchoose(ada, member_id)


async def test_without_own_words_the_list_asks_for_them() -> None:
    ada = await make_member("Ada")
    await make_statement(ada, SPOONS, audience=Audience.NOBODY)
    await make_member("Ben", statements=[SAME_SPOONS])

    assert (await queries.why_empty(ada, purpose=Purpose.HOBBY)).why is WhyEmpty.ADD_STATEMENTS


async def test_the_first_member_hears_that_nobody_is_there_yet() -> None:
    ada = await make_member("Ada", statements=[SPOONS])

    found = await queries.why_empty(ada, purpose=Purpose.HOBBY)

    assert (found.why, found.nearest_purpose) == (WhyEmpty.NOBODY_YET, None)


async def test_whoever_set_everyone_aside_is_told_so() -> None:
    ada, ben = await make_member("Ada", statements=[SPOONS]), await make_member("Ben", statements=[SAME_SPOONS])
    await services.choose(ada, ben.id, choice=NOT_FOR_ME)

    assert (await queries.why_empty(ada, purpose=Purpose.HOBBY)).why is WhyEmpty.ALL_SET_ASIDE


async def test_whoever_asked_everyone_is_told_so() -> None:
    ada, ben = await make_member("Ada", statements=[SPOONS]), await make_recipient("Ben")
    await make_request(ada, ben)

    assert (await queries.why_empty(ada, purpose=Purpose.HOBBY)).why is WhyEmpty.ALL_ASKED


async def test_an_empty_list_points_to_a_purpose_where_someone_is() -> None:
    ada = await make_member("Ada", purposes=[Purpose.HOBBY, Purpose.BUSINESS, Purpose.INTEREST], statements=[SPOONS])
    await make_statement(ada, "I repair clocks for a living", purpose=Purpose.INTEREST)
    await make_member("Ben", purposes=[Purpose.INTEREST], statements=["Mending clocks is my trade"])

    assert (await queries.why_empty(ada, purpose=Purpose.HOBBY)).nearest_purpose is Purpose.INTEREST
