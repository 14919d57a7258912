"""Codes of an app and recovery codes: each once, and those of an app for a moment only."""

import asyncio
import re

import pytest

from api.accounts import second_factor
from api.accounts.errors import WrongCodeError
from api.accounts.recovery_codes import recovery_codes_left
from api.accounts.second_factor import check_code
from api.database import fetch
from api.mail.schemas import MailKind
from tests.api.accounts.making import code_of, credential_of, with_app
from tests.factories import make_member
from tests.moved_clock import MovedClock


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


async def test_right_codes_do_not_count_as_tries(database: None, moved_clock: MovedClock) -> None:
    ada = await make_member()
    key, _ = await with_app(ada)

    for _ in range(12):
        moved_clock.move(seconds=30)
        await check_code(ada.id, code_of(key))


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
