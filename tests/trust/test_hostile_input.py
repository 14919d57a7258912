"""Nothing that can be sent in any field brings out a fault of ours: clear problems, no tracebacks, and all goes on."""

import re
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable

import pytest
from httpx import ASGITransport, AsyncClient, Response

from api.accounts.services import set_moderator
from api.limits import policies
from api.moderation.reporting import report
from api.moderation.schemas import TargetKind
from api.settings import settings
from tests.api.connections.making import make_connection, make_recipient, make_request
from tests.api.moderation.judging import about, make_message
from tests.application import application
from tests.emptying import empty
from tests.factories import as_member, email_of, make_member, make_statement
from tests.trust import hostile_fields
from tests.trust.hostile_fields import Control, Target, form_targets, read_page
from tests.trust.nasty_values import Nasty, nasty_values
from tests.web.browsing import browser_of

REQUESTS = 1_200
"""How many of the pairs of a field and a value are sent in a short run; a soak sends all."""
SIGNED_OUT = {"/", "/sign-in"}
"""Where a redirection begins to lead that tells of an attacker who is no longer signed in."""
LEAST_VALUES, LEAST_FIELDS = 60, 300
INTERNALS = re.compile(r"Traceback|msgspec|litestar|piccolo|asyncpg|NoneType|object has no|line \d+, in")


class World:
    """A member who attacks, signed in by cookie and by token, with something of every kind around them."""

    def __init__(self, client: AsyncClient) -> None:
        """Nothing is there yet."""
        self.client = client
        self.ids: dict[str, str] = {}
        self.token: dict[str, str] = {}
        self.cookies: dict[str, str] = {}

    async def build(self) -> None:
        """Make everything anew."""
        await empty()
        ada, grace, ben = await make_member("Ada"), await make_recipient("Grace", pair=0), await make_recipient(pair=1)
        mine = await make_statement(ada, "I dye thread with walnut husks and onion skins.")
        connection = await make_connection(ada, grace)
        message = await make_message(grace, connection, "Which thread do you use for the spine?")
        sent = await make_request(ada, ben)
        case = await report(ben, draft=about(TargetKind.REQUEST, sent.id))
        await set_moderator(email=await email_of(ada.id), is_moderator=True)
        self.token = await as_member(self.client, ada)
        await browser_of(self.client, ada)
        self.cookies = dict(self.client.cookies)
        self.client.cookies.clear()
        made = {
            "member_id": ben.id, "recipient_id": ben.id, "statement_id": mine.id, "connection_id": connection,
            "message_id": message, "request_id": sent.id, "grace": grace.id, "ada": ada.id, "report_id": case.id,
        }  # fmt: skip
        self.ids = {name: str(value) for name, value in made.items()} | {
            "purpose": "hobby", "step": "withdrawal", "code": "not-found", "name": "css/tokens.css",
        }  # fmt: skip

    async def stands(self) -> bool:
        """Whether the attacker can still go on."""
        self.client.cookies.clear()
        call = await self.client.get("/api/v1/me", headers=self.token)
        self.client.cookies.update(self.cookies)
        seen = await self.client.get("/settings")
        self.client.cookies.clear()
        return (call.status_code, seen.status_code) == (200, 200)


@pytest.fixture
async def world(database: None, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    """Without limits, which would answer instead of what is tried."""
    boundless = ",".join(f"{limit.name}=900000000/1s" for limit in policies.ALL)
    monkeypatch.setenv("WHEREFORE_LIMITS", boundless)
    settings.cache_clear()
    policies._changes.cache_clear()
    here = {"Sec-Fetch-Site": "same-origin"}
    transport = ASGITransport(app=application(), raise_app_exceptions=False)  # type: ignore[arg-type]  # narrower scopes
    async with AsyncClient(transport=transport, base_url="http://localhost:8000", headers=here) as client:
        made = World(client)
        await made.build()
        yield made
    settings.cache_clear()
    policies._changes.cache_clear()


async def test_no_value_in_any_field_of_any_route_is_a_fault_of_ours(
    world: World,
    capfd: pytest.CaptureFixture[str],
    *,
    soaking: bool,
    tell: Callable[[str], None],
) -> None:
    values = list(nasty_values())
    targets = await _targets(world)
    found_with = dict(world.ids)
    each = len(values) if soaking else max(1, REQUESTS // len(targets))
    statuses: Counter[int] = Counter()
    faults: dict[str, str] = {}
    slowest = (0.0, "")
    asked_to_sign_in = False

    await world.build()
    for number, target in enumerate(targets):
        if asked_to_sign_in and not await world.stands():
            await world.build()
        asked_to_sign_in = False
        ids = {found_with[name]: new for name, new in world.ids.items() if name in found_with}
        # Strides that have no divisor in common with how many there are: each value meets many fields.
        for turn in range(each):
            value = values[(number * 11 + turn * 37) % len(values)] if not soaking else values[turn]
            began = time.perf_counter()
            reply = await _send(world, target, value, ids)
            slowest = max(slowest, (time.perf_counter() - began, f"{target.name} with {value.name}"))
            statuses[reply.status_code] += 1
            asked_to_sign_in |= reply.status_code == 401 or reply.headers.get("location", "/home")[:8] in SIGNED_OUT
            if fault := _fault(reply, target):
                faults[f"{target.name} with {value.name}"] = fault
    said = capfd.readouterr()

    tell(
        f"{len(values)} values, {len(targets)} fields, {statuses.total()} requests: "
        f"{dict(sorted(statuses.items()))}; slowest {slowest[0]:.1f} s ({slowest[1]})"
    )
    assert [f"{where}: {fault}" for where, fault in faults.items()] == []
    assert "Traceback" not in said.out + said.err
    assert "unexpected_error" not in said.out
    assert len(values) >= LEAST_VALUES
    assert len(targets) >= LEAST_FIELDS


async def _send(world: World, target: Target, value: Nasty, ids: dict[str, str]) -> Response:
    sent = target.request(value, ids=ids)
    headers: dict[bytes, bytes] = {}
    if target.by_token and b"authorization" not in sent.headers:
        headers = {name.lower().encode(): one.encode() for name, one in world.token.items()}
    world.client.cookies.clear()
    if not target.by_token and target.signed_in:
        world.client.cookies.update(world.cookies)
    return await world.client.request(
        sent.method, sent.url, headers=[*{**headers, **sent.headers}.items()], content=sent.content
    )


def _fault(reply: Response, target: Target) -> str:
    """What is wrong with an answer to something nasty; empty when nothing is."""
    if reply.status_code >= 500:
        return f"{reply.status_code} {reply.text[:200]}"
    if reply.status_code < 400:
        return ""
    kind = reply.headers["content-type"]
    # A host that is none gets no page of ours; one that could be a host gets what the address answers.
    if target.is_call or (target.field == "host" and kind == "application/problem+json"):
        if kind != "application/problem+json" or not {"type", "title", "status", "detail"} <= reply.json().keys():
            return f"no problem document: {reply.text[:200]}"
        shown = reply.text
    elif not kind.startswith("text/html") or reply.text.count("<h1") != 1:
        return f"no page: {reply.text[:200]}"
    else:
        shown = re.sub(r"<textarea.*?</textarea>", "", reply.text, flags=re.DOTALL)
    leak = INTERNALS.search(shown)
    return f"tells {leak[0]}" if leak else ""


async def _targets(world: World) -> list[Target]:
    """Every field there is, each once."""
    app_document = (await world.client.get("/api/v1/openapi.json")).json()
    inside, forms = await _walk(world)
    world.client.cookies.clear()
    _, visitors_forms = await _walk(world, signed_in=False)
    targets = [
        *hostile_fields.body_targets(app_document, ids=world.ids),
        *hostile_fields.parameter_targets(app_document, ids=world.ids),
        *hostile_fields.path_targets(application(), ids=world.ids),
        *hostile_fields.query_targets(inside),
        *hostile_fields.declared_query_targets(application(), ids=world.ids),
        *hostile_fields.header_targets(),
        *[target for form in forms for target in form_targets(form, signed_in=True)],
        *[target for form in visitors_forms for target in form_targets(form, signed_in=False)],
    ]
    return list({target.name: target for target in targets}.values())


async def _walk(world: World, *, signed_in: bool = True) -> tuple[list[str], list[Control]]:
    """Every kind of page that can be reached, and every kind of form on them and on what they answer."""
    waiting = ["/home" if signed_in else "/", *_without_parameters()]
    pages, forms = dict[str, str](), dict[tuple[str, tuple[str, ...]], Control]()
    while waiting:
        url = waiting.pop(0)
        if _kind(url) in pages:
            continue
        pages[_kind(url)] = url
        waiting += await _look(world, url, forms, signed_in=signed_in)
    for _ in range(3):  # a form may answer with a page that has another form
        for form in list(forms.values()):
            if form.method == "POST" and not form.action.startswith(("/sign-out", "/settings")):
                await _look(world, form.action, forms, signed_in=signed_in, form=form)
                if signed_in and not await world.stands():
                    return list(pages.values()), list(forms.values())
    return list(pages.values()), list(forms.values())


async def _look(
    world: World,
    url: str,
    forms: dict[tuple[str, tuple[str, ...]], Control],
    *,
    signed_in: bool,
    form: Control | None = None,
) -> list[str]:
    """Open a page or send a form, and note what stands on what comes back."""
    world.client.cookies.clear()
    if signed_in:
        world.client.cookies.update(world.cookies)
    data = dict(form.values) if form is not None else None
    reply = await world.client.request("POST" if form else "GET", url.partition("#")[0], data=data)
    if not reply.headers.get("content-type", "").startswith("text/html"):
        return []
    links, found = read_page(url, reply.text)
    for one in found:
        forms.setdefault((_kind(one.action), tuple(name for name, _ in one.values)), one)
    return links


def _without_parameters() -> list[str]:
    return [
        route.path
        for route in application().routes
        if "{" not in route.path and "GET" in getattr(route, "methods", ()) and not route.path.startswith("/api/v1")
    ]


def _kind(url: str) -> str:
    return re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}|cursor=[^&]*|problems/[a-z-]+", "…", url.partition("#")[0])
