"""New accounts see fewer people, until they are older or talk with somebody who is."""

from datetime import timedelta
from uuid import uuid4

import pytest

from api import clock
from api.connections.queries import slots
from api.conversations.schemas import MessageCreate
from api.conversations.services import send_message
from api.database import fetch
from api.limits.people import seen_by
from api.privacy.erasure import erase
from tests.api.connections.making import make_connection, make_recipient
from tests.api.limits.seeing import connect, seen_of
from tests.factories import make_member
from tests.moved_clock import MovedClock

pytestmark = pytest.mark.usefixtures("database")


async def test_an_account_that_is_no_longer_new_may_see_more(moved_clock: MovedClock) -> None:
    viewer = await make_member()
    wanted = [uuid4() for _ in range(300)]
    assert await seen_of(viewer.id, wanted) == 60

    moved_clock.move(days=14)

    assert await seen_of(viewer.id, wanted) == 60 + 200  # those seen before, and as many new ones


async def test_two_new_accounts_cannot_lift_each_other_by_talking() -> None:
    ada, grace = await make_member("Ada"), await make_recipient("Grace")
    await connect(ada, grace)

    assert await seen_of(ada.id, [uuid4() for _ in range(300)]) == 60 - 1  # whom they wrote to


@pytest.mark.parametrize("aged", [0, 20], ids=["young", "here for longer"])
async def test_nobody_falls_back_when_the_other_leaves(aged: int) -> None:
    ada, grace = await make_member("Ada"), await make_recipient("Grace")
    await fetch("UPDATE account SET created_at = {} WHERE id = {}", clock.now() - timedelta(days=aged), grace.id)
    connection_id = await make_connection(ada, grace)
    for author in (ada, grace):
        await send_message(author, connection_id, draft=MessageCreate("I mend clocks, too.", send_anyway=True))
    before = ((await slots(ada)).allowed, (await seen_by(ada.id)).new_until is None)

    await erase(grace.id)

    assert ((await slots(ada)).allowed, (await seen_by(ada.id)).new_until is None) == before == (8, aged > 14)


async def test_talking_with_somebody_who_is_here_for_longer_lifts_a_new_account() -> None:
    ada, grace = await make_member("Ada"), await make_recipient("Grace")
    await fetch("UPDATE account SET created_at = {} WHERE id = {}", clock.now() - timedelta(days=15), grace.id)
    await connect(ada, grace)

    assert await seen_of(ada.id, [uuid4() for _ in range(300)]) == 200 - 1  # whom they wrote to
