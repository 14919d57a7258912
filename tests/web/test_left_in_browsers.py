"""The privacy page tells of everything that we leave in a browser, and of nothing else."""

import re
from pathlib import Path

import pytest
from httpx import AsyncClient

import api
import web
from web.left_in_browsers import COOKIES
from web.static_files import STATIC

PYTHON = [path for part in (api, web) for path in Path(str(part.__file__)).parent.rglob("*.py")]
STORES = r"\b(?:sessionStorage|localStorage|indexedDB|caches|document\.cookie|cookieStore|navigator\.storage)\b"
WORKER = Path(str(web.__file__)).parent / "templates/offline/service_worker.js"


def test_the_list_has_every_cookie_that_the_code_names() -> None:
    named = {
        name
        for path in PYTHON
        if path.name != "left_in_browsers.py"
        for name in re.findall(r'cookie_name\("([a-z-]+)"\)', path.read_text())
    }
    prefixed = {path.name for path in PYTHON if '"__Host-' in path.read_text()}

    assert {left.name for left in COOKIES} == named
    assert prefixed == {"settings.py"}, "and no name is made elsewhere"


def test_cookies_are_made_in_one_place() -> None:
    making = {path.name for path in PYTHON if re.search(r"\bCookie\(", path.read_text())}

    assert making == {"contexts.py"}


async def test_the_page_names_each_cookie_and_how_long_it_stays(client: AsyncClient) -> None:
    text = (await client.get("/privacy")).text

    for left in COOKIES:
        assert f"<code>{left.name}</code>" in text
        assert f"For {left.at_most} at most." in text
    assert text.count("<code>wherefore") == len(COOKIES)


async def test_the_page_names_each_store_that_scripts_use(client: AsyncClient) -> None:
    text = (await client.get("/privacy")).text
    scripts = [*STATIC.rglob("*.js"), WORKER]

    used = {store for script in scripts for store in re.findall(STORES, script.read_text())}

    assert used == {"sessionStorage", "caches"}
    for store in {*used, "service worker"}:
        assert f"<code>{store}</code>" in text


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("wherefore", "30 days"),
        ("wherefore-known", "90 days"),
        ("wherefore-form", "one day"),
        ("wherefore-link", "one hour"),
    ],
)
def test_how_long_is_said_in_words(name: str, words: str) -> None:
    [left] = [left for left in COOKIES if left.name == name]

    assert left.at_most == words
