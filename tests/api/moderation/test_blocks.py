"""Blocking: both ways, at once, in silence."""

from collections.abc import Awaitable, Callable
from uuid import uuid4

import pytest
from httpx import AsyncClient

from api.accounts.schemas import Member
from api.connections import queries as connections
from api.connections.services import end_connection
from api.database import fetch
from api.errors import NotFoundError
from api.moderation import queries, services
from api.profiles import queries as profiles
from api.profiles.schemas import Purpose
from tests.api.connections.making import make_connection, make_recipient, make_request
from tests.factories import as_member, make_member

pytestmark = pytest.mark.usefixtures("database")


async def test_a_block_hides_each_from_the_other_until_it_is_lifted() -> None:
    ada, grace = await make_member("Ada"), await make_member("Grace")

    await services.block_member(ada, grace.id)

    for viewer, other in ((ada, grace), (grace, ada)):
        with pytest.raises(NotFoundError):
            await profiles.member(viewer, other.id)
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


async def _blocks_them(grace: Member, ada: Member) -> None:
    await fetch("INSERT INTO block (blocker, blocked, created_at) VALUES ({}, {}, now())", grace.id, ada.id)


async def _is_suspended(grace: Member, _: Member) -> None:
    await fetch("UPDATE account SET suspended_at = now() WHERE id = {}", grace.id)


async def _leaves(grace: Member, _: Member) -> None:
    await fetch("UPDATE account SET erased_at = now() WHERE id = {}", grace.id)


@pytest.mark.parametrize("is_known", [True, False], ids=["connected", "blocked before"])
@pytest.mark.parametrize("becomes", [_blocks_them, _is_suspended, _leaves])
async def test_why_somebody_is_out_of_sight_cannot_be_told_by_blocking_reporting_or_unblocking_them(
    client: AsyncClient,
    becomes: Callable[[Member, Member], Awaitable[None]],
    is_known: bool,  # noqa: FBT001
) -> None:
    ada, grace = await make_member("Ada"), await make_recipient("Grace")
    if is_known:
        await make_connection(ada, grace)
    else:
        await services.block_member(ada, grace.id)
    await becomes(grace, ada)
    token, told = await as_member(client, ada), []

    report = {"target": {"kind": "member", "id": str(grace.id)}, "category": "harassment"}
    for method, path, body in (
        ("PUT", f"/blocks/{grace.id}", None),
        ("GET", "/blocks", None),
        ("POST", "/reports", report),
        ("DELETE", f"/blocks/{grace.id}", None),
        ("DELETE", f"/blocks/{grace.id}", None),
        ("GET", "/blocks", None),
    ):
        reply = await client.request(method, f"/api/v1{path}", headers=token, json=body)
        told.append((reply.status_code, [one["display_name"] for one in reply.json()] if method == "GET" else None))

    kept = "Someone who is not here" if is_known else "Grace"
    assert told == [(204, None), (200, [kept]), (201, None), (204, None), (404, None), (200, [])]


async def test_a_block_of_somebody_who_blocked_one_first_outlasts_theirs() -> None:
    ada, grace = await make_member("Ada"), await make_recipient("Grace")
    await make_request(ada, grace)
    await services.block_member(grace, ada.id)
    await services.block_member(ada, grace.id)

    await services.unblock_member(grace, ada.id)

    with pytest.raises(NotFoundError):
        await profiles.member(ada, grace.id)


async def test_a_departed_member_is_on_nobodys_list() -> None:
    ada, grace = await make_member("Ada"), await make_member("Grace")
    await services.block_member(ada, grace.id)

    await fetch("DELETE FROM account WHERE id = {}", grace.id)

    assert await queries.blocks(ada) == []
