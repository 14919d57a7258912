"""Passkeys, judged by the bytes that a device really sends: only the right one, here, now and once."""

import asyncio
import json
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from webauthn.helpers import bytes_to_base64url

from api.accounts import passkeys, recent
from api.accounts.errors import (
    LastWayInError,
    PasskeyRefusedError,
    SignInAgainError,
    TooManyPasskeysError,
)
from api.accounts.leaving import AccountLeavingError
from api.accounts.passkey_ceremonies import Ceremony, ask_to_make, relying_party
from api.accounts.queries import member_by_session
from api.accounts.schemas import Member
from api.accounts.services import delete_ended_credentials
from api.database import fetch, fetch_one
from api.errors import InvalidError, NotFoundError
from api.mail.schemas import MailKind
from api.settings import settings as site_settings
from tests.api.accounts.making import credential_of
from tests.authenticator import PRESENT, VERIFIED, Authenticator
from tests.factories import make_member
from tests.moved_clock import MovedClock

HERE, ELSEWHERE = "what the cookie of this browser carries", "what the cookie of another one carries"


async def add(member: Member, device: Authenticator, name: str = "This phone") -> None:
    """Add the passkey of a device."""
    credential = await credential_of(member)
    options = await passkeys.options_to_add(member, credential=credential, browser=HERE)
    answer = device.make(options)
    await passkeys.add_passkey(member, credential=credential, answer=answer, name=name, browser=HERE)


async def sign_in(device: Authenticator) -> Member:
    """Sign in with a device."""
    answer = device.sign(await passkeys.options_to_sign_in(browser=HERE))
    return (await passkeys.sign_in_by_passkey(answer, browser=HERE)).member


async def take_password(member: Member) -> None:
    """Leave passkeys as the only way in."""
    await fetch("UPDATE account SET password_hash = NULL WHERE id = {}", member.id)


async def test_whoever_holds_the_passkey_is_signed_in_and_has_proved_it(database: None) -> None:
    ada, device = await make_member("Ada"), Authenticator()
    await add(ada, device)

    answer = device.sign(await passkeys.options_to_sign_in(browser=HERE))
    session = await passkeys.sign_in_by_passkey(answer, browser=HERE, label="Firefox on Linux")

    found = await member_by_session(session.token)
    assert found is not None
    assert found[0] == ada
    recent.needs_recent(found[1])


async def test_the_options_are_the_same_for_everybody_but_for_the_challenge(database: None) -> None:
    await add(await make_member("Ada"), Authenticator())

    first, second = [await passkeys.options_to_sign_in(browser=HERE) for _ in range(2)]

    assert first.pop("challenge") != second.pop("challenge")
    assert first == second
    assert first["allowCredentials"] == []
    assert first["userVerification"] == "required"


async def test_a_new_passkey_must_be_found_without_an_address_and_know_its_holder(database: None) -> None:
    ada = await make_member("Ada")

    options = await passkeys.options_to_add(ada, credential=await credential_of(ada), browser=HERE)

    selection = options["authenticatorSelection"]
    assert (selection["residentKey"], selection["userVerification"]) == ("required", "required")
    assert options["rp"] == {"id": "localhost", "name": "Wherefore"}
    assert options["attestation"] == "none"


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
    await add(ada, device)
    for name, value in lie.items():
        setattr(device, name, value)

    with pytest.raises(PasskeyRefusedError):
        await sign_in(device)


async def test_another_key_under_the_same_id_opens_nothing_and_harms_nothing(database: None) -> None:
    ada, device = await make_member("Ada"), Authenticator(count=7)
    await add(ada, device)
    forged = Authenticator(count=0)
    forged.id, forged.handle = device.id, device.handle

    with pytest.raises(PasskeyRefusedError):
        await sign_in(forged)

    assert await sign_in(device) == ada


@pytest.mark.parametrize("lie", [{"origin": "https://evil.example"}, {"rp_id": "evil.example"}, {"flags": PRESENT}])
async def test_a_passkey_that_was_made_elsewhere_is_not_added(database: None, lie: dict[str, Any]) -> None:
    ada, device = await make_member("Ada"), Authenticator()
    for name, value in lie.items():
        setattr(device, name, value)

    with pytest.raises(PasskeyRefusedError):
        await add(ada, device)

    assert await passkeys.passkeys(ada) == []


async def test_an_answer_serves_once(database: None) -> None:
    device = Authenticator(step=0)
    await add(await make_member("Ada"), device)
    answer = device.sign(await passkeys.options_to_sign_in(browser=HERE))
    await passkeys.sign_in_by_passkey(answer, browser=HERE)

    with pytest.raises(PasskeyRefusedError):
        await passkeys.sign_in_by_passkey(answer, browser=HERE)


async def test_of_many_replays_at_once_one_alone_signs_in(database: None) -> None:
    ada, device = await make_member("Ada"), Authenticator(step=0)
    await add(ada, device)
    answer = device.sign(await passkeys.options_to_sign_in(browser=HERE))

    outcomes = await asyncio.gather(
        *(passkeys.sign_in_by_passkey(answer, browser=HERE) for _ in range(8)), return_exceptions=True
    )

    assert sum(not isinstance(outcome, BaseException) for outcome in outcomes) == 1
    assert sum(isinstance(outcome, PasskeyRefusedError) for outcome in outcomes) == 7


async def test_a_refused_answer_uses_its_challenge_up(database: None) -> None:
    ada, device = await make_member("Ada"), Authenticator(step=0)
    await add(ada, device)
    options = await passkeys.options_to_sign_in(browser=HERE)
    device.origin = "https://evil.example"
    with pytest.raises(PasskeyRefusedError):
        await passkeys.sign_in_by_passkey(device.sign(options), browser=HERE)
    device.origin = relying_party().origin

    with pytest.raises(PasskeyRefusedError):
        await passkeys.sign_in_by_passkey(device.sign(options), browser=HERE)


async def test_a_challenge_lasts_five_minutes(database: None, moved_clock: MovedClock) -> None:
    ada, device = await make_member("Ada"), Authenticator()
    await add(ada, device)
    options = await passkeys.options_to_sign_in(browser=HERE)
    moved_clock.move(minutes=5)

    with pytest.raises(PasskeyRefusedError):
        await passkeys.sign_in_by_passkey(device.sign(options), browser=HERE)


async def test_challenges_that_ran_out_are_deleted(database: None, moved_clock: MovedClock) -> None:
    await passkeys.options_to_sign_in(browser=HERE)
    moved_clock.move(minutes=5)
    await passkeys.options_to_sign_in(browser=HERE)

    assert await delete_ended_credentials() == 1
    assert await delete_ended_credentials() == 0


async def test_a_challenge_belongs_to_the_browser_that_asked_for_it(database: None) -> None:
    device = Authenticator()
    await add(await make_member("Ada"), device)
    answer = device.sign(await passkeys.options_to_sign_in(browser=HERE))

    with pytest.raises(PasskeyRefusedError):
        await passkeys.sign_in_by_passkey(answer, browser=ELSEWHERE)


async def test_a_challenge_for_one_thing_serves_no_other(database: None) -> None:
    ada, device = await make_member("Ada"), Authenticator()
    await add(ada, device)
    credential = await credential_of(ada)
    to_sign_in, to_prove = (
        await passkeys.options_to_sign_in(browser=HERE),
        await passkeys.options_to_prove(ada, browser=HERE),
    )

    with pytest.raises(PasskeyRefusedError):
        await passkeys.sign_in_by_passkey(device.sign(to_prove), browser=HERE)
    with pytest.raises(PasskeyRefusedError):
        await passkeys.prove_by_passkey(ada, credential=credential, answer=device.sign(to_sign_in), browser=HERE)


async def test_a_count_that_goes_back_sets_the_passkey_aside_for_both_of_its_copies(database: None) -> None:
    ada, device = await make_member("Ada"), Authenticator(count=5)
    await add(ada, device)
    copy = Authenticator(count=5)
    copy.id, copy.key, copy.handle = device.id, device.key, device.handle
    await sign_in(copy)

    for either in (device, copy):
        with pytest.raises(PasskeyRefusedError):
            await sign_in(either)

    [read] = await passkeys.passkeys(ada)
    assert read.set_aside_at is not None


async def test_a_device_that_does_not_count_can_sign_in_for_ever(database: None) -> None:
    ada, device = await make_member("Ada"), Authenticator(step=0)
    await add(ada, device)

    assert [await sign_in(device), await sign_in(device)] == [ada, ada]


async def test_anothers_passkey_proves_nothing_about_me(database: None) -> None:
    ada, mallory = await make_member("Ada"), await make_member("Mallory")
    hers, his = Authenticator(), Authenticator()
    await add(ada, hers)
    await add(mallory, his)
    options = await passkeys.options_to_prove(ada, browser=HERE)

    with pytest.raises(PasskeyRefusedError):
        await passkeys.prove_by_passkey(
            ada, credential=await credential_of(ada), answer=his.sign(options), browser=HERE
        )


async def test_a_passkey_proves_again_who_one_is(database: None, moved_clock: MovedClock) -> None:
    ada, device = await make_member("Ada"), Authenticator()
    await add(ada, device)
    credential = await credential_of(ada)
    moved_clock.move(minutes=20)

    answer = device.sign(await passkeys.options_to_prove(ada, browser=HERE))
    session = await passkeys.prove_by_passkey(ada, credential=credential, answer=answer, browser=HERE)

    found = await member_by_session(session.token)
    assert found is not None
    assert found[1].session_id == credential.session_id
    recent.needs_recent(found[1])


async def test_ways_in_change_only_after_a_recent_sign_in(database: None, moved_clock: MovedClock) -> None:
    ada, device = await make_member("Ada"), Authenticator()
    await add(ada, device)
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
    await add(ada, device)
    copy.id = device.id

    with pytest.raises(PasskeyRefusedError):
        await add(mallory, copy)

    assert await sign_in(device) == ada


async def test_the_last_way_in_stays(database: None) -> None:
    ada, device = await make_member("Ada"), Authenticator()
    await add(ada, device)
    await take_password(ada)
    [read] = await passkeys.passkeys(ada)

    with pytest.raises(LastWayInError):
        await passkeys.remove_passkey(ada, read.id, credential=await credential_of(ada))

    assert await sign_in(device) == ada


async def test_two_removals_at_once_leave_one_way_in(database: None) -> None:
    for _ in range(5):
        ada = await make_member("Ada")
        await add(ada, Authenticator())
        await add(ada, Authenticator())
        await take_password(ada)
        credential = await credential_of(ada)

        await asyncio.gather(
            *(passkeys.remove_passkey(ada, read.id, credential=credential) for read in await passkeys.passkeys(ada)),
            return_exceptions=True,
        )

        assert len(await passkeys.passkeys(ada)) == 1


async def test_a_removed_passkey_opens_nothing(database: None) -> None:
    ada, device = await make_member("Ada"), Authenticator()
    await add(ada, device)
    [read] = await passkeys.passkeys(ada)

    await passkeys.remove_passkey(ada, read.id, credential=await credential_of(ada))

    with pytest.raises(PasskeyRefusedError):
        await sign_in(device)


async def test_somebody_elses_passkey_is_as_good_as_none(database: None) -> None:
    ada, mallory = await make_member("Ada"), await make_member("Mallory")
    await add(ada, Authenticator())
    [read] = await passkeys.passkeys(ada)

    with pytest.raises(NotFoundError):
        await passkeys.remove_passkey(mallory, read.id, credential=await credential_of(mallory))

    assert await passkeys.passkeys(mallory) == []
    assert len(await passkeys.passkeys(ada)) == 1


async def test_there_is_room_for_ten(database: None) -> None:
    ada = await make_member("Ada")
    for number in range(10):
        await add(ada, Authenticator(), name=f"Key {number}")

    with pytest.raises(TooManyPasskeysError):
        await add(ada, Authenticator())


async def test_a_passkey_needs_a_name_of_one_line(database: None) -> None:
    with pytest.raises(InvalidError):
        await add(await make_member("Ada"), Authenticator(), name=" ")


async def test_whoever_asked_to_be_erased_is_let_in_no_further_than_to_stay(database: None) -> None:
    ada, device = await make_member("Ada"), Authenticator()
    await add(ada, device)
    await fetch("UPDATE account SET erased_at = now() WHERE id = {}", ada.id)

    with pytest.raises(AccountLeavingError):
        await sign_in(device)


async def test_last_use_is_noted(database: None, moved_clock: MovedClock) -> None:
    ada, device = await make_member("Ada"), Authenticator()
    await add(ada, device)
    moved_clock.move(days=3)

    await sign_in(device)

    [read] = await passkeys.passkeys(ada)
    assert read.last_used_at == moved_clock.now()


@pytest.mark.parametrize(
    ("base_url", "rp_id", "origin"),
    [
        ("https://Wherefore.example", "wherefore.example", "https://wherefore.example"),
        ("https://wherefore.example:443", "wherefore.example", "https://wherefore.example"),
        ("https://wherefore.example:8443", "wherefore.example", "https://wherefore.example:8443"),
        ("http://localhost:80", "localhost", "http://localhost"),
    ],
)
async def test_the_site_is_named_as_browsers_name_it(
    monkeypatch: pytest.MonkeyPatch, base_url: str, rp_id: str, origin: str
) -> None:
    from msgspec.structs import replace

    changed = replace(site_settings(), base_url=base_url)
    monkeypatch.setattr("api.accounts.passkey_ceremonies.settings", lambda: changed)

    assert (relying_party().id, relying_party().origin) == (rp_id, origin)


HOSTILE = [
    "",
    "null",
    "[]",
    "[" * 50_000,
    '{"rawId": 1}',
    '{"rawId": "é", "response": {"clientDataJSON": "!"}}',
    '{"rawId": "", "response": {"clientDataJSON": "bnVsbA"}}',
    '{"rawId": "\\ud800", "response": {"clientDataJSON": "e30"}}',
    "\ud800",
    "\x00",
]


@pytest.mark.parametrize("answer", HOSTILE, ids=range(len(HOSTILE)))
async def test_a_hostile_answer_is_refused(database: None, answer: str) -> None:
    with pytest.raises(PasskeyRefusedError):
        await passkeys.sign_in_by_passkey(answer, browser=HERE)


BROKEN = st.one_of(st.text(max_size=40), st.binary(max_size=200).map(bytes_to_base64url), st.just("o" * 18_000))


@given(part=st.sampled_from(["authenticatorData", "signature"]), broken=BROKEN)
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_broken_bytes_of_a_known_passkey_are_refused(database: None, part: str, broken: str) -> None:
    device = Authenticator(step=0)
    await add(await make_member("Ada"), device)
    sent = json.loads(device.sign(await passkeys.options_to_sign_in(browser=HERE)))
    sent["response"][part] = broken

    with pytest.raises(PasskeyRefusedError):
        await passkeys.sign_in_by_passkey(json.dumps(sent), browser=HERE)


@given(broken=BROKEN)
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_broken_bytes_of_a_new_passkey_are_refused(database: None, broken: str) -> None:
    options = await ask_to_make(Ceremony.JOIN, browser=HERE, account=uuid4(), email="a@example.org", display_name="Ada")
    sent = json.loads(Authenticator().make(options))
    sent["response"]["attestationObject"] = broken

    with pytest.raises(PasskeyRefusedError):
        await passkeys.new_passkey(Ceremony.JOIN, json.dumps(sent), browser=HERE)


async def test_a_member_is_told_by_mail_of_every_change_of_their_passkeys(database: None) -> None:
    ada, device = await make_member("Ada"), Authenticator(count=5)
    await add(ada, device)
    device.count = 0
    with pytest.raises(PasskeyRefusedError):
        await sign_in(device)
    [read] = await passkeys.passkeys(ada)
    await passkeys.remove_passkey(ada, read.id, credential=await credential_of(ada))

    kinds = {row["kind"] for row in await fetch("SELECT kind FROM outgoing_mail")}

    assert kinds >= {MailKind.PASSKEY_ADDED, MailKind.PASSKEY_SET_ASIDE, MailKind.PASSKEY_REMOVED}


async def test_nothing_kept_of_a_passkey_could_open_anything(database: None) -> None:
    ada, device = await make_member("Ada"), Authenticator()
    await add(ada, device)
    secret = device.key.private_numbers().private_value.to_bytes(32, "big").hex()

    row = await fetch_one("SELECT passkey::text AS everything FROM passkey")

    assert row is not None
    assert secret not in row["everything"]
    assert HERE not in str(await fetch("SELECT passkey_challenge::text AS everything FROM passkey_challenge"))
