"""An app for codes: set up by a first right code, changed after a recent sign-in, and switched off whole."""

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from api.accounts import second_factor
from api.accounts.errors import SignInAgainError, WrongCodeError
from api.accounts.recovery_codes import make_recovery_codes
from api.accounts.schemas import SessionCreated
from api.accounts.second_factor import has_second_factor
from api.accounts.signing_in import start_sign_in
from api.accounts.ways_in import change_password
from api.database import fetch, fetch_one
from api.errors import ConflictError, NotFoundError
from tests.api.accounts.making import code_of, credential_of, with_app
from tests.factories import NEW_PASSWORD, PASSWORD, make_member
from tests.moved_clock import MovedClock


async def test_nobody_is_asked_for_a_code_before_a_first_one_was_right(database: None) -> None:
    ada = await make_member(email="ada@example.org")
    credential = await credential_of(ada)
    await second_factor.begin_second_factor(ada, credential=credential)

    with pytest.raises(WrongCodeError):
        await second_factor.confirm_second_factor(ada, credential=credential, code="000000")

    assert not await has_second_factor(ada.id)
    assert isinstance(await start_sign_in(email="ada@example.org", password=PASSWORD), SessionCreated)


async def test_an_app_that_another_tab_begins_anew_meanwhile_is_not_asked_for(
    database: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = await make_member()
    credential = await credential_of(ada)
    await second_factor.begin_second_factor(ada, credential=credential)
    app = await second_factor.waiting_app(ada, credential=credential)
    assert app is not None

    async def make_codes_while_another_tab_begins() -> Any:
        await second_factor.begin_second_factor(ada, credential=credential)
        return await make_recovery_codes()

    monkeypatch.setattr("api.accounts.second_factor.make_recovery_codes", make_codes_while_another_tab_begins)

    with pytest.raises(WrongCodeError):
        await second_factor.confirm_second_factor(ada, credential=credential, code=code_of(app.key, off=-1))

    assert not await has_second_factor(ada.id), "nobody has this key in an app"


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
