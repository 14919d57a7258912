"""Signing in by passkey, and proving who one is: only the right one, here and now."""

from typing import Any

import pytest

from api.accounts import passkeys, recent
from api.accounts.errors import PasskeyRefusedError
from api.accounts.leaving import AccountLeavingError
from api.accounts.queries import member_by_session
from api.database import fetch
from tests.api.accounts.making import HERE, add_passkey, credential_of, sign_in_with
from tests.authenticator import PRESENT, VERIFIED, Authenticator
from tests.factories import make_member
from tests.moved_clock import MovedClock


async def test_whoever_holds_the_passkey_is_signed_in_and_has_proved_it(database: None) -> None:
    ada, device = await make_member("Ada"), Authenticator()
    await add_passkey(ada, device)

    answer = device.sign(await passkeys.options_to_sign_in(browser=HERE))
    session = await passkeys.sign_in_by_passkey(answer, browser=HERE, label="Firefox on Linux")

    found = await member_by_session(session.token)
    assert found is not None
    assert found[0] == ada
    recent.needs_recent(found[1])


async def test_the_options_are_the_same_for_everybody_but_for_the_challenge(database: None) -> None:
    await add_passkey(await make_member("Ada"), Authenticator())

    first, second = [await passkeys.options_to_sign_in(browser=HERE) for _ in range(2)]

    assert first.pop("challenge") != second.pop("challenge")
    assert first == second
    assert first["allowCredentials"] == []
    assert first["userVerification"] == "required"


@pytest.mark.parametrize(
    "lie",
    [
        {"origin": "https://evil.example"},
        {"origin": "http://localhost:8001"},
        {"origin": "http://localhost"},
        {"rp_id": "evil.example"},
        {"flags": PRESENT},
        {"flags": VERIFIED},
        {"handle": b""},
        {"handle": b"somebody else's.."},
        {"id": b"another passkey's id"},
    ],
    ids=str,
)
async def test_a_signature_made_elsewhere_or_by_nobody_in_particular_opens_nothing(
    database: None, lie: dict[str, Any]
) -> None:
    ada, device = await make_member("Ada"), Authenticator()
    await add_passkey(ada, device)
    for name, value in lie.items():
        setattr(device, name, value)

    with pytest.raises(PasskeyRefusedError):
        await sign_in_with(device)


async def test_another_key_under_the_same_id_opens_nothing_and_harms_nothing(database: None) -> None:
    ada, device = await make_member("Ada"), Authenticator(count=7)
    await add_passkey(ada, device)
    forged = Authenticator(count=0)
    forged.id, forged.handle = device.id, device.handle

    with pytest.raises(PasskeyRefusedError):
        await sign_in_with(forged)

    assert await sign_in_with(device) == ada


async def test_a_count_that_goes_back_sets_the_passkey_aside_for_both_of_its_copies(database: None) -> None:
    ada, device = await make_member("Ada"), Authenticator(count=5)
    await add_passkey(ada, device)
    copy = Authenticator(count=5)
    copy.id, copy.key, copy.handle = device.id, device.key, device.handle
    await sign_in_with(copy)

    for either in (device, copy):
        with pytest.raises(PasskeyRefusedError):
            await sign_in_with(either)

    [read] = await passkeys.passkeys(ada)
    assert read.set_aside_at is not None


async def test_a_device_that_does_not_count_can_sign_in_for_ever(database: None) -> None:
    ada, device = await make_member("Ada"), Authenticator(step=0)
    await add_passkey(ada, device)

    assert [await sign_in_with(device), await sign_in_with(device)] == [ada, ada]


async def test_anothers_passkey_proves_nothing_about_me(database: None) -> None:
    ada, mallory = await make_member("Ada"), await make_member("Mallory")
    hers, his = Authenticator(), Authenticator()
    await add_passkey(ada, hers)
    await add_passkey(mallory, his)
    options = await passkeys.options_to_prove(ada, browser=HERE)

    with pytest.raises(PasskeyRefusedError):
        await passkeys.prove_by_passkey(
            ada, credential=await credential_of(ada), answer=his.sign(options), browser=HERE
        )


async def test_a_passkey_proves_again_who_one_is(database: None, moved_clock: MovedClock) -> None:
    ada, device = await make_member("Ada"), Authenticator()
    await add_passkey(ada, device)
    credential = await credential_of(ada)
    moved_clock.move(minutes=20)

    answer = device.sign(await passkeys.options_to_prove(ada, browser=HERE))
    session = await passkeys.prove_by_passkey(ada, credential=credential, answer=answer, browser=HERE)

    found = await member_by_session(session.token)
    assert found is not None
    assert found[1].session_id == credential.session_id
    recent.needs_recent(found[1])


async def test_whoever_asked_to_be_erased_is_let_in_no_further_than_to_stay(database: None) -> None:
    ada, device = await make_member("Ada"), Authenticator()
    await add_passkey(ada, device)
    await fetch("UPDATE account SET erased_at = now() WHERE id = {}", ada.id)

    with pytest.raises(AccountLeavingError):
        await sign_in_with(device)


async def test_last_use_is_noted(database: None, moved_clock: MovedClock) -> None:
    ada, device = await make_member("Ada"), Authenticator()
    await add_passkey(ada, device)
    moved_clock.move(days=3)

    await sign_in_with(device)

    [read] = await passkeys.passkeys(ada)
    assert read.last_used_at == moved_clock.now()
