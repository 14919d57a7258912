"""Every route that costs something or could be abused declares a limit, and answers alike when it is met."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from httpx import ASGITransport, AsyncClient
from litestar.handlers import HTTPRouteHandler

from api.limits import policies
from api.limits.guard import limits_of, spends_limits
from api.limits.keys import address_of
from api.limits.limit import Limit, Window
from api.limits.quotas import QUOTAS
from api.settings import SettingError, settings
from tests.api.limits.lowering import changed, small
from tests.application import application
from tests.factories import as_member, make_member
from tests.web.browsing import browser_of

ROOT = Path(__file__).parents[3]
NEEDS = {
    "/api/v1/places": policies.PLACES,
    "/api/v1/members/{member_id:uuid}": policies.READS,
    "/api/v1/matches": policies.READS,
    "/api/v1/matches/{member_id:uuid}": policies.READS,
    "/members/{member_id:uuid}": policies.READS,
    "/members/{member_id:uuid}/request": policies.READS,
    "/matches/{purpose:str}": policies.READS,
    "/matches/{purpose:str}/{member_id:uuid}": policies.READS,
    "/me/place": policies.PLACES,
    "POST /api/v1/reason-checks": policies.REASON_CHECKS,
    "POST /api/v1/connection-requests": policies.REASON_CHECKS,
    "POST /members/{member_id:uuid}/request": policies.REASON_CHECKS,
    "POST /api/v1/me/statements": policies.STATEMENTS,
    "PUT /api/v1/me/purposes/{purpose:str}": policies.STATEMENTS,
    "POST /me/purposes/{purpose:str}/on": policies.STATEMENTS,
    "POST /api/v1/connections/{connection_id:uuid}/messages": policies.MESSAGES,
    "POST /conversations/{connection_id:uuid}": policies.MESSAGES,
    "POST /look-around": policies.LOOKING_AROUND,
    "POST /api/v1/reports": policies.REPORTS,
    "POST /report/{target_id:uuid}": policies.REPORTS,
    "/api/v1/me/export": policies.EXPORTS,
    "POST /settings/export/page": policies.EXPORTS,
    "POST /settings/export/data": policies.EXPORTS,
    "/me/seen": policies.LOOKS_AT_ONESELF,
}
"""What must be declared beyond the one limit that every change spends; GET where no method is named."""


def routes() -> Iterator[tuple[str, str, HTTPRouteHandler]]:
    for route in application().routes:
        for handler in getattr(route, "route_handlers", ()):
            for method in handler.http_methods - {"OPTIONS", "HEAD"}:
                yield method, route.path, handler


def test_every_change_goes_through_the_guard_and_has_a_limit() -> None:
    unlimited = [
        f"{method} {path}"
        for method, path, handler in routes()
        if method != "GET" and (spends_limits not in handler.resolve_guards() or not limits_of(handler, method))
    ]

    assert unlimited == []


@pytest.mark.parametrize("route", NEEDS)
def test_what_costs_more_or_shows_people_has_a_limit_of_its_own(route: str) -> None:
    method, _, path = route.rpartition(" ")
    found = [limits_of(handler, m) for m, p, handler in routes() if p == path and m == (method or "GET")]

    assert len(found) == 1
    assert NEEDS[route] in found[0]


def test_a_limit_is_spent_after_everything_that_asks_who_calls() -> None:
    last = {
        f"{method} {path}": handler.resolve_guards()[-1]
        for method, path, handler in routes()
        if limits_of(handler, method)
    }

    assert {name: guard for name, guard in last.items() if guard is not spends_limits} == {}


async def test_a_call_says_what_is_left_of_ones_own(client: AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    small(monkeypatch, policies.STATEMENTS, Window(20, 60))
    draft = {"purpose": "hobby", "role": "about", "text": "I mend clocks.", "audience": "purpose"}

    reply = await client.post("/api/v1/me/statements", json=draft, headers=await as_member(client, await make_member()))

    assert reply.headers["ratelimit-policy"].startswith('"statements";q=20;w=60')
    assert re.match(r'"statements";r=19;t=60\b', reply.headers["ratelimit"])


async def test_nobody_reads_from_a_limit_what_others_behind_the_same_address_do(client: AsyncClient) -> None:
    alone = await client.post("/api/v1/tokens", json={})
    await client.post("/api/v1/tokens", json={})

    again = await client.post("/api/v1/tokens", json={})

    assert alone.status_code == again.status_code == 422
    assert [name for name in again.headers if name.startswith("ratelimit")] == []


async def test_a_refused_call_says_when_to_come_back(client: AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    small(monkeypatch, policies.PLACES, Window(20, 60))

    replies = [await client.get("/api/v1/places", params={"q": "leeds"}) for _ in range(21)]

    assert [reply.status_code for reply in replies] == [200] * 20 + [429]
    refused = replies[-1]
    assert 1 <= int(refused.headers["retry-after"]) <= 60
    assert refused.headers["ratelimit-policy"] == '"places";q=20;w=60'
    assert refused.headers["ratelimit"] == f'"places";r=0;t={refused.headers["retry-after"]}'
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.json()["type"] == "/problems/too-many"


async def test_a_page_says_kindly_when_to_come_back_and_keeps_what_was_typed(
    client: AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    small(monkeypatch, policies.STATEMENTS, Window(1, 300))
    browser = await browser_of(client, await make_member())
    await browser.open("/me/statements/new/hobby")
    await browser.press("Keep", text="I mend clocks.")
    await browser.open("/me/statements/new/hobby")

    reply = await browser.press("Keep", text="I keep bees behind the mill.")

    assert reply.status_code == 429
    assert "Wait a little" in reply.text
    assert re.search(r"Try again in \d minutes", reply.text)
    assert "I keep bees behind the mill." in reply.text
    assert "retry-after" in reply.headers


async def test_nobody_spends_what_is_anothers(client: AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    small(monkeypatch, policies.STATEMENTS, Window(1, 300))
    headers = await as_member(client, await make_member())
    draft = {"purpose": "hobby", "role": "about", "text": "I mend clocks.", "audience": "purpose"}

    without = [await client.post("/api/v1/me/statements", json=draft) for _ in range(3)]
    wrong = [
        await client.post("/api/v1/me/statements", json=draft, headers={"Authorization": "Bearer whf_x"}) for _ in "ab"
    ]
    own = await client.post("/api/v1/me/statements", json=draft, headers=headers)

    assert {reply.status_code for reply in [*without, *wrong]} == {401}
    assert own.status_code == 201


async def test_visitors_use_up_nothing_of_the_members_behind_the_same_address(
    client: AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    changed(monkeypatch, "visitors=10/5m,places=20/5m")
    ada = await make_member()
    headers = await as_member(client, ada)
    sent, looked_for = [], []
    for _ in range(40):
        sent.append((await client.post("/api/v1/tokens", json={})).status_code)
        looked_for.append((await client.get("/api/v1/places?q=leeds")).status_code)

    assert {sent[-1], looked_for[-1]} == {429}
    assert (await client.patch("/api/v1/me", json={"pronouns": "she"}, headers=headers)).status_code == 200
    assert (await (await browser_of(client, ada)).open("/me/place?q=leeds")).status_code == 200


async def test_a_refusal_is_the_same_whether_or_not_there_is_anything(
    client: AsyncClient, monkeypatch: pytest.MonkeyPatch, moved_clock: object
) -> None:
    small(monkeypatch, policies.READS, Window(100, 60))
    ada, grace = await make_member("Ada"), await make_member("Grace")
    headers = await as_member(client, ada)
    for _ in range(100):
        await client.get(f"/api/v1/members/{grace.id}", headers=headers)

    there = await client.get(f"/api/v1/members/{grace.id}", headers=headers)
    nowhere = await client.get("/api/v1/members/00000000-0000-4000-8000-000000000000", headers=headers)

    assert there.status_code == nowhere.status_code == 429
    assert there.content == nowhere.content
    assert {k: v for k, v in there.headers.items() if k != "x-request-id"} == {
        k: v for k, v in nowhere.headers.items() if k != "x-request-id"
    }


@pytest.mark.parametrize(
    ("client_address", "counted_as"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:aaaa::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:bbbb::2", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("fe80::1%eth0", "fe80::/64"),
        ("a socket", "no address"),
    ],
)
def test_an_address_counts_as_far_as_it_names_one_sender(client_address: str, counted_as: str) -> None:
    assert address_of({"client": (client_address, 1), "headers": []}) == counted_as


async def test_whoever_is_no_trusted_proxy_cannot_choose_an_address(
    client: AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    small(monkeypatch, policies.PLACES, Window(10, 60))

    replies = [
        await client.get("/api/v1/places?q=leeds", headers={"X-Forwarded-For": f"198.51.100.{number}"})
        for number in range(11)
    ]

    assert replies[-1].status_code == 429


async def test_two_addresses_do_not_share_a_limit(database: None, monkeypatch: pytest.MonkeyPatch) -> None:
    small(monkeypatch, policies.PLACES, Window(10, 60))
    app = application()
    statuses = {}
    for address in ("198.51.100.1", "198.51.100.2"):
        transport = ASGITransport(app=app, client=(address, 1))  # type: ignore[arg-type]  # narrower scopes
        async with AsyncClient(transport=transport, base_url="http://localhost:8000") as one:
            statuses[address] = [(await one.get("/api/v1/places?q=leeds")).status_code for _ in range(11)]

    assert statuses["198.51.100.1"] == statuses["198.51.100.2"] == [200] * 10 + [429]


def test_the_page_for_operators_tells_the_table_of_limits_as_it_is() -> None:
    told = [line for line in (ROOT / "docs/limits.md").read_text().splitlines() if line.startswith("| `")]

    for limit in policies.ALL:
        assert row_of(limit) in told, row_of(limit)
    for quota in QUOTAS:
        new, others = told_windows(quota.new_windows), told_windows(quota.windows)
        assert f"| `{quota.name}` | {others} | {new} | {quota.counts} |" in told
    assert {line.split("`")[1] for line in told} == {limit.name for limit in policies.ALL} | {
        quota.name for quota in QUOTAS
    }
    assert len(told) == len(policies.ALL) + len(QUOTAS)


def test_an_operator_changes_a_limit_by_a_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    changed(monkeypatch, "joining=100/1h, messages=20/1m+500/1d")

    assert policies.windows_of(policies.JOINING) == (Window(100, 3_600),)
    assert policies.windows_of(policies.MESSAGES) == (Window(20, 60), Window(500, 86_400))
    assert policies.windows_of(policies.READS) == policies.READS.windows


@pytest.mark.parametrize(
    "bad", ["joinin=1/1h", "joining", "joining=0/1h", "joining=5", "joining=5/1w", "joining=-1/1h"]
)
def test_a_limit_that_cannot_be_read_stops_the_start_with_a_line(bad: str, monkeypatch: pytest.MonkeyPatch) -> None:
    changed(monkeypatch, bad)

    with pytest.raises(SettingError, match="WHEREFORE_LIMITS"):
        policies.check_changes()


@pytest.mark.parametrize("bad", ["proxy.example", "10.0.0.0/33", "*", "10.0.0.1/8"])
def test_a_proxy_that_is_no_address_stops_the_start(bad: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WHEREFORE_TRUSTED_PROXIES", bad)

    with pytest.raises(SettingError, match="WHEREFORE_TRUSTED_PROXIES"):
        settings.__wrapped__()


def row_of(limit: Limit) -> str:
    """How docs/limits.md tells a limit."""
    return f"| `{limit.name}` | {told_windows(limit.windows)} | {limit.per} | {limit.fails} | {limit.counts} |"


def told_windows(windows: Iterable[Window]) -> str:
    """How docs/limits.md tells numbers."""
    units = ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))
    told = []
    for window in windows:
        size, unit = next((size, unit) for size, unit in units if window.seconds % size == 0)
        told.append(f"{window.most:,} per {window.seconds // size} {unit}")
    return ", ".join(told)
