"""A question that is never answered keeps nobody in sight for ever."""

from collections.abc import Awaitable, Callable

import pytest

from api.accounts.schemas import Member
from api.connections import queries, services
from api.connections.request_views import UNSEEN
from api.connections.schemas import Words
from api.database import fetch
from api.errors import NotFoundError
from api.profiles import queries as profiles
from api.profiles.schemas import Purpose
from api.profiles.services import switch_off_purpose
from tests.api.connections.making import make_recipient, make_request
from tests.factories import make_member
from tests.moved_clock import MovedClock

pytestmark = pytest.mark.usefixtures("database")


async def _pause(who: Member) -> None:
    await fetch("UPDATE account SET paused_until = 'infinity' WHERE id = {}", who.id)


async def _leave(who: Member) -> None:
    await switch_off_purpose(who, purpose=Purpose.HOBBY)


@pytest.mark.parametrize("hide", [_pause, _leave])
async def test_whoever_asked_back_goes_out_of_sight_when_no_answer_came_for_a_month(
    moved_clock: MovedClock, hide: Callable[[Member], Awaitable[None]]
) -> None:
    ada, grace = await make_member("Ada"), await make_recipient("Grace", pair=0)
    sent = await make_request(ada, grace)
    await services.ask(grace, sent.id, words=Words("How did you come to clocks?"))
    await hide(grace)

    moved_clock.move(days=29)
    assert (await profiles.member(ada, grace.id)).display_name == "Grace"
    moved_clock.move(days=2)

    with pytest.raises(NotFoundError):
        await profiles.member(ada, grace.id)
    assert (await queries.request(ada, sent.id)).recipient == UNSEEN
