"""Codes after the password: each once, for a moment only, and nothing that a password alone could get around."""

import asyncio
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from httpx import AsyncClient

from api.accounts import second_factor, services, tokens
from api.accounts.errors import (
    SecondFactorNeededError,
    SignInAgainError,
    StartAgainError,
    WrongCodeError,
    WrongCredentialsError,
)
from api.accounts.leaving import AccountLeavingError
from api.accounts.queries import member_by_session
from api.accounts.recovery_codes import recovery_codes_left
from api.accounts.schemas import PendingSignIn, SessionCreated, TokenCreate, TokenDraft
from api.accounts.second_factor import check_code, has_second_factor
from api.accounts.signing_in import finish_sign_in, is_pending, let_in, prove_again, start_sign_in
from api.accounts.ways_in import change_password, end_every_credential, sign_out_everywhere, ways_in
from api.database import fetch, fetch_one, transaction
from api.errors import ConflictError, NotFoundError
from api.limits.errors import TooManyError
from api.mail.schemas import MailKind
from tests.api.accounts.making import code_of, credential_of, with_app
from tests.authenticator import Authenticator
from tests.factories import PASSWORD, email_of, make_member
from tests.moved_clock import MovedClock

NEW_PASSWORD = "seven copper kettles under an arch"


async def begin(email: str = "ada@example.org") -> PendingSignIn:
    """The right password, and no code yet."""
    pending = await start_sign_in(email=email, password=PASSWORD)
    assert isinstance(pending, PendingSignIn)
    return pending


async def test_without_an_app_a_password_is_enough(database: None) -> None:
    await make_member(email="ada@example.org")

    assert isinstance(await start_sign_in(email="ada@example.org", password=PASSWORD), SessionCreated)


async def test_with_an_app_a_code_opens_the_session(database: None) -> None:
    ada = await make_member("Ada", email="ada@example.org")
    key, _ = await with_app(ada)

    pending = await begin()
    session = await finish_sign_in(pending.key, code=code_of(key))

    found = await member_by_session(session.token)
    assert found is not None
    assert found[0] == ada
    assert not await is_pending(pending.key)


async def test_half_a_sign_in_opens_nothing(database: None) -> None:
    await with_app(await make_member(email="ada@example.org"))

    pending = await begin()

    assert await member_by_session(pending.key) is None


async def test_a_wrong_password_is_told_before_any_code_is_asked_for(database: None) -> None:
    await with_app(await make_member(email="ada@example.org"))

    with pytest.raises(WrongCredentialsError):
        await start_sign_in(email="ada@example.org", password="not hers at all")


async def test_whatever_signs_in_without_asking_for_a_code_refuses(database: None) -> None:
    await with_app(await make_member(email="ada@example.org"))

    with pytest.raises(SecondFactorNeededError):
        await services.sign_in(email="ada@example.org", password=PASSWORD)


async def test_nobody_is_asked_for_a_code_before_a_first_one_was_right(database: None) -> None:
    ada = await make_member(email="ada@example.org")
    credential = await credential_of(ada)
    await second_factor.begin_second_factor(ada, credential=credential)

    with pytest.raises(WrongCodeError):
        await second_factor.confirm_second_factor(ada, credential=credential, code="000000")

    assert not await has_second_factor(ada.id)
    assert isinstance(await start_sign_in(email="ada@example.org", password=PASSWORD), SessionCreated)


@pytest.mark.parametrize("off", [-1, 0, 1])
async def test_a_clock_that_is_half_a_minute_off_does_no_harm(
    database: None, moved_clock: MovedClock, off: int
) -> None:
    ada = await make_member()
    key, _ = await with_app(ada)
    moved_clock.move(minutes=5)

    await check_code(ada.id, code_of(key, off=off))


@pytest.mark.parametrize("off", [-2, 2, 100])
async def test_a_code_of_another_time_is_refused(database: None, moved_clock: MovedClock, off: int) -> None:
    ada = await make_member()
    key, _ = await with_app(ada)
    moved_clock.move(minutes=5)

    with pytest.raises(WrongCodeError):
        await check_code(ada.id, code_of(key, off=off))


async def test_a_code_is_taken_once_and_none_before_it_afterwards(database: None, moved_clock: MovedClock) -> None:
    ada = await make_member()
    key, _ = await with_app(ada)
    moved_clock.move(minutes=5)
    await check_code(ada.id, code_of(key))

    for off in (0, -1):
        with pytest.raises(WrongCodeError):
            await check_code(ada.id, code_of(key, off=off))


async def test_the_code_that_confirmed_the_app_signs_nobody_in(database: None, moved_clock: MovedClock) -> None:
    ada = await make_member()
    key, _ = await with_app(ada)

    with pytest.raises(WrongCodeError):
        await check_code(ada.id, code_of(key, off=-1))


async def test_of_many_uses_of_a_code_at_once_one_alone_is_taken(database: None, moved_clock: MovedClock) -> None:
    ada = await make_member()
    key, _ = await with_app(ada)
    moved_clock.move(minutes=5)

    outcomes = await asyncio.gather(*(check_code(ada.id, code_of(key)) for _ in range(5)), return_exceptions=True)

    assert outcomes.count(None) == 1


@pytest.mark.parametrize("code", ["", "000000", "12345", "1234567", "١٢٣٤٥٦", "\ud800", "\x00", "9" * 100_000])
async def test_what_is_no_code_is_refused(database: None, code: str) -> None:
    ada = await make_member()
    await with_app(ada)

    with pytest.raises(WrongCodeError):
        await check_code(ada.id, code)


async def test_a_code_may_be_typed_with_a_space(database: None, moved_clock: MovedClock) -> None:
    ada = await make_member()
    key, _ = await with_app(ada)
    moved_clock.move(minutes=5)
    code = code_of(key)

    await check_code(ada.id, f" {code[:3]} {code[3:]}")


async def test_a_recovery_code_stands_in_once_however_it_is_typed(database: None) -> None:
    ada = await make_member()
    _, codes = await with_app(ada)
    typed = codes[0].lower().replace("-", " ").replace("0", "o").replace("1", "l")

    await check_code(ada.id, typed)

    assert await recovery_codes_left(ada) == 9
    with pytest.raises(WrongCodeError):
        await check_code(ada.id, codes[0])
    assert (await fetch("SELECT kind FROM outgoing_mail ORDER BY created_at DESC LIMIT 1"))[0]["kind"] == (
        MailKind.RECOVERY_CODE_USED
    )


async def test_there_are_ten_recovery_codes_and_a_new_set_ends_the_old_one(database: None) -> None:
    ada = await make_member()
    _, old = await with_app(ada)

    new = await second_factor.new_recovery_codes(ada, credential=await credential_of(ada))

    assert len(set(old)) == len(set(new)) == 10
    assert all(re.fullmatch(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}", code) for code in new)
    with pytest.raises(WrongCodeError):
        await check_code(ada.id, old[0])
    await check_code(ada.id, new[0])


async def test_anothers_recovery_code_is_none_of_mine(database: None) -> None:
    ada, mallory = await make_member("Ada"), await make_member("Mallory")
    await with_app(ada)
    _, his = await with_app(mallory)

    with pytest.raises(WrongCodeError):
        await check_code(ada.id, his[0])


async def test_neither_the_secret_nor_a_code_can_be_read_in_the_database(database: None) -> None:
    ada = await make_member()
    key, codes = await with_app(ada)

    row = await fetch_one(
        "SELECT (SELECT string_agg(s::text, ' ') FROM second_factor AS s) AS app, "
        "(SELECT string_agg(encode(code_hash, 'escape'), ' ') FROM recovery_code) AS codes"
    )

    assert row is not None
    assert key not in row["app"]
    assert all(code not in row["codes"] and code.replace("-", "") not in row["codes"] for code in codes)


async def test_five_tries_end_a_started_sign_in(database: None, moved_clock: MovedClock) -> None:
    key, _ = await with_app(await make_member(email="ada@example.org"))
    moved_clock.move(minutes=5)
    pending = await begin()
    for _ in range(5):
        with pytest.raises(WrongCodeError):
            await finish_sign_in(pending.key, code="not one")

    with pytest.raises(StartAgainError):
        await finish_sign_in(pending.key, code=code_of(key))


async def test_starting_over_gives_no_more_guesses(database: None) -> None:
    await with_app(await make_member(email="ada@example.org"))
    pending = await begin()
    for _ in range(5):
        with pytest.raises(WrongCodeError):
            await finish_sign_in(pending.key, code="000000")

    again = await begin()

    with pytest.raises(TooManyError):
        await finish_sign_in(again.key, code="000000")


async def test_right_codes_do_not_count_as_tries(database: None, moved_clock: MovedClock) -> None:
    ada = await make_member()
    key, _ = await with_app(ada)

    for _ in range(12):
        moved_clock.move(seconds=30)
        await check_code(ada.id, code_of(key))


async def test_a_started_sign_in_waits_ten_minutes(database: None, moved_clock: MovedClock) -> None:
    key, _ = await with_app(await make_member(email="ada@example.org"))
    pending = await begin()
    moved_clock.move(minutes=10)

    with pytest.raises(StartAgainError):
        await finish_sign_in(pending.key, code=code_of(key))


async def test_a_started_sign_in_serves_once(database: None, moved_clock: MovedClock) -> None:
    ada = await make_member(email="ada@example.org")
    key, codes = await with_app(ada)
    moved_clock.move(minutes=5)
    pending = await begin()
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

    pending = await begin()

    with pytest.raises(AccountLeavingError):
        await finish_sign_in(pending.key, code=code_of(key))


async def test_everything_about_the_app_needs_a_recent_sign_in(database: None, moved_clock: MovedClock) -> None:
    ada = await make_member()
    await with_app(ada)
    credential = await credential_of(ada)
    moved_clock.move(minutes=15)

    changes: list[Callable[[], Any]] = [
        lambda: second_factor.begin_second_factor(ada, credential=credential),
        lambda: second_factor.waiting_app(ada, credential=credential),
        lambda: second_factor.confirm_second_factor(ada, credential=credential, code="000000"),
        lambda: second_factor.switch_off_second_factor(ada, credential=credential),
        lambda: second_factor.new_recovery_codes(ada, credential=credential),
        lambda: change_password(ada, credential=credential, password=NEW_PASSWORD),
    ]
    for change in changes:
        with pytest.raises(SignInAgainError):
            await change()
    assert await has_second_factor(ada.id)


async def test_an_app_that_works_is_not_replaced_and_its_secret_never_shown_again(database: None) -> None:
    ada = await make_member()
    await with_app(ada)
    credential = await credential_of(ada)

    with pytest.raises(ConflictError):
        await second_factor.begin_second_factor(ada, credential=credential)

    assert await second_factor.waiting_app(ada, credential=credential) is None


async def test_switched_off_nothing_of_it_is_left(database: None) -> None:
    ada = await make_member(email="ada@example.org")
    await with_app(ada)

    await second_factor.switch_off_second_factor(ada, credential=await credential_of(ada))

    assert isinstance(await start_sign_in(email="ada@example.org", password=PASSWORD), SessionCreated)
    assert await fetch("SELECT 1 FROM second_factor") == await fetch("SELECT 1 FROM recovery_code") == []
    with pytest.raises(NotFoundError):
        await second_factor.new_recovery_codes(ada, credential=await credential_of(ada))


async def test_the_address_that_is_scanned_names_the_site_and_the_account(database: None) -> None:
    ada = await make_member(email="ada@example.org")
    credential = await credential_of(ada)
    await second_factor.begin_second_factor(ada, credential=credential)

    app = await second_factor.waiting_app(ada, credential=credential)

    assert app is not None
    parts = urlsplit(app.uri)
    assert (parts.scheme, parts.netloc, parts.path) == ("otpauth", "totp", "/Wherefore:ada%40example.org")
    assert parse_qs(parts.query) == {"secret": [app.key], "issuer": ["Wherefore"]}


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


async def test_a_new_password_ends_every_other_sign_in_and_is_told_by_mail(database: None) -> None:
    ada = await make_member(email="ada@example.org")
    here, there = await credential_of(ada), await services.open_session(ada)
    await with_app(ada)
    pending = await begin()

    await change_password(ada, credential=here, password=NEW_PASSWORD)

    assert await member_by_session(there.token) is None
    assert not await is_pending(pending.key)
    assert [row["id"] for row in await fetch("SELECT id FROM session")] == [here.session_id]
    assert (await services.prove(email="ada@example.org", password=NEW_PASSWORD)).member == ada
    with pytest.raises(WrongCredentialsError):
        await services.prove(email="ada@example.org", password=PASSWORD)
    kinds = [row["kind"] for row in await fetch("SELECT kind FROM outgoing_mail")]
    assert MailKind.PASSWORD_CHANGED in kinds


async def test_signing_out_everywhere_ends_tokens_too(client: AsyncClient) -> None:
    ada = await make_member()
    other = await make_member("Grace")
    credential = await credential_of(ada)
    session, hers = await services.open_session(ada), await services.open_session(other)
    made = await tokens.make_token(ada, credential=credential, draft=TokenDraft(name="script"))

    await sign_out_everywhere(ada)

    assert await member_by_session(session.token) is None
    assert await member_by_session(hers.token) is not None
    reply = await client.get("/api/v1/me", headers={"Authorization": f"Bearer {made.token}"})
    assert reply.status_code == 401


async def test_every_credential_can_be_ended_and_the_app_stays(database: None) -> None:
    from tests.api.accounts.test_passkeys import add

    ada = await make_member(email="ada@example.org")
    key, _ = await with_app(ada)
    await add(ada, Authenticator())
    pending = await begin()
    await tokens.create_token(TokenCreate(email=await email_of(ada.id), password=PASSWORD, name="x", code=code_of(key)))

    async with transaction():
        await end_every_credential(ada.id)

    for table in ("session", "access_token", "passkey", "passkey_challenge", "pending_sign_in"):
        assert await fetch(f"SELECT 1 FROM {table}") == [], table
    assert not await is_pending(pending.key)
    assert await has_second_factor(ada.id)


async def test_the_ways_in_are_counted(database: None) -> None:
    ada = await make_member()

    before = await ways_in(ada)
    await with_app(ada)
    after = await ways_in(ada)

    assert (before.password, before.passkeys, before.app, before.recovery_codes) == (True, [], False, 0)
    assert (after.app, after.recovery_codes) == (True, 10)
