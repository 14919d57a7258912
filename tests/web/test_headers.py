"""Headers on every reply of every route, whatever its status; and the cookies that are set."""

import re
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest
from httpx import ASGITransport, AsyncClient, Response
from litestar import Litestar

from api.settings import settings
from tests.factories import PASSWORD, as_member, make_member
from tests.web.browsing import Browser, browser_of
from tests.web.failing import fail_as_asked
from web.app import create_app
from web.headers import ALWAYS, OF_DOCUMENTS, OVER_HTTPS, YEAR
from web.static_files import static

JSON = {"application/json", "application/problem+json", "application/vnd.oai.openapi+json"}
NEVER = ("server", "x-powered-by", "access-control-allow-origin", "access-control-allow-credentials")
ENDS_IT = ("/delete", "/erasure", "/others/end")
"""Routes that would end the session with which the others are tried."""

SENSITIVE_FEATURES = ("camera", "geolocation", "microphone", "payment", "usb", "browsing-topics")


def calls(app: Litestar) -> Iterator[tuple[str, str]]:
    """Every method of every route, with an id of nothing in each place."""
    for route in app.routes:
        path = re.sub(r"\{[^}]*:uuid\}", str(uuid4()), route.path)
        path = re.sub(r"\{[^}]*\}", "hobby", path)
        for method in sorted(getattr(route, "methods", ())):
            yield method, path


@pytest.fixture
async def failing(database: None) -> AsyncIterator[tuple[Litestar, AsyncClient]]:
    """The whole application, whose routes fail when they are asked to."""
    app = create_app(guards=[fail_as_asked])
    transport = ASGITransport(app=app, raise_app_exceptions=False)  # type: ignore[arg-type]  # narrower scopes
    async with AsyncClient(transport=transport, base_url="http://localhost:8000") as client:
        yield app, client


def _wrong(reply: Response, *, over_https: bool = False) -> list[str]:
    """What is wrong with the headers of a reply."""
    wanted = ALWAYS | (OVER_HTTPS if over_https else {})
    if reply.headers.get("cache-control", "").endswith("immutable"):
        wanted = {name: value for name, value in wanted.items() if name not in OF_DOCUMENTS}
    wrong = [name for name, value in wanted.items() if reply.headers.get_list(name) != [value]]
    wrong += [name for name in NEVER if name in reply.headers]
    match reply.headers.get_list("cache-control"):
        case ["no-store" | "private, no-cache"]:
            pass
        case [kept] if kept.startswith("public") and reply.url.path.startswith("/static/"):
            pass
        case kept:
            wrong.append(f"cache-control {kept}")
    kind = reply.headers.get("content-type", "")
    if reply.content and not (kind.endswith("charset=utf-8") or kind in JSON or kind.startswith("image/png")):
        wrong.append(f"content-type {kind!r}")
    return wrong


def _tries(method: str, path: str, *, member: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Calls of one route that are answered in as many ways as can be."""
    kind = "application/json" if path.startswith("/api/v1") else "application/x-www-form-urlencoded"
    sent = member["headers"] | {"content-type": kind}
    yield "TRACE", {}
    yield method, {"headers": {"x-fail": "500"}}
    yield method, {"headers": {"x-fail": "429"}}
    yield method, {}
    if path == "/sign-out" or path.endswith(ENDS_IT) or (method, path) == ("DELETE", "/api/v1/me"):
        return
    yield method, member
    yield method, member | {"headers": sent, "content": b"{"}
    yield method, member | {"headers": sent, "content": b"x" * 1_100_000}
    if method == "GET":
        yield "HEAD", member


async def test_every_route_answers_every_way_with_the_headers_that_keep_others_out(
    failing: tuple[Litestar, AsyncClient], tell: Callable[[str], None]
) -> None:
    app, client = failing
    ada = await make_member(statements=["I mend old wireless sets."])
    token = {"headers": await as_member(client, ada), "cookies": {}}
    await browser_of(client, ada)
    session = {"headers": {}, "cookies": dict(client.cookies)}
    found: dict[str, list[str]] = {}
    statuses: Counter[int] = Counter()

    for method, path in [
        *calls(app),
        ("GET", static("css/wherefore.css")),
        ("GET", "/nothing"),
        ("GET", "/api/v1/nothing"),
    ]:
        is_call = path.startswith("/api/v1")
        for verb, how in _tries(method, path, member=token if is_call else session):
            client.cookies.clear()
            client.cookies.update(how.get("cookies", {}))
            reply = await client.request(verb, path, headers=how.get("headers", {}), content=how.get("content"))
            statuses[reply.status_code] += 1
            wrong = _wrong(reply) + ["a cookie on the API"] * (is_call and "set-cookie" in reply.headers)
            if wrong:
                found[f"{verb} {path} {reply.status_code}"] = wrong

    replies = f"{statuses.total()} replies of {len(list(calls(app)))} methods of routes"
    tell(f"{replies}: {dict(sorted(statuses.items()))}")
    assert found == {}
    assert {200, 303, 400, 401, 403, 404, 405, 413, 422, 429, 500} <= statuses.keys()


@pytest.fixture
def over_https(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """As if members reached the site over HTTPS."""
    monkeypatch.setenv("WHEREFORE_BASE_URL", "https://wherefore.example")
    settings.cache_clear()
    yield
    settings.cache_clear()


async def test_over_https_browsers_insist_on_it_and_cookies_belong_to_this_host_alone(
    over_https: None, database: None
) -> None:
    ada = await make_member("Ada", email="ada@example.org")
    transport = ASGITransport(app=create_app(), raise_app_exceptions=False)  # type: ignore[arg-type]  # narrower scopes
    async with AsyncClient(transport=transport, base_url="https://wherefore.example") as client:
        browser = Browser(client)
        replies = [await browser.open("/sign-in")]
        await browser.press("Sign in", email="ada@example.org", password=PASSWORD)
        replies += [
            *browser.reply.history,
            browser.reply,
            await browser.open("/nothing"),
            await browser.open("/settings"),
        ]
        await browser.press("Sign out")
        replies += [*browser.reply.history, browser.reply, await client.get("/api/v1/me"), await client.get("/healthz")]

    cookies = [cookie for reply in replies for cookie in reply.headers.get_list("set-cookie")]
    assert ada.display_name in replies[2].text
    assert {cookie.partition("=")[0] for cookie in cookies} == {
        "__Host-wherefore", "__Host-wherefore-form", "__Host-wherefore-known", "__Host-wherefore-notice",
        "__Host-wherefore-leaving", "__Host-wherefore-link", "__Host-wherefore-pending", "__Host-wherefore-sign-up",
    }  # fmt: skip
    for cookie in cookies:
        attributes = {part.strip().lower() for part in cookie.split(";")[1:]}
        assert {"secure", "httponly", "path=/"} <= attributes, cookie
        assert attributes & {"samesite=lax", "samesite=strict"}, cookie
        assert not any(attribute.startswith("domain") for attribute in attributes), cookie
    assert [wrong for reply in replies if (wrong := _wrong(reply, over_https=True))] == []
    assert f"max-age={YEAR}; includeSubDomains" in OVER_HTTPS["Strict-Transport-Security"]


def test_the_policies_say_what_they_must() -> None:
    policy = dict(part.split(" ", 1) for part in ALWAYS["Content-Security-Policy"].split("; "))
    features = ALWAYS["Permissions-Policy"].split(", ")

    assert policy["default-src"] == policy["object-src"] == policy["base-uri"] == policy["frame-ancestors"] == "'none'"
    assert {policy[name] for name in policy.keys() - {"default-src", "object-src", "base-uri", "frame-ancestors"}} == {
        "'self'"
    }
    assert ALWAYS["Referrer-Policy"] == "no-referrer"
    assert {f"{feature}=()" for feature in SENSITIVE_FEATURES} <= set(features)
    assert {"publickey-credentials-get=(self)", "publickey-credentials-create=(self)"} <= set(features)


async def test_signing_out_and_joining_leave_no_page_behind_in_the_browser(client: AsyncClient) -> None:
    browser = await browser_of(client, await make_member())
    await browser.open("/settings")

    await browser.press("Sign out")

    assert browser.reply.history[0].headers["clear-site-data"] == '"cache", "storage"'
