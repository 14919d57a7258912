"""Signing up."""

import time
from typing import Any

import anyio
import pytest
from httpx import AsyncClient, Response
from hypothesis import given, settings
from hypothesis import strategies as st

from api.accounts import joining, services
from api.accounts.errors import WrongCredentialsError
from api.accounts.fields import normal_email, problem_with_display_name, problem_with_email, problem_with_name
from api.accounts.schemas import AccountCreate
from api.database import fetch
from api.errors import InvalidError
from api.texts import tidy
from tests.factories import PASSWORD

WORDS = st.text("abcdefghijklmnopqrstuvwxyz0123456789", min_size=1, max_size=20)


def draft(**changes: Any) -> AccountCreate:
    fields: dict[str, Any] = {
        "email": "ada@example.org",
        "password": PASSWORD,
        "display_name": "Ada",
        "over_18": True,
    }
    return AccountCreate(**fields | changes)


async def sign_up_over_http(client: AsyncClient, **changes: Any) -> Response:
    fields = {"email": "ada@example.org", "password": PASSWORD, "display_name": "Ada", "over_18": True}
    return await client.post("/api/v1/accounts", json=fields | changes)


async def number_of_accounts() -> int:
    return int((await fetch("SELECT count(*) AS number FROM account"))[0]["number"])


async def test_whoever_signed_up_can_sign_in_with_the_address_however_it_is_typed(database: None) -> None:
    await joining.create_account(draft(email=" Ada@Example.ORG\n"))

    session = await services.sign_in(email="ADA@example.org ", password=PASSWORD)

    assert session.member.display_name == "Ada"


async def test_nobody_joins_with_contact_details_for_a_name(database: None) -> None:
    with pytest.raises(InvalidError) as refusal:
        await joining.create_account(draft(display_name="ada at example dot org"))

    assert [(error.pointer, error.code) for error in refusal.value.errors] == [("/display_name", "contact-details")]
    assert await number_of_accounts() == 0


HIDDEN, CYRILLIC_A = "\u200b", "\u0430"


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Wherefore", "speaks-for-us"),
        ("The Where Fore team", "speaks-for-us"),
        ("Whér3fore-Help", "speaks-for-us"),
        ("Mod\u00e9rat0r", "speaks-for-us"),
        ("Your ADMIN", "speaks-for-us"),
        (f"Modera{HIDDEN}tor", "disguised"),
        (f"{CYRILLIC_A}dmin", "disguised"),
        (f"Gr{CYRILLIC_A}ce", "disguised"),
        ("\u1d21herefore", "disguised"),  # a small capital
        ("\ua4dfoderator", "disguised"),  # a letter of Lisu
        ("Moder\u3164ator", "disguised"),  # a blank letter of Hangul
        ("Mod\u212erator", "speaks-for-us"),
        ("VVherefore", "speaks-for-us"),
        ("Moder-ator", "speaks-for-us"),
        ("Mode rator", "speaks-for-us"),
        ("rnoderators1", "speaks-for-us"),
        ("Aclmin", "speaks-for-us"),
        ("admin_anna", "speaks-for-us"),
        ("Sysadmin", "speaks-for-us"),
        ("Site staff", "speaks-for-us"),
        ("Trust & Safety", "speaks-for-us"),
    ],
)
async def test_nobody_takes_a_name_that_passes_for_another(database: None, name: str, code: str) -> None:
    with pytest.raises(InvalidError) as refusal:
        await joining.create_account(draft(display_name=name))

    assert [(error.pointer, error.code) for error in refusal.value.errors] == [("/display_name", code)]
    assert await number_of_accounts() == 0


@pytest.mark.parametrize(
    "name",
    [
        "Ada",
        "J. R. R. Tolkien",
        "Zo\u00eb O\u2019Brien-\u0141ukasz",
        "\u0418\u0432\u0430\u043d",
        "\u0645\u062d\u0645\u062f \u0639\u0644\u064a",
        "\u0915\u094d\u200d\u0937",
        "Aidan Modesto",
        "Adminah",
        "Ahmad Minhas",
        "Rosa Modera Torres",
        "Clara Bernard",
        "Frank Staff",
        "\u0186kyere \u0190si",
        "Anna\u3055\u3093",
        "\u0395\u03bb\u03ad\u03bd\u03b7 Smith",
    ],
)
def test_names_of_many_scripts_are_names(name: str) -> None:
    assert problem_with_display_name(name) is None


async def test_every_field_that_cannot_be_used_is_named_at_once(database: None) -> None:
    with pytest.raises(InvalidError) as refusal:
        await joining.create_account(draft(email="ada", password="short", display_name=" ", over_18=False))

    found = {error.pointer: error.code for error in refusal.value.errors}
    assert found == {
        "/email": "not-an-address",
        "/password": "too-short",
        "/display_name": "missing",
        "/over_18": "not-adult",
    }
    assert await number_of_accounts() == 0


async def test_nobody_under_18_gets_an_account(client: AsyncClient) -> None:
    reply = await sign_up_over_http(client, over_18=False)

    assert reply.status_code == 422
    assert reply.json()["errors"][0]["pointer"] == "/over_18"
    assert await number_of_accounts() == 0


async def test_a_taken_address_gets_the_same_reply_byte_for_byte(client: AsyncClient) -> None:
    fresh = await sign_up_over_http(client)

    taken = await sign_up_over_http(client, email="ADA@example.org", display_name="Someone Else")

    assert (fresh.status_code, fresh.content) == (202, b'{"next":"sign_in"}')
    assert (taken.status_code, taken.content) == (fresh.status_code, fresh.content)
    assert set(taken.headers) == set(fresh.headers)


async def test_a_taken_address_costs_as_much_work_as_a_fresh_one(database: None) -> None:
    async def work(email: str) -> float:
        before = time.process_time()
        await joining.create_account(draft(email=email))
        return time.process_time() - before

    await work("ada@example.org")
    fresh = min([await work(f"fresh{number}@example.org") for number in range(3)])
    taken = min([await work("ada@example.org") for _ in range(3)])

    assert 0.5 < taken / fresh < 2


async def test_a_taken_address_changes_nothing_about_its_account(database: None) -> None:
    await joining.create_account(draft())

    await joining.create_account(draft(password="another lantern, another harbour", display_name="Eve"))

    assert (await services.sign_in(email="ada@example.org", password=PASSWORD)).member.display_name == "Ada"
    with pytest.raises(WrongCredentialsError):
        await services.sign_in(email="ada@example.org", password="another lantern, another harbour")


async def test_two_who_sign_up_with_one_address_at_once_both_hear_the_same_and_make_one_account(
    client: AsyncClient,
) -> None:
    replies: list[Response] = []

    async def sign_up() -> None:
        replies.append(await sign_up_over_http(client))

    async with anyio.create_task_group() as together:
        for _ in range(5):
            together.start_soon(sign_up)

    assert {(reply.status_code, reply.content) for reply in replies} == {(202, b'{"next":"sign_in"}')}
    assert await number_of_accounts() == 1


async def test_a_password_is_kept_as_an_argon2id_hash_only(database: None) -> None:
    await joining.create_account(draft())

    [row] = await fetch("SELECT account::text AS everything, password_hash FROM account")

    assert row["password_hash"].startswith("$argon2id$")
    assert PASSWORD not in row["everything"]


@settings(deadline=None)
@given(local=st.lists(WORDS, min_size=1, max_size=3), domain=st.lists(WORDS, min_size=2, max_size=4))
def test_ordinary_addresses_are_accepted(local: list[str], domain: list[str]) -> None:
    email = normal_email(".".join(local) + "@" + ".".join(domain))

    assert problem_with_email(email) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ada",
        "ada@",
        "@example.org",
        "ada@localhost",
        "ada@example..org",
        ".ada@example.org",
        "ada@-example.org",
        "ada@example-.org",
        "ada@example.org.",
        "a da@example.org",
        "ada@example.org, eve@example.org",
        "ada@@example.org",
        "ada\x00@example.org",
        "ada\u200b@example.org",
        "ada\nbcc:eve@example.org",
        "Ada <ada@example.org>",
        "a" * 65 + "@example.org",
        "a@" + "b." * 130 + "org",
    ],
)
def test_what_is_no_address_is_refused(text: str) -> None:
    assert problem_with_email(normal_email(text)) is not None


@pytest.mark.parametrize(
    "text", ["ada+list@example.org", "o'neill@example.ie", "用户@例子.公司", "ada@sub.bücher.example"]
)
def test_unusual_but_true_addresses_are_accepted(text: str) -> None:
    assert problem_with_email(normal_email(text)) is None


@settings(deadline=None)
@given(st.text())
def test_no_text_breaks_the_check_of_addresses(text: str) -> None:
    email = normal_email(text)

    assert problem_with_email(email) is None or email == normal_email(email)


@settings(deadline=None)
@given(st.text("aé漢🌿 ", min_size=1, max_size=80))
def test_a_name_is_counted_in_code_points_after_tidying(text: str) -> None:
    name = tidy(text)

    assert (problem_with_name(name) is None) == (1 <= len(name) <= 60)


@pytest.mark.parametrize(
    "name", ["Ada\nLovelace", "Ada\x07", "\u200b\u200b", "\u202eada", "Ada\u2028Lovelace", "\u3164\u3164"]
)
def test_a_name_that_shows_nothing_or_disturbs_the_page_is_refused(name: str) -> None:
    assert problem_with_name(tidy(name)) is not None


@pytest.mark.parametrize("name", ["Ada", "Đặng Thị Hạnh", "मीरा", "Łukasz", "👩🏽‍🌾", "می‌خواهم", "O'Neill-Smith"])
def test_names_of_all_scripts_are_accepted(name: str) -> None:
    assert problem_with_name(tidy(name)) is None
