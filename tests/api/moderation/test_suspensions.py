"""Requests paused and accounts suspended: what it does, when it may be, and how it ends."""

from uuid import uuid4

import pytest

from api.connections.errors import RequestsPausedError
from api.connections.queries import connections
from api.database import fetch, fetch_one
from api.errors import InvalidError, NotFoundError, SuspendedError
from api.matching.queries import matches
from api.moderation.schemas import Category, Decision
from api.profiles.queries import member
from api.profiles.schemas import Purpose
from tests.api.connections.making import make_recipient, make_request
from tests.api.moderation.judging import account, decided, insulted, overturn, reported_again
from tests.factories import make_member, make_statement
from tests.moved_clock import MovedClock

pytestmark = pytest.mark.usefixtures("database")


async def test_paused_requests_cannot_be_sent_until_the_time_is_over_and_matches_go_on(
    moved_clock: MovedClock,
) -> None:
    ada, _, made = await insulted()
    emmy = await make_recipient("Emmy")
    before = [match.member.id for match in (await matches(ada, purpose=Purpose.HOBBY)).items]
    await decided(made.id, Decision.REQUESTS_PAUSED)

    with pytest.raises(RequestsPausedError, match="paused your requests until"):
        await make_request(ada, emmy)
    assert [match.member.id for match in (await matches(ada, purpose=Purpose.HOBBY)).items] == before

    moved_clock.move(days=7)
    assert (await make_request(ada, emmy)).recipient.id == emmy.id


async def test_pauses_add_up_to_the_longest_and_an_overturned_one_leaves_the_other() -> None:
    ada, grace, made = await insulted()
    await decided(made.id, Decision.REQUESTS_PAUSED, days=30)
    longest = (await account(ada))["requests_paused_until"]
    second = await reported_again(ada, grace)

    await decided(second, Decision.REQUESTS_PAUSED, days=7)
    assert (await account(ada))["requests_paused_until"] == longest

    await overturn(made.id, ada)
    left = (await account(ada))["requests_paused_until"]
    assert left is not None
    assert left < longest  # type: ignore[operator]
    await overturn(second, ada)
    assert (await account(ada))["requests_paused_until"] is None


async def test_a_suspended_account_is_invisible_at_once_and_back_when_the_appeal_is_granted() -> None:
    ada, grace, made = await insulted()
    await make_statement(ada, "I repair clocks and count swifts above our street.")
    assert (await member(grace, ada.id)).display_name == "Ada"
    await decided(made.id, Decision.ACCOUNT_SUSPENDED, rule=Category.DANGER, at_once="Threats.")

    with pytest.raises(NotFoundError):
        await member(grace, ada.id)
    assert (await connections(grace)).items == []
    assert ada.id not in [match.member.id for match in (await matches(grace, purpose=Purpose.HOBBY)).items]
    with pytest.raises(SuspendedError):
        await make_request(ada, await make_recipient("Emmy"))

    await overturn(made.id, ada)
    assert (await member(grace, ada.id)).display_name == "Ada"
    assert len((await connections(grace)).items) == 1
    assert await account(ada) == {"suspended_at": None, "requests_paused_until": None}


async def test_an_account_suspended_twice_stays_so_until_both_are_overturned() -> None:
    ada, grace, made = await insulted()
    second = await reported_again(ada, grace)
    for case_id in (made.id, second):
        await decided(case_id, Decision.ACCOUNT_SUSPENDED, rule=Category.SCAM, at_once="Gifts.")

    await overturn(made.id, ada)
    assert (await account(ada))["suspended_at"] is not None
    await overturn(second, ada)
    assert (await account(ada))["suspended_at"] is None


async def test_lists_are_computed_anew_after_a_suspension_and_after_its_end() -> None:
    ada, _, made = await insulted()
    await make_statement(ada, "I keep bees on the roof of a library.")
    cyd = await make_member("Cyd", statements=["Bees, and how they keep warm on a roof in winter."])

    async def listed() -> list[str]:
        return [match.member.display_name for match in (await matches(cyd, purpose=Purpose.HOBBY)).items]

    before = await listed()
    await decided(made.id, Decision.ACCOUNT_SUSPENDED, rule=Category.SCAM, at_once="Gifts.")
    between = await listed()
    await overturn(made.id, ada)

    assert (before, between, await listed()) == (["Ada"], [], ["Ada"])


async def test_the_account_comes_second_after_a_pause_that_stands() -> None:
    ada, grace, made = await insulted()
    with pytest.raises(InvalidError) as refused:
        await decided(made.id, Decision.ACCOUNT_SUSPENDED)
    assert [error.code for error in refused.value.errors] == ["too-soon"]
    assert await account(ada) == {"suspended_at": None, "requests_paused_until": None}
    mo = await fetch_one("SELECT claimed_by FROM report WHERE id = {}", made.id)
    assert mo is not None

    first = await reported_again(ada, grace)
    await decided(first, Decision.REQUESTS_PAUSED)
    await overturn(first, ada)
    second = await reported_again(ada, grace)
    with pytest.raises(InvalidError):
        await decided(second, Decision.ACCOUNT_SUSPENDED)

    third = await reported_again(ada, grace)
    await decided(third, Decision.REQUESTS_PAUSED)
    fourth = await reported_again(ada, grace)
    await decided(fourth, Decision.ACCOUNT_SUSPENDED)
    assert (await account(ada))["suspended_at"] is not None


async def test_the_database_itself_refuses_an_account_that_comes_first() -> None:
    _, _, made = await insulted()

    with pytest.raises(Exception, match="report_account_comes_second"):
        await fetch(
            "UPDATE report SET decision = 'account_suspended', rule = 'harassment', at_once = 'x', decided_by = {}, "
            "decided_at = now(), reason = 'x', notice = 'x' WHERE id = {}",
            uuid4(),
            made.id,
        )
