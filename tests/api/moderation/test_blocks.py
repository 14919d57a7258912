"""Blocking: both ways, at once, in silence."""

from uuid import uuid4

import pytest

from api.connections import queries as connections
from api.connections.services import end_connection
from api.database import fetch
from api.errors import NotFoundError
from api.moderation import queries, services
from api.profiles import queries as profiles
from api.profiles.schemas import Purpose
from tests.api.connections.making import make_connection, make_recipient, make_request
from tests.epochs import epoch
from tests.factories import make_member

pytestmark = pytest.mark.usefixtures("database")


async def test_a_block_hides_each_from_the_other_until_it_is_lifted() -> None:
    ada, grace = await make_member("Ada"), await make_member("Grace")
    before = await epoch(Purpose.HOBBY)

    await services.block_member(ada, grace.id)

    for viewer, other in ((ada, grace), (grace, ada)):
        with pytest.raises(NotFoundError):
            await profiles.member(viewer, other.id)
    assert await epoch(Purpose.HOBBY) > before
    assert ([member.display_name for member in await queries.blocks(ada)], await queries.blocks(grace)) == (
        ["Grace"],
        [],
    )
    await services.unblock_member(ada, grace.id)
    assert (await profiles.member(grace, ada.id)).id == ada.id
    assert await queries.blocks(ada) == []


async def test_a_block_ends_a_connection_for_good() -> None:
    ada, grace = await make_member("Ada"), await make_recipient("Grace")
    connection_id = await make_connection(ada, grace)

    await services.block_member(grace, ada.id)
    await services.unblock_member(grace, ada.id)

    for member in (ada, grace):
        with pytest.raises(NotFoundError):
            await connections.connection(member, connection_id)


async def test_blocking_again_changes_nothing() -> None:
    ada, grace = await make_member("Ada"), await make_member("Grace")

    await services.block_member(ada, grace.id)
    await services.block_member(ada, grace.id)

    assert len(await queries.blocks(ada)) == 1


async def test_who_cannot_be_found_cannot_be_blocked_or_unblocked() -> None:
    ada, elsewhere = await make_member(), await make_member(purposes=[Purpose.INTEREST])

    for member_id in (ada.id, elsewhere.id, uuid4()):
        with pytest.raises(NotFoundError):
            await services.block_member(ada, member_id)
        with pytest.raises(NotFoundError):
            await services.unblock_member(ada, member_id)


async def test_somebody_one_had_to_do_with_can_be_blocked_while_out_of_sight() -> None:
    ada, grace = await make_member("Ada"), await make_recipient("Grace")
    await end_connection(grace, await make_connection(ada, grace))
    await fetch("UPDATE account SET paused_until = now() + interval '1 day' WHERE id = {}", ada.id)

    await services.block_member(grace, ada.id)

    assert len(await queries.blocks(grace)) == 1


async def test_who_blocked_one_looks_departed_even_to_a_block() -> None:
    ada, grace = await make_member("Ada"), await make_recipient("Grace")
    await make_request(ada, grace)
    await services.block_member(grace, ada.id)

    with pytest.raises(NotFoundError):
        await services.block_member(ada, grace.id)


async def test_a_departed_member_is_on_nobodys_list() -> None:
    ada, grace = await make_member("Ada"), await make_member("Grace")
    await services.block_member(ada, grace.id)

    await fetch("DELETE FROM account WHERE id = {}", grace.id)

    assert await queries.blocks(ada) == []
