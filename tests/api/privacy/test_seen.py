"""What a member is told that others see is what others see, byte for byte, and nobody was there to see it."""

from datetime import timedelta

import msgspec
import pytest

from api import clock
from api.accounts.schemas import Member
from api.database import fetch
from api.errors import NotFoundError
from api.privacy.seen import seen
from api.profiles import queries
from api.profiles.me import update_me
from api.profiles.places import search_places
from api.profiles.schemas import Audience, MeUpdate, Purpose
from tests.api.profiles.relations import connect
from tests.factories import make_member, make_statement

pytestmark = pytest.mark.usefixtures("database")

MINE = (Purpose.HOBBY, Purpose.BELIEF, Purpose.PARTNERSHIP)


async def make_ada() -> Member:
    """A member with words for every audience under several purposes."""
    ada = await make_member("Ada", purposes=MINE)
    for purpose in MINE:
        for audience in Audience:
            await make_statement(ada, f"Of {purpose}, for {audience}.", purpose=purpose, audience=audience)
    [place, *_] = search_places("leeds")
    await update_me(ada, change=MeUpdate(pronouns="she", place_id=place.id, languages=["en", "cy"]))
    return ada


async def real_look(viewer: Member, ada: Member) -> bytes | None:
    """What somebody who is really here reads."""
    try:
        return msgspec.json.encode(await queries.member(viewer, ada.id))
    except NotFoundError:
        return None


async def looks(ada: Member) -> dict[str, bytes | None]:
    """What Ada is told that others see."""
    return {
        view.purpose or view.by: None if view.member is None else msgspec.json.encode(view.member)
        for view in await seen(ada)
    }


async def test_it_is_what_real_members_see() -> None:
    ada = await make_ada()
    friend = await make_member("Friend", purposes=MINE)
    await connect(friend, ada)
    expected: dict[str, bytes | None] = {
        purpose: await real_look(await make_member("New", purposes=[purpose]), ada) for purpose in MINE
    }
    expected["connection"] = await real_look(friend, ada)
    expected["nobody"] = await real_look(await make_member("Other", purposes=[Purpose.BUSINESS]), ada)

    told = await looks(ada)

    assert told == expected
    assert expected["nobody"] is None
    assert len({look for look in told.values() if look}) == 4, "each of them sees something else"


async def test_a_break_hides_from_new_people_alone() -> None:
    ada = await make_ada()
    await update_me(ada, change=MeUpdate(paused_until=clock.now() + timedelta(days=3)))

    told = await looks(ada)

    assert [name for name, look in told.items() if look is not None] == ["connection"]


async def test_nobody_was_there_to_look() -> None:
    ada = await make_ada()
    tables = [
        row["name"]
        for row in await fetch("SELECT relname AS name FROM pg_class WHERE relkind = 'r' AND relnamespace = 2200")
    ]

    async def rows() -> dict[str, object]:
        return {name: (await fetch(f'SELECT count(*) AS n FROM "{name}"'))[0]["n"] for name in tables}

    before = await rows()
    await seen(ada)

    assert await rows() == before
