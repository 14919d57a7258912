"""A list of matches in pages: together they are the list, and a cursor tells and opens nothing else."""

import pytest

from api.errors import InvalidError
from api.matching import queries
from api.pagination import encode_cursor
from api.profiles import services as profiles
from api.profiles.errors import PurposeOffError
from api.profiles.schemas import Purpose, PurposeSwitch
from tests.api.matching.making import CHOIR, MOTORCYCLES, SAME_CHOIR, SAME_SPOONS, SPOONS, names, pause
from tests.factories import make_member

pytestmark = pytest.mark.usefixtures("database")


async def test_pages_together_are_the_list_whatever_their_size() -> None:
    ada = await make_member("Ada", statements=[SPOONS, CHOIR])
    for number in range(7):
        await make_member(f"B{number}", statements=[SAME_SPOONS, [SAME_CHOIR, MOTORCYCLES][number % 2]])
    whole = await names(ada)

    for limit in (1, 2, 3, 7):
        cursor, read, rounds = None, [], 0
        while cursor is not None or not rounds:
            page = await queries.matches(ada, purpose=Purpose.HOBBY, limit=limit, cursor=cursor)
            read += [match.member.display_name for match in page.items]
            cursor, rounds = page.next, rounds + 1
        assert read == whole
        assert rounds == -(-len(whole) // limit)


async def test_a_page_goes_on_past_entries_that_have_gone() -> None:
    ada = await make_member("Ada", statements=[SPOONS])
    others = [await make_member(f"B{number}", statements=[SAME_SPOONS]) for number in range(4)]
    page = await queries.matches(ada, purpose=Purpose.HOBBY, limit=1)
    remaining = [other for other in others if other.id != page.items[0].member.id]
    for other in remaining[:2]:
        await pause(other, ada)

    rest = await queries.matches(ada, purpose=Purpose.HOBBY, limit=1, cursor=page.next)

    assert [match.member.id for match in rest.items] == [remaining[2].id]
    assert rest.next is None


async def test_a_cursor_is_of_no_use_when_the_purpose_is_switched_off() -> None:
    ada = await make_member("Ada", statements=[SPOONS])
    for name in ("Ben", "Cyd"):
        await make_member(name, statements=[SAME_SPOONS])
    page = await queries.matches(ada, purpose=Purpose.HOBBY, limit=1)
    await profiles.switch_off_purpose(ada, purpose=Purpose.HOBBY)

    with pytest.raises(PurposeOffError):
        await queries.matches(ada, purpose=Purpose.HOBBY, cursor=page.next)


async def test_a_cursor_tells_nothing_and_is_of_no_use_in_another_list() -> None:
    ada = await make_member("Ada", statements=[SPOONS])
    await profiles.switch_on_purpose(ada, purpose=Purpose.INTEREST, switch=PurposeSwitch())
    others = [await make_member(f"B{number}", statements=[SAME_SPOONS]) for number in range(3)]
    cursors = [(await queries.matches(ada, purpose=Purpose.HOBBY, limit=limit)).next for limit in (1, 2)]

    assert len({len(cursor or "") for cursor in cursors}) == 1
    assert len(set(cursors)) == 2
    assert (await queries.matches(ada, purpose=Purpose.HOBBY, limit=1)).next == cursors[0]
    for member, purpose in ((others[0], Purpose.HOBBY), (ada, Purpose.INTEREST)):
        with pytest.raises(InvalidError):
            await queries.matches(member, purpose=purpose, cursor=cursors[0])


@pytest.mark.parametrize(
    "cursor", ["", "!!", encode_cursor("x"), encode_cursor((False, 3)), "A" * 26, "é", "A" * 10_000]
)
async def test_a_cursor_that_was_never_given_out_is_refused(cursor: str) -> None:
    ada = await make_member("Ada", statements=[SPOONS])

    with pytest.raises(InvalidError):
        await queries.matches(ada, purpose=Purpose.HOBBY, cursor=cursor)
