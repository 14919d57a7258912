"""Which passwords are good enough, and how they are proved."""

import asyncio
import threading
import time
from typing import Any

import pytest
from argon2 import PasswordHasher
from zxcvbn import matching

from api.accounts import services
from api.accounts.errors import WrongCredentialsError
from api.accounts.passwords import hash_password, problems_with_password, verify_password
from api.accounts.queries import member_by_session
from api.database import fetch
from tests.factories import PASSWORD, email_of, make_member


async def codes(password: str) -> list[str]:
    found = await problems_with_password(password, words=["ada.lovelace@example.org", "Ada Lovelace"])
    return [problem.code for problem in found]


@pytest.mark.parametrize(
    "password",
    [
        "a calm green teapot",
        "correct horse battery staple",
        "vier lange wörter im wind",
        "x9$Lq2!mVz7@pRt4",
        "七転び八起き七転び八起き猫に小判豚に真珠",
    ],
)
async def test_good_passwords_are_accepted(password: str) -> None:
    assert await codes(password) == []


@pytest.mark.parametrize(
    "password",
    [
        "aaaaaaaaaaaaaaaa",
        "passwordpassword",
        "123456789012345",
        "qwertyuiopasdfgh",
        "iloveyouforever1",
        "ada.lovelace@example.org",
        "Ada Lovelace Ada Lovelace",
        "adalovelace1815!",
    ],
)
async def test_common_passwords_and_ones_made_of_name_and_address_are_refused_with_a_word_of_help(
    password: str,
) -> None:
    [problem] = await problems_with_password(password, words=["ada.lovelace@example.org", "Ada Lovelace"])

    assert problem.code == "too-common"
    assert "Add one or two words" in problem.detail


async def test_a_password_of_many_signs_is_judged_in_a_moment_and_is_no_worse_for_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    signs = "4@8({[<6913!|10$+7%25zxcv" * 3
    look_up, work = matching.dictionary_match, 0

    def looked_up(text: str, *dictionaries: Any, **named: Any) -> Any:
        nonlocal work
        work += len(text) ** 2
        return look_up(text, *dictionaries, **named)

    monkeypatch.setattr(matching, "dictionary_match", looked_up)

    assert await codes(signs) == []

    assert 0 < work < 40 * 72**2  # it was 740 times the whole of it: six seconds in which nobody could sign in


async def test_the_length_is_counted_in_code_points() -> None:
    assert await codes("wörter über fü"[:14]) == ["too-short"]
    assert await codes("🦉🌿🪁🧵🫖🎻🧭🪵🐌🍋🧶🪴🛶🦔🥁") == []
    assert await codes("lantern harbour " * 16 + "x") == ["too-long"]
    assert await codes("half a surrogate \ud83e") == ["bad-characters"]


async def test_a_password_typed_on_another_keyboard_is_the_same() -> None:
    composed, decomposed = "caf\u00e9 with nine lanterns", "cafe\u0301 with nine lanterns"

    assert await verify_password(decomposed, await hash_password(composed))


async def test_only_the_password_itself_fits_its_hash() -> None:
    kept = await hash_password(PASSWORD)

    assert await verify_password(PASSWORD, kept)
    assert not await verify_password(PASSWORD + " ", kept)
    assert not await verify_password("", kept)
    assert not await verify_password("half a surrogate \ud83e", kept)
    assert not await verify_password(PASSWORD, "not a hash at all")


async def test_without_a_hash_nothing_fits_and_it_takes_as_much_work() -> None:
    async def work(kept: str | None) -> float:
        before = time.process_time()
        assert not await verify_password("not the password", kept)
        return time.process_time() - before

    kept = await hash_password(PASSWORD)
    known = min([await work(kept) for _ in range(3)])
    unknown = min([await work(None) for _ in range(3)])

    assert 0.5 < unknown / known < 2


async def test_hashing_leaves_the_event_loop_free_and_never_takes_more_than_two_threads() -> None:
    hashing = [asyncio.create_task(hash_password(PASSWORD)) for _ in range(6)]
    longest, threads = 0.0, 0
    while not all(task.done() for task in hashing):
        before = time.perf_counter()
        await asyncio.sleep(0.001)
        longest = max(longest, time.perf_counter() - before)
        threads = max(threads, sum(thread.name.startswith("passwords") for thread in threading.enumerate()))

    started = time.perf_counter()
    await asyncio.gather(*hashing)
    assert time.perf_counter() - started < 0.1
    assert threads <= 2
    assert longest < 0.5


async def test_a_hash_of_older_parameters_is_renewed_at_the_next_sign_in(database: None) -> None:
    ada = await make_member()
    older = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash(PASSWORD)
    await fetch("UPDATE account SET password_hash = {} WHERE id = {}", older, ada.id)

    await services.sign_in(email=await email_of(ada.id), password=PASSWORD)

    [row] = await fetch("SELECT password_hash FROM account WHERE id = {}", ada.id)
    assert row["password_hash"] != older
    assert "m=65536,t=3,p=4" in row["password_hash"]
    assert (await services.sign_in(email=await email_of(ada.id), password=PASSWORD)).member == ada


async def test_nobody_signs_in_to_an_account_without_a_password(database: None) -> None:
    ada = await make_member()
    await fetch("UPDATE account SET password_hash = NULL WHERE id = {}", ada.id)

    with pytest.raises(WrongCredentialsError):
        await services.sign_in(email=await email_of(ada.id), password="")

    assert await member_by_session((await services.open_session(ada)).token) is not None
