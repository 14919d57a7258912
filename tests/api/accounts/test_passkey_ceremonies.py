"""Each challenge serves once, soon, where it was asked for; what is no answer is refused."""

import asyncio
import json
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from webauthn.helpers import bytes_to_base64url

from api.accounts import passkeys
from api.accounts.errors import PasskeyRefusedError
from api.accounts.passkey_ceremonies import Ceremony, ask_to_make, relying_party
from api.accounts.services import delete_ended_credentials
from api.settings import settings as site_settings
from tests.api.accounts.making import HERE, add_passkey, credential_of
from tests.authenticator import Authenticator
from tests.factories import make_member
from tests.moved_clock import MovedClock

ELSEWHERE = "what the cookie of another one carries"


async def test_an_answer_serves_once(database: None) -> None:
    device = Authenticator(step=0)
    await add_passkey(await make_member("Ada"), device)
    answer = device.sign(await passkeys.options_to_sign_in(browser=HERE))
    await passkeys.sign_in_by_passkey(answer, browser=HERE)

    with pytest.raises(PasskeyRefusedError):
        await passkeys.sign_in_by_passkey(answer, browser=HERE)


async def test_of_many_replays_at_once_one_alone_signs_in(database: None) -> None:
    ada, device = await make_member("Ada"), Authenticator(step=0)
    await add_passkey(ada, device)
    answer = device.sign(await passkeys.options_to_sign_in(browser=HERE))

    outcomes = await asyncio.gather(
        *(passkeys.sign_in_by_passkey(answer, browser=HERE) for _ in range(8)), return_exceptions=True
    )

    assert sum(not isinstance(outcome, BaseException) for outcome in outcomes) == 1
    assert sum(isinstance(outcome, PasskeyRefusedError) for outcome in outcomes) == 7


async def test_a_refused_answer_uses_its_challenge_up(database: None) -> None:
    ada, device = await make_member("Ada"), Authenticator(step=0)
    await add_passkey(ada, device)
    options = await passkeys.options_to_sign_in(browser=HERE)
    device.origin = "https://evil.example"
    with pytest.raises(PasskeyRefusedError):
        await passkeys.sign_in_by_passkey(device.sign(options), browser=HERE)
    device.origin = relying_party().origin

    with pytest.raises(PasskeyRefusedError):
        await passkeys.sign_in_by_passkey(device.sign(options), browser=HERE)


async def test_a_challenge_lasts_five_minutes(database: None, moved_clock: MovedClock) -> None:
    ada, device = await make_member("Ada"), Authenticator()
    await add_passkey(ada, device)
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
    await add_passkey(await make_member("Ada"), device)
    answer = device.sign(await passkeys.options_to_sign_in(browser=HERE))

    with pytest.raises(PasskeyRefusedError):
        await passkeys.sign_in_by_passkey(answer, browser=ELSEWHERE)


async def test_a_challenge_for_one_thing_serves_no_other(database: None) -> None:
    ada, device = await make_member("Ada"), Authenticator()
    await add_passkey(ada, device)
    credential = await credential_of(ada)
    to_sign_in, to_prove = (
        await passkeys.options_to_sign_in(browser=HERE),
        await passkeys.options_to_prove(ada, browser=HERE),
    )

    with pytest.raises(PasskeyRefusedError):
        await passkeys.sign_in_by_passkey(device.sign(to_prove), browser=HERE)
    with pytest.raises(PasskeyRefusedError):
        await passkeys.prove_by_passkey(ada, credential=credential, answer=device.sign(to_sign_in), browser=HERE)


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
    await add_passkey(await make_member("Ada"), device)
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
