"""The passkeys of a member: made here and now, taken from nobody else, and never the last way in that goes."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from api.accounts import passkeys
from api.accounts.errors import LastWayInError, PasskeyRefusedError, SignInAgainError, TooManyPasskeysError
from api.accounts.schemas import Member
from api.database import fetch, fetch_one
from api.errors import InvalidError, NotFoundError
from api.mail.schemas import MailKind
from tests.api.accounts.making import HERE, add_passkey, credential_of, sign_in_with
from tests.authenticator import PRESENT, Authenticator
from tests.factories import make_member
from tests.moved_clock import MovedClock


async def take_password(member: Member) -> None:
    """Leave passkeys as the only way in."""
    await fetch("UPDATE account SET password_hash = NULL WHERE id = {}", member.id)


async def test_a_new_passkey_must_be_found_without_an_address_and_know_its_holder(database: None) -> None:
    ada = await make_member("Ada")

    options = await passkeys.options_to_add(ada, credential=await credential_of(ada), browser=HERE)

    selection = options["authenticatorSelection"]
    assert (selection["residentKey"], selection["userVerification"]) == ("required", "required")
    assert options["rp"] == {"id": "localhost", "name": "Wherefore"}
    assert options["attestation"] == "none"


@pytest.mark.parametrize("lie", [{"origin": "https://evil.example"}, {"rp_id": "evil.example"}, {"flags": PRESENT}])
async def test_a_passkey_that_was_made_elsewhere_is_not_added(database: None, lie: dict[str, Any]) -> None:
    ada, device = await make_member("Ada"), Authenticator()
    for name, value in lie.items():
        setattr(device, name, value)

    with pytest.raises(PasskeyRefusedError):
        await add_passkey(ada, device)

    assert await passkeys.passkeys(ada) == []


async def test_ways_in_change_only_after_a_recent_sign_in(database: None, moved_clock: MovedClock) -> None:
    ada, device = await make_member("Ada"), Authenticator()
    await add_passkey(ada, device)
    credential = await credential_of(ada)
    options = await passkeys.options_to_add(ada, credential=credential, browser=HERE)
    [read] = await passkeys.passkeys(ada)
    moved_clock.move(minutes=15)

    changes: list[Callable[[], Any]] = [
        lambda: passkeys.options_to_add(ada, credential=credential, browser=HERE),
        lambda: passkeys.add_passkey(
            ada, credential=credential, answer=Authenticator().make(options), name="x", browser=HERE
        ),
        lambda: passkeys.remove_passkey(ada, read.id, credential=credential),
    ]
    for change in changes:
        with pytest.raises(SignInAgainError):
            await change()


async def test_a_passkey_made_for_ada_cannot_be_added_by_mallory(database: None) -> None:
    ada, mallory = await make_member("Ada"), await make_member("Mallory")
    options = await passkeys.options_to_add(ada, credential=await credential_of(ada), browser=HERE)

    with pytest.raises(PasskeyRefusedError):
        await passkeys.add_passkey(
            mallory,
            credential=await credential_of(mallory),
            answer=Authenticator().make(options),
            name="x",
            browser=HERE,
        )


async def test_a_passkey_id_that_is_taken_is_not_taken_over(database: None) -> None:
    ada, mallory = await make_member("Ada"), await make_member("Mallory")
    device, copy = Authenticator(), Authenticator()
    await add_passkey(ada, device)
    copy.id = device.id

    with pytest.raises(PasskeyRefusedError):
        await add_passkey(mallory, copy)

    assert await sign_in_with(device) == ada


async def test_the_last_way_in_stays(database: None) -> None:
    ada, device = await make_member("Ada"), Authenticator()
    await add_passkey(ada, device)
    await take_password(ada)
    [read] = await passkeys.passkeys(ada)

    with pytest.raises(LastWayInError):
        await passkeys.remove_passkey(ada, read.id, credential=await credential_of(ada))

    assert await sign_in_with(device) == ada


async def test_two_removals_at_once_leave_one_way_in(database: None) -> None:
    for _ in range(5):
        ada = await make_member("Ada")
        await add_passkey(ada, Authenticator())
        await add_passkey(ada, Authenticator())
        await take_password(ada)
        credential = await credential_of(ada)

        await asyncio.gather(
            *(passkeys.remove_passkey(ada, read.id, credential=credential) for read in await passkeys.passkeys(ada)),
            return_exceptions=True,
        )

        assert len(await passkeys.passkeys(ada)) == 1


async def test_a_removed_passkey_opens_nothing(database: None) -> None:
    ada, device = await make_member("Ada"), Authenticator()
    await add_passkey(ada, device)
    [read] = await passkeys.passkeys(ada)

    await passkeys.remove_passkey(ada, read.id, credential=await credential_of(ada))

    with pytest.raises(PasskeyRefusedError):
        await sign_in_with(device)


async def test_somebody_elses_passkey_is_as_good_as_none(database: None) -> None:
    ada, mallory = await make_member("Ada"), await make_member("Mallory")
    await add_passkey(ada, Authenticator())
    [read] = await passkeys.passkeys(ada)

    with pytest.raises(NotFoundError):
        await passkeys.remove_passkey(mallory, read.id, credential=await credential_of(mallory))

    assert await passkeys.passkeys(mallory) == []
    assert len(await passkeys.passkeys(ada)) == 1


async def test_there_is_room_for_ten(database: None) -> None:
    ada = await make_member("Ada")
    for number in range(10):
        await add_passkey(ada, Authenticator(), name=f"Key {number}")

    with pytest.raises(TooManyPasskeysError):
        await add_passkey(ada, Authenticator())


async def test_a_passkey_needs_a_name_of_one_line(database: None) -> None:
    with pytest.raises(InvalidError):
        await add_passkey(await make_member("Ada"), Authenticator(), name=" ")


async def test_a_member_is_told_by_mail_of_every_change_of_their_passkeys(database: None) -> None:
    ada, device = await make_member("Ada"), Authenticator(count=5)
    await add_passkey(ada, device)
    device.count = 0
    with pytest.raises(PasskeyRefusedError):
        await sign_in_with(device)
    [read] = await passkeys.passkeys(ada)
    await passkeys.remove_passkey(ada, read.id, credential=await credential_of(ada))

    kinds = {row["kind"] for row in await fetch("SELECT kind FROM outgoing_mail")}

    assert kinds >= {MailKind.PASSKEY_ADDED, MailKind.PASSKEY_SET_ASIDE, MailKind.PASSKEY_REMOVED}


async def test_nothing_kept_of_a_passkey_could_open_anything(database: None) -> None:
    ada, device = await make_member("Ada"), Authenticator()
    await add_passkey(ada, device)
    secret = device.key.private_numbers().private_value.to_bytes(32, "big").hex()

    row = await fetch_one("SELECT passkey::text AS everything FROM passkey")

    assert row is not None
    assert secret not in row["everything"]
    assert HERE not in str(await fetch("SELECT passkey_challenge::text AS everything FROM passkey_challenge"))
