"""Signing in by password, and by a code where there is an app: nothing gets around it."""

import pytest
from httpx import AsyncClient

from api.accounts import services
from api.accounts.errors import SecondFactorNeededError, StartAgainError, WrongCodeError, WrongCredentialsError
from api.accounts.leaving import AccountLeavingError
from api.accounts.queries import member_by_session
from api.accounts.schemas import PendingSignIn, SessionCreated
from api.accounts.signing_in import finish_sign_in, is_pending, let_in, prove_again, start_sign_in
from api.database import fetch
from api.limits.errors import TooManyError
from tests.api.accounts.making import begin_sign_in, code_of, credential_of, with_app
from tests.factories import PASSWORD, make_member
from tests.moved_clock import MovedClock


async def test_without_an_app_a_password_is_enough(database: None) -> None:
    await make_member(email="ada@example.org")

    assert isinstance(await start_sign_in(email="ada@example.org", password=PASSWORD), SessionCreated)


async def test_with_an_app_a_code_opens_the_session(database: None) -> None:
    ada = await make_member("Ada", email="ada@example.org")
    key, _ = await with_app(ada)

    pending = await begin_sign_in()
    session = await finish_sign_in(pending.key, code=code_of(key))

    found = await member_by_session(session.token)
    assert found is not None
    assert found[0] == ada
    assert not await is_pending(pending.key)


async def test_half_a_sign_in_opens_nothing(database: None) -> None:
    await with_app(await make_member(email="ada@example.org"))

    pending = await begin_sign_in()

    assert await member_by_session(pending.key) is None


async def test_a_wrong_password_is_told_before_any_code_is_asked_for(database: None) -> None:
    await with_app(await make_member(email="ada@example.org"))

    with pytest.raises(WrongCredentialsError):
        await start_sign_in(email="ada@example.org", password="not hers at all")


async def test_whatever_signs_in_without_asking_for_a_code_refuses(database: None) -> None:
    await with_app(await make_member(email="ada@example.org"))

    with pytest.raises(SecondFactorNeededError):
        await services.sign_in(email="ada@example.org", password=PASSWORD)


async def test_five_tries_end_a_started_sign_in(database: None, moved_clock: MovedClock) -> None:
    key, _ = await with_app(await make_member(email="ada@example.org"))
    moved_clock.move(minutes=5)
    pending = await begin_sign_in()
    for _ in range(5):
        with pytest.raises(WrongCodeError):
            await finish_sign_in(pending.key, code="not one")

    with pytest.raises(StartAgainError):
        await finish_sign_in(pending.key, code=code_of(key))


async def test_starting_over_gives_no_more_guesses(database: None) -> None:
    await with_app(await make_member(email="ada@example.org"))
    pending = await begin_sign_in()
    for _ in range(5):
        with pytest.raises(WrongCodeError):
            await finish_sign_in(pending.key, code="000000")

    again = await begin_sign_in()

    with pytest.raises(TooManyError):
        await finish_sign_in(again.key, code="000000")


async def test_a_started_sign_in_waits_ten_minutes(database: None, moved_clock: MovedClock) -> None:
    key, _ = await with_app(await make_member(email="ada@example.org"))
    pending = await begin_sign_in()
    moved_clock.move(minutes=10)

    with pytest.raises(StartAgainError):
        await finish_sign_in(pending.key, code=code_of(key))


async def test_a_started_sign_in_serves_once(database: None, moved_clock: MovedClock) -> None:
    ada = await make_member(email="ada@example.org")
    key, codes = await with_app(ada)
    moved_clock.move(minutes=5)
    pending = await begin_sign_in()
    await finish_sign_in(pending.key, code=code_of(key))

    with pytest.raises(StartAgainError):
        await finish_sign_in(pending.key, code=codes[0])


@pytest.mark.parametrize("key", ["", "x", "\ud800", "\x00", "é" * 43])
async def test_an_invented_key_finishes_nothing(database: None, key: str) -> None:
    with pytest.raises(StartAgainError):
        await finish_sign_in(key, code="000000")


async def test_a_mailed_link_is_not_enough_where_an_app_is_asked_for(database: None) -> None:
    ada = await make_member()
    await with_app(ada)

    assert isinstance(await let_in(ada), PendingSignIn)


async def test_who_asked_to_be_erased_may_stay_only_with_the_code_too(database: None, moved_clock: MovedClock) -> None:
    ada = await make_member(email="ada@example.org")
    key, _ = await with_app(ada)
    moved_clock.move(minutes=5)
    await fetch("UPDATE account SET erased_at = {} WHERE id = {}", moved_clock.now(), ada.id)

    pending = await begin_sign_in()

    with pytest.raises(AccountLeavingError):
        await finish_sign_in(pending.key, code=code_of(key))


async def test_proving_again_asks_for_the_code_as_well(database: None, moved_clock: MovedClock) -> None:
    ada = await make_member()
    key, _ = await with_app(ada)
    credential = await credential_of(ada)
    moved_clock.move(minutes=20)

    with pytest.raises(WrongCodeError):
        await prove_again(ada, credential=credential, password=PASSWORD)
    session = await prove_again(ada, credential=credential, password=PASSWORD, code=code_of(key))

    assert await member_by_session(session.token) is not None


async def test_whoever_found_a_browser_open_cannot_guess_the_password(database: None) -> None:
    ada = await make_member()
    credential = await credential_of(ada)
    for _ in range(10):
        with pytest.raises(WrongCredentialsError):
            await prove_again(ada, credential=credential, password="a guess, and another guess")

    with pytest.raises(TooManyError):
        await prove_again(ada, credential=credential, password=PASSWORD)


async def test_programs_send_the_code_with_the_password(client: AsyncClient, moved_clock: MovedClock) -> None:
    ada = await make_member(email="ada@example.org")
    key, _ = await with_app(ada)
    moved_clock.move(minutes=5)
    body = {"email": "ada@example.org", "password": PASSWORD, "name": "script"}

    wrong = await client.post("/api/v1/tokens", json=body | {"password": "not hers at all", "code": code_of(key)})
    without = await client.post("/api/v1/tokens", json=body)
    bad = await client.post("/api/v1/tokens", json=body | {"code": "000000"})
    good = await client.post("/api/v1/tokens", json=body | {"code": code_of(key)})

    assert [reply.status_code for reply in (wrong, without, bad, good)] == [401, 401, 401, 201]
    assert [reply.json()["type"] for reply in (wrong, without, bad)] == [
        "/problems/wrong-credentials",
        "/problems/second-factor-needed",
        "/problems/wrong-code",
    ]


async def test_a_wrong_password_reads_the_same_whatever_else_an_account_asks_for(client: AsyncClient) -> None:
    await with_app(await make_member(email="app@example.org"))
    await make_member(email="plain@example.org")
    only_passkeys = await make_member(email="passkey@example.org")
    await fetch("UPDATE account SET password_hash = NULL WHERE id = {}", only_passkeys.id)
    answers = set()

    for email in ("app@example.org", "plain@example.org", "passkey@example.org", "nobody@example.org"):
        body = {"email": email, "password": "not theirs at all", "name": "script", "code": "000000"}
        reply = await client.post("/api/v1/tokens", json=body)
        answers.add((reply.status_code, reply.content))

    assert len(answers) == 1
