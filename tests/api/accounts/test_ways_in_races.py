"""Whoever proved who they are just before everything is ended gets nothing that outlives the end."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from api.accounts import passkeys, passwords, resetting, second_factor, services, signing_in, tokens
from api.accounts.errors import PasskeyRefusedError, StartAgainError, WrongCredentialsError
from api.accounts.links import make_link
from api.accounts.queries import member_by_session
from api.accounts.resetting import reset_password
from api.accounts.schemas import LinkPurpose, Member, PendingSignIn, SessionCreated, TokenCreate, TokenDraft
from api.accounts.ways_in import change_password
from api.database import fetch
from api.errors import NotSignedInError
from api.privacy import services as privacy
from api.privacy.erasure import leaves_at
from tests.api.accounts.making import HERE, add_passkey, code_of, credential_of, with_app
from tests.authenticator import Authenticator
from tests.factories import NEW_PASSWORD, PASSWORD, make_member

EMAIL = "ada@example.org"


@pytest.fixture
async def ada(database: None) -> Member:
    """A member with a password."""
    return await make_member("Ada", email=EMAIL)


async def _reset(member: Member, *, code: str = "") -> None:
    link = await make_link(member.id, purpose=LinkPurpose.RESET, email=EMAIL)
    await reset_password(link, password=NEW_PASSWORD, code=code)


def _just_after(monkeypatch: pytest.MonkeyPatch, module: Any, name: str, then: Callable[[], Awaitable[object]]) -> None:
    """Let something happen once, at the moment in which a step of a sign-in has succeeded."""
    step = getattr(module, name)

    async def stepping(*given: Any, **named: Any) -> Any:
        done = await step(*given, **named)
        monkeypatch.setattr(module, name, step)
        await then()
        return done

    monkeypatch.setattr(module, name, stepping)


async def _nothing_opens(member: Member) -> None:
    for table in ("session", "access_token", "pending_sign_in", "passkey"):
        assert not await fetch(f"SELECT id FROM {table} WHERE account = {{}}", member.id), table


async def test_a_password_that_was_right_before_a_reset_opens_no_session_after_it(
    ada: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    _just_after(monkeypatch, services, "verify_password", lambda: _reset(ada))

    with pytest.raises(WrongCredentialsError):
        await signing_in.start_sign_in(email=EMAIL, password=PASSWORD)

    await _nothing_opens(ada)


async def test_a_password_that_was_right_before_a_reset_makes_no_token_after_it(
    ada: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    _just_after(monkeypatch, services, "verify_password", lambda: _reset(ada))

    with pytest.raises(WrongCredentialsError):
        await tokens.create_token(TokenCreate(email=EMAIL, password=PASSWORD, name="script"))

    await _nothing_opens(ada)


async def test_a_password_that_was_right_before_it_was_changed_opens_nothing_after_it(
    ada: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = await credential_of(ada)
    _just_after(
        monkeypatch,
        services,
        "verify_password",
        lambda: change_password(ada, credential=here, password=NEW_PASSWORD),
    )

    with pytest.raises(WrongCredentialsError):
        await signing_in.start_sign_in(email=EMAIL, password=PASSWORD)

    assert [row["id"] for row in await fetch("SELECT id FROM session")] == [here.session_id]


async def test_a_code_that_was_right_before_a_reset_opens_no_session_after_it(
    ada: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    key, codes = await with_app(ada)
    pending = await signing_in.start_sign_in(email=EMAIL, password=PASSWORD)
    assert isinstance(pending, PendingSignIn)
    _just_after(monkeypatch, signing_in, "check_code", lambda: _reset(ada, code=codes[0]))

    with pytest.raises(StartAgainError):
        await signing_in.finish_sign_in(pending.key, code=code_of(key))

    await _nothing_opens(ada)


async def test_a_passkey_that_signed_before_a_reset_opens_no_session_after_it(
    ada: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    device = Authenticator()
    await add_passkey(ada, device)
    answer = device.sign(await passkeys.options_to_sign_in(browser=HERE))
    _just_after(monkeypatch, passkeys, "judged_signature", lambda: _reset(ada))

    with pytest.raises(PasskeyRefusedError):
        await passkeys.sign_in_by_passkey(answer, browser=HERE)

    await _nothing_opens(ada)


async def test_a_session_that_a_reset_ends_can_no_longer_leave_a_way_in_behind(
    ada: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, device = await credential_of(ada), Authenticator()
    answer = device.make(await passkeys.options_to_add(ada, credential=here, browser=HERE))
    _just_after(monkeypatch, passkeys, "new_passkey", lambda: _reset(ada))

    with pytest.raises(NotSignedInError):
        await passkeys.add_passkey(ada, credential=here, answer=answer, name="Key", browser=HERE)
    with pytest.raises(NotSignedInError):
        await tokens.make_token(ada, credential=here, draft=TokenDraft(name="script"))
    with pytest.raises(NotSignedInError):
        await change_password(ada, credential=here, password=PASSWORD)
    with pytest.raises(NotSignedInError):
        await second_factor.begin_second_factor(ada, credential=here)

    await _nothing_opens(ada)
    assert (await services.prove(email=EMAIL, password=NEW_PASSWORD)).member == ada


async def test_a_session_that_a_reset_ends_deletes_no_account_any_more(
    ada: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = await credential_of(ada)
    _just_after(monkeypatch, privacy, "verify_password", lambda: _reset(ada))

    with pytest.raises(WrongCredentialsError):
        await privacy.leave(ada, credential=here, password=PASSWORD)
    with pytest.raises(NotSignedInError):
        await privacy.leave(ada, credential=here)

    assert await leaves_at(ada.id) is None


@pytest.mark.parametrize("turns", range(8))
async def test_sign_ins_that_race_a_reset_all_end_with_it(
    ada: Member, monkeypatch: pytest.MonkeyPatch, turns: int
) -> None:
    link = await make_link(ada.id, purpose=LinkPurpose.SIGN_IN, email=EMAIL)
    made = await make_link(ada.id, purpose=LinkPurpose.RESET, email=EMAIL)
    # Hashes are the slow part, and where each ends decides who is first.
    ready = asyncio.Event()
    kept = await passwords.hash_password(NEW_PASSWORD)

    async def hashed(_: str) -> str:
        await ready.wait()
        for _turn in range(turns):
            await asyncio.sleep(0)
        return kept

    monkeypatch.setattr(resetting, "hash_password", hashed)
    verify = passwords.verify_password

    async def verified(password: str, password_hash: str | None) -> bool:
        right = await verify(password, password_hash)
        ready.set()
        return right

    monkeypatch.setattr(services, "verify_password", verified)

    outcomes = await asyncio.gather(
        signing_in.start_sign_in(email=EMAIL, password=PASSWORD),
        tokens.create_token(TokenCreate(email=EMAIL, password=PASSWORD, name="script")),
        reset_password(made, password=NEW_PASSWORD),
        resetting.sign_in_by_link(link),
        return_exceptions=True,
    )

    assert outcomes[2] is None
    await _nothing_opens(ada)
    for opened in outcomes:
        if isinstance(opened, SessionCreated):
            assert await member_by_session(opened.token) is None
