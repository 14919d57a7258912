"""Whatever goes wrong, people see a page of ours that says what to do; also while the database is away."""

import re
from collections.abc import AsyncIterator, Iterator

import pytest
from httpx import ASGITransport, AsyncClient, Response

from api.authentication import cookie_name
from api.piccolo_conf import DB
from api.settings import settings
from tests.web.failing import fail_as_asked
from web.app import create_app


@pytest.fixture
async def failing(database: None) -> AsyncIterator[AsyncClient]:
    """A site whose routes fail when they are asked to."""
    transport = ASGITransport(app=create_app(guards=[fail_as_asked]), raise_app_exceptions=False)  # type: ignore[arg-type]  # narrower scopes
    async with AsyncClient(transport=transport, base_url="http://localhost:8000") as client:
        yield client


@pytest.fixture
def database_away(failing: AsyncClient, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """PostgreSQL is down: nobody listens where it was."""
    with monkeypatch.context() as away:
        away.setenv("WHEREFORE_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/nothing")
        away.setattr(DB, "pool", None)
        settings.cache_clear()
        yield
    settings.cache_clear()


def _wrong_with(reply: Response, status: int) -> list[str]:
    """What a page about a problem lacks."""
    text = reply.text
    found = {
        "its status": reply.status_code == status,
        "a heading": len(re.findall(r"<h1[ >]", text)) == 1,
        "our look": re.search(r'rel="stylesheet" href="/static/css/wherefore\.[0-9a-f]{12}\.css"', text) is not None,
        "the name of the site": "Wherefore</title>" in text,
        "a way on": re.search(r'<main.*<a class="button[^"]*" href="/', text, re.DOTALL) is not None,
        "kindness": not re.search(r"invalid|illegal|forbidden|fatal|!", re.sub(r"<[^>]*>", "", text), re.IGNORECASE),
        "discretion": not re.search(r"Traceback|asyncpg|RuntimeError|secret of the house", text),
        "a lasting no": reply.headers["cache-control"] in {"no-store", "private, no-cache"}
        and "etag" not in reply.headers,
    }
    return [name for name, there in found.items() if not there]


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("/nothing", {}, 404),
        ("/problems/nothing", {}, 404),
        (f"/confirm/{'x' * 43}", {}, 410),
        (f"/reset/{'x' * 43}", {}, 410),
        ("/privacy", {"x-fail": "429"}, 429),
        ("/privacy", {"x-fail": "500"}, 500),
    ],
)
async def test_a_problem_has_a_page_in_our_look_with_a_way_on(
    failing: AsyncClient, path: str, headers: dict[str, str], status: int
) -> None:
    reply = await failing.get(path, headers=headers, follow_redirects=True)

    assert _wrong_with(reply, status) == []


async def test_what_broke_can_be_tried_again_where_it_broke(failing: AsyncClient) -> None:
    shown = await failing.get("/privacy?from=mail", headers={"x-fail": "500"})

    assert re.search(r'<a class="button[^"]*" href="/privacy\?from=mail"><span>Try again<', shown.text)


async def test_who_must_wait_is_told_how_long(failing: AsyncClient) -> None:
    reply = await failing.get("/privacy", headers={"x-fail": "429"})

    assert reply.headers["retry-after"] == "90"
    assert "Wait a few minutes, then try again." in reply.text
    assert len(re.findall(r">\s*Wait a little\s*<", reply.text)) == 1, "what the heading says is not said twice"


async def test_while_the_database_is_away_members_are_told_to_come_back(
    failing: AsyncClient, database_away: None
) -> None:
    for path in ("/home", "/", "/privacy", "/settings"):
        reply = await failing.get(path, headers={"Cookie": f"{cookie_name()}={'x' * 43}"})

        assert _wrong_with(reply, 503) == [], path
        assert int(reply.headers["retry-after"]) > 0


async def test_while_the_database_is_away_one_tries_the_same_page_again_and_what_a_member_typed_is_there_to_copy(
    failing: AsyncClient, database_away: None
) -> None:
    member = {"Cookie": f"{cookie_name()}={'x' * 43}"}
    page = "/members/6b9c2f0e-1111-4222-8333-0123456789ab"

    shown = await failing.get(f"{page}?purpose=hobby", headers=member)
    sent = await failing.post(f"{page}/request", data={"reason": "Your bees, and mine.", "page": page}, headers=member)
    nobody = await failing.post(
        "/sign-in",
        data={"email": "ada@example.org", "password": "a lantern", "page": "/join"},
        headers={"Sec-Fetch-Site": "same-origin"},
    )

    assert re.search(rf'<a class="button[^"]*" href="{page}\?purpose=hobby"><span>Try again<', shown.text)
    for reply, typed in ((sent, ["Your bees, and mine."]), (nobody, [])):
        assert _wrong_with(reply, 503) == []
        assert re.findall(r"<textarea[^>]*>\s*([^<]*)</textarea>", reply.text) == typed
        assert "Back to the page before" in reply.text
        assert "database" not in reply.text
    assert ("Your words are not lost" in sent.text, "Your words are not lost" in nobody.text) == (True, False)
    assert "a lantern" not in nobody.text


async def test_what_needs_no_database_is_there_while_it_is_away(failing: AsyncClient, database_away: None) -> None:
    replies = {path: await failing.get(path) for path in ("/", "/privacy", "/rules", "/offline", "/service-worker.js")}
    broken = await failing.get("/privacy", headers={"x-fail": "500"})
    missing = await failing.get("/nothing")

    assert {path: reply.status_code for path, reply in replies.items()} == dict.fromkeys(replies, 200)
    assert _wrong_with(broken, 500) == []
    assert _wrong_with(missing, 404) == []
