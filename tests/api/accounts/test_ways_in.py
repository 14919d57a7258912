"""All ways into an account: what is told of them, and what ends them."""

import pytest
from httpx import AsyncClient

from api.accounts import services, tokens
from api.accounts.errors import WrongCredentialsError
from api.accounts.queries import member_by_session
from api.accounts.schemas import TokenCreate, TokenDraft
from api.accounts.second_factor import has_second_factor
from api.accounts.signing_in import is_pending
from api.accounts.ways_in import change_password, end_every_credential, sign_out_everywhere, ways_in
from api.database import fetch, transaction
from api.mail.schemas import MailKind
from tests.api.accounts.making import add_passkey, begin_sign_in, code_of, credential_of, with_app
from tests.authenticator import Authenticator
from tests.factories import NEW_PASSWORD, PASSWORD, email_of, make_member


async def test_a_new_password_ends_every_other_sign_in_and_is_told_by_mail(database: None) -> None:
    ada = await make_member(email="ada@example.org")
    here, there = await credential_of(ada), await services.open_session(ada)
    await with_app(ada)
    pending = await begin_sign_in()

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
    ada = await make_member(email="ada@example.org")
    key, _ = await with_app(ada)
    await add_passkey(ada, Authenticator())
    pending = await begin_sign_in()
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
