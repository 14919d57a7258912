"""A block survives the blocked person coming back under a variant of the same address."""

from collections.abc import Awaitable, Callable
from uuid import UUID

import pytest

from api.accounts.addresses import address_digest, canonical_address, fill_missing_digests
from api.accounts.schemas import Member
from api.connections import queries as connections
from api.database import fetch
from api.errors import NotFoundError
from api.moderation import queries, services
from api.privacy.erasure import erase
from api.profiles import queries as profiles
from tests.api.connections.making import make_connection
from tests.factories import make_member

pytestmark = pytest.mark.usefixtures("database")

VARIANTS = (
    "grace@example.org",
    "GRACE@Example.ORG",
    "grace+second@example.org",
    "grace+a+b@EXAMPLE.org",
    "\uff47race@example.org",
)
AT_GOOGLE = ("gracehopper@gmail.com", "grace.hopper@gmail.com", "G.r.a.c.e.Hopper+x@googlemail.com")
AT_HOME = ("grace@bücher.example", "grace@BÜCHER.example", "grace@xn--bcher-kva.example", "grace+1@bücher.example")


AT_PROTON = (
    "grace.hopper@proton.me",
    "gracehopper@pm.me",
    "grace_hopper+x@protonmail.com",
    "grace-hopper@protonmail.ch",
)
AT_APPLE = ("grace.hopper@icloud.com", "grace.hopper@me.com", "Grace.Hopper+x@mac.com")
AT_YANDEX = ("grace.hopper@yandex.ru", "grace-hopper@ya.ru", "grace.hopper+x@yandex.com")
AT_FASTMAIL = ("grace@fastmail.com", "anything@grace.fastmail.com", "else+x@GRACE.fastmail.com", "grace+x@fastmail.com")
AT_YAHOO = ("grace@yahoo.co.uk", "grace-knitting@yahoo.co.uk", "grace-x-y@yahoo.co.uk")


@pytest.mark.parametrize(
    "variants",
    [VARIANTS, AT_GOOGLE, AT_HOME, AT_PROTON, AT_APPLE, AT_YANDEX, AT_FASTMAIL, AT_YAHOO],
    ids=["plain", "Google", "other script", "Proton", "Apple", "Yandex", "Fastmail", "Yahoo"],
)
def test_variants_of_an_address_are_one(variants: tuple[str, ...]) -> None:
    assert len({canonical_address(variant) for variant in variants}) == 1
    assert len({address_digest(variant) for variant in variants}) == 1


def test_addresses_of_different_people_are_not_one() -> None:
    different = (
        "grace@example.org",
        "grace@example.com",
        "gracie@example.org",
        "gra.ce@example.org",
        "+grace@example.org",
        "grace@bucher.example",
        "grace@bücher.example",
        "gracehopper@gmail.com",
        "gracehopper@proton.me",
        "grace.hopper@icloud.com",
        "gracehopper@icloud.com",
        "gracehopper@yandex.ru",
        "grace.hopper@yandex.ru",
        "grace@fastmail.com",
        "grace@fastmail.fm",
        "grace@ada.fastmail.com",
        "grace@yahoo.com",
        "grace@yahoo.co.uk",
        "grace@yahoo.example",
        "grace-hopper@example.org",
        "grace-knitting@yahoo.example",
        "-@yahoo.com",
        ".@gmail.com",
    )

    assert len({canonical_address(address) for address in different}) == len(different)


def test_what_is_kept_does_not_tell_the_address() -> None:
    kept = address_digest("grace@example.org")

    assert len(kept) == 32
    assert b"grace" not in kept


async def gone(grace: Member) -> None:
    await erase(grace.id)


async def stay(_: Member) -> None:
    """The first account is kept."""


@pytest.mark.parametrize("then", [stay, gone])
@pytest.mark.parametrize("variant", VARIANTS[2:4])
async def test_who_comes_back_under_a_variant_stays_blocked(
    variant: str, then: Callable[[Member], Awaitable[None]]
) -> None:
    ada, grace = await make_member("Ada"), await make_member("Grace", email=VARIANTS[0])
    await services.block_member(ada, grace.id)
    await then(grace)

    back = await make_member("Somebody new", email=variant)

    await hidden_from_each_other(ada, back)
    assert "Somebody new" not in {known.display_name for known in await queries.blocks(ada)}


async def test_a_second_account_that_exists_already_is_blocked_with_the_first() -> None:
    ada, grace = await make_member("Ada"), await make_member("Grace", email=AT_GOOGLE[0])
    second = await make_member("Gracie", email=AT_GOOGLE[1], statements=["I mend old clocks at the kitchen table."])
    connection_id = await _connect(ada, second)

    await services.block_member(ada, grace.id)

    await hidden_from_each_other(ada, second)
    with pytest.raises(NotFoundError):
        await connections.connection(second, connection_id)
    assert [known.display_name for known in await queries.blocks(ada)] == ["Grace"]


async def test_who_takes_on_a_blocked_address_is_blocked_and_what_was_between_them_ends() -> None:
    ada, grace = await make_member("Ada"), await make_member("Grace", email=VARIANTS[0])
    await services.block_member(ada, grace.id)
    second = await make_member("Other", email="other@example.org", statements=["I mend old clocks at the table."])
    connection_id = await _connect(ada, second)

    await _move(second, VARIANTS[2])

    await hidden_from_each_other(ada, second)
    with pytest.raises(NotFoundError):
        await connections.connection(ada, connection_id)


async def test_who_was_blocked_stays_blocked_under_every_address_they_take_on() -> None:
    ada, grace = await make_member("Ada"), await make_member("Grace", email=VARIANTS[0])
    await services.block_member(ada, grace.id)
    await _move(grace, "elsewhere@example.org")
    await fetch("DELETE FROM account WHERE id = {}", grace.id)

    for address in (VARIANTS[2], "elsewhere+2@example.org"):
        await hidden_from_each_other(ada, await make_member("Back", email=address))


async def test_lifting_a_block_lifts_what_came_of_its_address_and_nothing_else() -> None:
    ada, bea = await make_member("Ada"), await make_member("Bea")
    grace = await make_member("Grace", email=VARIANTS[0])
    second = await make_member("Gracie", email=VARIANTS[2])
    for blocker in (ada, bea):
        await services.block_member(blocker, grace.id)

    await services.unblock_member(ada, grace.id)

    for there in (grace, second, await make_member("Third", email=VARIANTS[3])):
        assert (await profiles.member(ada, there.id)).id == there.id
        await hidden_from_each_other(bea, there)


async def test_a_block_that_came_of_an_address_is_nothing_that_one_could_lift() -> None:
    ada, grace = await make_member("Ada"), await make_member("Grace", email=VARIANTS[0])
    second = await make_member("Gracie", email=VARIANTS[2])
    await services.block_member(ada, grace.id)

    with pytest.raises(NotFoundError):
        await services.unblock_member(ada, second.id)
    with pytest.raises(NotFoundError):
        await services.block_member(ada, second.id)


async def test_two_accounts_of_one_person_do_not_block_each_other() -> None:
    first, second = await make_member("A", email=VARIANTS[0]), await make_member("B", email=VARIANTS[2])
    grace = await make_member("Grace")

    await services.block_member(first, second.id)

    assert (await profiles.member(grace, first.id)).id == first.id
    assert [known.display_name for known in await queries.blocks(first)] == ["B"]


async def test_accounts_older_than_digests_are_given_theirs_with_their_blocks() -> None:
    ada, grace = await make_member("Ada"), await make_member("Grace", email=VARIANTS[0])
    second = await make_member("Gracie", email=VARIANTS[2])
    await fetch("UPDATE account SET address_digest = NULL")
    await services.block_member(ada, grace.id)

    assert await fill_missing_digests() == 3

    await hidden_from_each_other(ada, second)
    assert await fill_missing_digests() == 0


async def test_a_blocked_member_is_known_by_the_name_they_had_then() -> None:
    ada, grace = await make_member("Ada"), await make_member("Grace")
    await services.block_member(ada, grace.id)
    before = await queries.blocks(ada)

    await fetch("UPDATE account SET display_name = 'Hopper', pronouns = 'they' WHERE id = {}", grace.id)

    assert await queries.blocks(ada) == before


async def hidden_from_each_other(one: Member, other: Member) -> None:
    """Neither finds the other."""
    for viewer, hidden in ((one, other), (other, one)):
        with pytest.raises(NotFoundError):
            await profiles.member(viewer, hidden.id)


async def _connect(asker: Member, accepter: Member) -> UUID:
    return await make_connection(
        asker,
        accepter,
        reason="A clock from my aunt has stood still since March, and you mend them at the table; how did you begin?",
    )


async def _move(member: Member, address: str) -> None:
    """Give a member another address, as the change of address does once it is confirmed."""
    await fetch(
        "UPDATE account SET email = {}, address_digest = {} WHERE id = {}", address, address_digest(address), member.id
    )
