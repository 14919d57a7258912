"""No other site can make a member's browser change anything."""

import re
from pathlib import Path
from urllib.parse import quote
from uuid import UUID

import pytest
from httpx import AsyncClient

from api.accounts.queries import sessions
from api.accounts.services import end_session
from api.profiles.queries import me
from tests.factories import make_member
from tests.web.browsing import Browser, browser_of
from web.errors import WORDS

OURS = {"Origin": "http://localhost:8000", "Sec-Fetch-Site": "same-origin"}


async def test_a_form_without_the_token_changes_nothing(client: AsyncClient) -> None:
    ada = await make_member("Ada")
    await browser_of(client, ada)

    reply = await client.post("/me/name", data={"display_name": "Mallory"}, headers=OURS)

    assert reply.status_code == 403
    assert (await me(ada)).display_name == "Ada"


async def test_a_token_of_another_session_is_refused(client: AsyncClient) -> None:
    other = await browser_of(client, await make_member("Mallory"))
    await other.open("/me/name")
    token = other.form("Keep").values["csrf_token"]
    ada = await make_member("Ada")
    await browser_of(client, ada)

    reply = await client.post("/me/name", data={"display_name": "Mallory", "csrf_token": token}, headers=OURS)

    assert reply.status_code == 403


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "null"},
        {"Sec-Fetch-Site": "sideways"},
        {"Origin": "https://evil.example"},
        {"Origin": "http://localhost:8001"},
        {"Origin": "http://["},
    ],
)
async def test_a_form_from_another_site_is_refused_even_with_the_token(
    client: AsyncClient, headers: dict[str, str]
) -> None:
    ada = await make_member("Ada")
    browser = await browser_of(client, ada)
    await browser.open("/me/name")
    form = {**browser.form("Keep").values, "display_name": ["Mallory"]}
    del client.headers["Sec-Fetch-Site"]

    reply = await client.post("/me/name", data=form, headers=headers)

    assert reply.status_code == 403
    assert (await me(ada)).display_name == "Ada"


@pytest.mark.parametrize("headers", [{}, {"Origin": "null"}, {"Origin": "http://localhost:8000"}])
async def test_a_browser_that_does_not_say_where_a_form_comes_from_is_known_by_the_token(
    client: AsyncClient, headers: dict[str, str]
) -> None:
    ada = await make_member("Ada")
    browser = await browser_of(client, ada)
    await browser.open("/me/name")
    form = {**browser.form("Keep").values, "display_name": ["Ada L"]}
    del client.headers["Sec-Fetch-Site"]

    without = await client.post("/me/name", data={"display_name": "Mallory"}, headers=headers)
    reply = await client.post("/me/name", data=form, headers=headers)

    assert (without.status_code, reply.status_code) == (403, 303)
    assert (await me(ada)).display_name == "Ada L"


VISITOR_FORMS = {"/sign-in": "Sign in", "/join": "Go on"}


@pytest.mark.parametrize("path", VISITOR_FORMS)
async def test_an_old_browser_is_signed_in_only_by_a_form_that_it_was_given(client: AsyncClient, path: str) -> None:
    del client.headers["Sec-Fetch-Site"]
    browser = Browser(client)
    await browser.open(path)
    form = browser.form(VISITOR_FORMS[path]).values
    with_token = await client.post(path, data=form)
    client.cookies.clear()
    elsewhere = Browser(client)
    await elsewhere.open(path)

    without_token = await client.post(path, data=form | {"csrf_token": [""]})
    token_of_another = await client.post(path, data=form)

    assert with_token.status_code == 422
    assert (without_token.status_code, token_of_another.status_code) == (403, 403)
    assert elsewhere.form(VISITOR_FORMS[path]).values["csrf_token"] != form["csrf_token"]


async def test_a_visitor_whose_browser_says_where_forms_come_from_is_given_no_cookie(client: AsyncClient) -> None:
    for path in ("/", "/sign-in", "/join", "/nothing"):
        assert "set-cookie" not in (await client.get(path)).headers

    del client.headers["Sec-Fetch-Site"]
    kept = (await client.get("/sign-in")).headers["set-cookie"]

    assert "wherefore-form=" in kept
    assert "HttpOnly" in kept
    assert "SameSite=lax" in kept


async def test_nobody_is_signed_in_by_another_site(client: AsyncClient) -> None:
    reply = await client.post(
        "/sign-in", data={"email": "x", "password": "y"}, headers={"Sec-Fetch-Site": "cross-site"}
    )

    assert reply.status_code == 403


async def test_long_words_in_a_refused_form_are_given_back_without_passwords(client: AsyncClient) -> None:
    await browser_of(client, await make_member())
    words = "I have thought about this sentence <for> quite a while."
    form = {"text": words, "password": "a secret that is long enough to be shown"}

    reply = await client.post("/me/statements/new/hobby", data=form, headers=OURS)

    assert "I have thought about this sentence &lt;for&gt; quite a while." in reply.text
    assert "a secret" not in reply.text


async def test_words_sent_after_the_session_ended_are_given_back(client: AsyncClient) -> None:
    words = "I have thought about this sentence for quite a while."

    reply = await client.post("/me/statements/new/hobby", data={"text": words}, headers=OURS)

    assert reply.status_code == 403
    assert reply.headers["cache-control"] == "private, no-cache"
    assert words in reply.text


async def test_who_was_signed_out_while_writing_gets_their_words_back_and_is_led_to_where_they_were(
    client: AsyncClient,
) -> None:
    ada, grace = await make_member("Ada"), await make_member("Grace", statements=["I mend old wireless sets."])
    browser = await browser_of(client, ada)
    there = f"/members/{grace.id}/request?purpose=hobby"
    await browser.open(there)
    anchor = browser.form("Send").values["anchor"] = [str(UUID(int=1))]
    for session in await sessions(ada, this=None):
        await end_session(ada, session.id)

    reply = await browser.press("Send", reason="Which valves?", anchor=anchor)

    assert reply.status_code == 403
    assert reply.headers["cache-control"] == "private, no-cache"
    assert "Which valves?" in browser.text
    assert anchor[0] not in reply.text
    assert f'href="/sign-in?next={quote(there, safe="")}"' in reply.text


@pytest.mark.parametrize(
    "page", ["https://evil.example/", "//evil.example", "/\\evil.example", "/x\r\nX: y", "/" * 9000]
)
async def test_nobody_is_led_elsewhere_by_the_page_that_a_form_names(client: AsyncClient, page: str) -> None:
    reply = await client.post("/me/name", data={"display_name": "Ada", "page": page}, headers=OURS)

    assert reply.status_code == 403
    assert 'href="/sign-in?next=%2Fhome"' in reply.text


def test_every_form_that_changes_something_names_its_page() -> None:
    by_hand = [
        template
        for template in Path("web/templates").rglob("*.html")
        if template.name != "forms.html" and re.search(r"""["']csrf_token["']""", template.read_text())
    ]

    assert by_hand == []


async def test_signing_out_twice_is_no_fault(client: AsyncClient) -> None:
    ada = await make_member("Ada")
    browser = await browser_of(client, ada)
    await browser.open("/me")
    for session in await sessions(ada, this=None):
        await end_session(ada, session.id)

    reply = await browser.press("Sign out")

    assert reply.status_code == 200
    assert "You are signed out." in browser.text


def test_every_field_for_a_members_own_words_is_given_back() -> None:
    areas = {
        name
        for template in Path("web/templates").rglob("*.html")
        for name in re.findall(r'text_area\("([a-z_]+)"', template.read_text())
    }

    shown_to_be_copied = {"kept", "token", "secret"}
    assert areas - shown_to_be_copied <= set(WORDS)
