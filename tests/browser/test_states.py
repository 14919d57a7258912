"""Pages in the states that come rarely: empty, wrong, gone, too much, judged, or full of long and foreign words."""

from collections.abc import AsyncIterator

import pyotp
import pytest
from httpx import ASGITransport, AsyncClient
from playwright.async_api import Browser, Page, Route

from scripts.demo import DEMO_SIGN_INS
from scripts.screenshots import look_around
from tests.browser.conftest import Visit
from tests.browser.seeing import MEASURES, Look, examine, look_at
from tests.browser.test_passkeys import Device
from tests.browser.visitor import Visitor
from tests.running_site import RunningSite
from tests.web.failing import fail_as_asked
from web.app import create_app

pytestmark = pytest.mark.browser

EMPTY = ("/home", "/matches", "/requests", "/requests?box=sent", "/conversations", "/drafts", "/notices", "/reports")
ONE_S_OWN = ("/blocks", "/me", "/settings", "/settings/sign-in", "/me/place", "/me/purposes", "/me/purposes/belief/on")
GONE = (f"/confirm/{'x' * 43}", f"/reset/{'x' * 43}", f"/undo/{'x' * 43}", f"/sign-in/link/{'x' * 43}")
FAILURES = (429, 500)
LONG = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft" * 3
ARABIC = "أحب صيد السمك عند الفجر، وإصلاح الساعات القديمة مع جدي، والمشي الطويل!"
ARABIC_NAME = "نور الهدى (أم يوسف)"
States = dict[str, Look]


@pytest.fixture(scope="module")
async def states(chromium: Browser, site: RunningSite) -> AsyncIterator[States]:
    """A look at every rare state."""
    context, other = await chromium.new_context(), await chromium.new_context()
    ada, nur = Visitor(await context.new_page(), site.url), Visitor(await other.new_page(), site.url)
    seen: States = {}
    await _goes_wrong_while_joining(ada, seen)
    await ada.join("Ada", about=LONG[:270], seeking="I hope to find somebody who repairs clocks")
    await _has_nothing_yet(ada, seen)
    await _goes_wrong_inside(ada, seen)
    await _ends_what_a_program_may_do(ada, seen)
    await nur.join(ARABIC_NAME, about=ARABIC, seeking=LONG[:250])
    await _ends_ways_in(nur, seen)
    await _meets_long_and_foreign_words(ada, nur, seen)
    await _is_judged(ada, nur, seen, chromium, site)
    yield seen
    await context.close()
    await other.close()


@pytest.mark.parametrize("measure", MEASURES)
async def test_nothing_is_wrong_in_any_state(states: States, measure: str) -> None:
    assert len(states) > 40
    assert {name: look.wrong(measure) for name, look in states.items() if look.wrong(measure)} == {}


async def test_names_and_words_from_right_to_left_stand_on_their_own(states: States) -> None:
    foreign = {name: look for name, look in states.items() if ARABIC_NAME[:3] in look.markup}

    assert len(foreign) > 5
    assert {name: look.mixed for name, look in foreign.items() if look.mixed} == {}


@pytest.mark.parametrize("status", FAILURES)
async def test_a_page_about_a_failure_is_for_everyone(visit: Visit, database: None, status: int) -> None:
    ada = await visit()
    transport = ASGITransport(app=create_app(guards=[fail_as_asked]), raise_app_exceptions=False)  # type: ignore[arg-type]
    async with AsyncClient(transport=transport, base_url=ada.url) as client:
        reply = await client.get("/privacy", headers={"x-fail": str(status)})
    assert reply.status_code == status

    async def answer(route: Route) -> None:
        await route.fulfill(status=status, body=reply.content, content_type=reply.headers["content-type"])

    await ada.page.route("**/privacy", answer)
    look = await look_at(ada.page, f"{ada.url}/privacy")

    assert (look.status, look.found) == (status, {})


async def _sees(seen: States, name: str, page: Page) -> None:
    seen[name] = await examine(page)


async def _goes_wrong_while_joining(ada: Visitor, seen: States) -> None:
    await ada.go("/join")
    await ada.send("Go on")
    await _sees(seen, "join: no purpose", ada.page)
    await ada.choose("Belief")
    await ada.send("Go on")
    await _sees(seen, "join: consent", ada.page)
    await ada.go("/join")
    await ada.choose("Hobby")
    await ada.send("Go on")
    await ada.send("Go on")
    await _sees(seen, "join: no name", ada.page)
    await ada.fill("Your name here", "Ada")
    await ada.send("Go on")
    await ada.fill("E-mail address", "ada at home")
    await ada.send("Go on")
    await _sees(seen, "join: no address", ada.page)
    await ada.fill("E-mail address", "ada.lost@example.org")
    await ada.send("Go on")
    await _sees(seen, "join: check", ada.page)
    await ada.send("These are right, go on")
    await ada.fill("Password", "short")
    await ada.send("Make my account")
    await _sees(seen, "join: weak password", ada.page)
    await ada.go("/sign-in")
    await ada.fill("E-mail address", "ada.lost@example.org")
    await ada.fill("Password", "not this one")
    await ada.send("Sign in", exact=True)
    await _sees(seen, "sign in: not known", ada.page)
    for path in GONE:
        seen[f"gone: {path.split('/')[1]}"] = await look_at(ada.page, ada.url + path)


async def _has_nothing_yet(ada: Visitor, seen: States) -> None:
    for path in (*EMPTY, *ONE_S_OWN):
        seen[f"new member: {path}"] = await look_at(ada.page, ada.url + path)


async def _goes_wrong_inside(ada: Visitor, seen: States) -> None:
    await ada.go("/me/statements/new/hobby")
    await ada.page.locator("textarea").first.fill(LONG + LONG)
    await ada.send(ada.page.locator("main form button").last)
    await _sees(seen, "statement: too long", ada.page)
    await ada.go("/me/name")
    await ada.page.locator("main input.input").first.fill("")
    await ada.send(ada.page.locator("main form button").last)
    await _sees(seen, "name: none", ada.page)
    await ada.go("/settings/email")
    await ada.send(ada.page.locator("main form button").last)
    await _sees(seen, "e-mail: nothing typed", ada.page)
    await ada.go("/settings/sign-in/password")
    await ada.send(ada.page.locator("main form button").last)
    await _sees(seen, "password: nothing typed", ada.page)


async def _ends_what_a_program_may_do(ada: Visitor, seen: States) -> None:
    await ada.go("/settings/tokens/new")
    await ada.page.locator("#name").fill(LONG[:60])
    await ada.page.locator("[name=profile][value='profile:read']").check(force=True)
    await ada.send("Make the token")
    await ada.go("/settings/programs")
    await _sees(seen, "programs: one token", ada.page)
    await ada.send(ada.page.get_by_role("link", name="Delete"))
    await _sees(seen, "token: delete it?", ada.page)


async def _ends_ways_in(nur: Visitor, seen: States) -> None:
    await Device.of(nur)
    await nur.go("/settings/sign-in/passkeys/new")
    await nur.fill("What is it kept in?", LONG[:40])
    await nur.send("Add the passkey")
    await nur.send(nur.page.get_by_role("link", name="Remove"))
    await _sees(seen, "passkey: remove it?", nur.page)
    await nur.go("/settings/sign-in")
    await nur.send("Set up an app for codes")
    await _sees(seen, "codes: an app", nur.page)
    key = (await nur.page.locator("code.said").inner_text()).replace(" ", "")
    await nur.fill("Code from your app", pyotp.TOTP(key).now())
    await nur.send("Ask for codes from now on")
    await _sees(seen, "codes: shown once", nur.page)
    await nur.send(nur.page.get_by_role("link", name="I have written them down"))
    await _sees(seen, "codes: how I sign in", nur.page)
    for name, path in (("new ones?", "recovery-codes"), ("none any more?", "app/off")):
        seen[f"codes: {name}"] = await look_at(nur.page, f"{nur.url}/settings/sign-in/{path}")


async def _meets_long_and_foreign_words(ada: Visitor, nur: Visitor, seen: States) -> None:
    """Each has a name or words of the other on every page on which somebody else's can stand."""
    there = f"/members/{await _id_of(nur)}"
    for path in (f"{there}?purpose=hobby", f"{there}/request?purpose=hobby", f"{there}/block"):
        seen[f"foreign: {path.partition('/request')[1] or path[45:]}"] = await look_at(ada.page, ada.url + path)
    await ada.go(f"{there}/request?purpose=hobby")
    await ada.page.locator("main input[type=radio]").first.check(force=True)
    await ada.reason().fill(
        f"You write {LONG[:200]}, and I mend clocks as your grandfather did. Which one was the first?"
    )
    await ada.send("Send", exact=True)
    if await ada.page.get_by_role("button", name="Send it as it is").count():
        await _sees(seen, "foreign: noted", ada.page)
        await ada.send("Send it as it is")
    await ada.page.wait_for_url("**/requests/*")
    await _sees(seen, "foreign: sent", ada.page)
    request = ada.page.url.partition("?")[0]
    for name, visitor, url in (
        ("received", nur, request),
        ("all received", nur, f"{nur.url}/requests"),
        ("home", nur, f"{nur.url}/home"),
        ("own", nur, f"{nur.url}/me"),
        ("all sent", ada, f"{ada.url}/requests?box=sent"),
        ("matches", ada, f"{ada.url}/matches/hobby"),
    ):
        seen[f"foreign: {name}"] = await look_at(visitor.page, url)
    await nur.page.goto(request)
    await nur.send("Accept")
    await nur.page.wait_for_url("**/conversations/*")
    await nur.page.locator("#text").fill(f"{ARABIC} {LONG}")
    await nur.send("Send", exact=True)
    await nur.page.get_by_role("article").first.wait_for()
    talk = nur.page.url.partition("?")[0].partition("#")[0]
    await nur.send("Send", exact=True)
    await _sees(seen, "message: empty", nur.page)
    for name, url in (("talk", talk), ("talks", f"{ada.url}/conversations"), ("end", f"{talk}/end")):
        seen[f"foreign: {name}"] = await look_at(ada.page, url)


async def _is_judged(ada: Visitor, nur: Visitor, seen: States, chromium: Browser, site: RunningSite) -> None:
    context = await chromium.new_context()
    judge = Visitor(await context.new_page(), site.url)
    site.run("promote-moderator", DEMO_SIGN_INS[0])
    await look_around(judge.page, site.url)
    waited = await _cases(judge)
    await nur.go("/conversations")
    await nur.go(f"/report/{await _id_of(ada)}?kind=member")
    await nur.send("Send the report")
    await _sees(seen, "report: nothing chosen", nur.page)
    await nur.page.locator("main input[type=radio]").first.check(force=True)
    await nur.send("Send the report")
    await _sees(seen, "report: sent", nur.page)
    [case] = await _cases(judge) - waited
    await _sees(seen, "moderation: queue", judge.page)
    await judge.go(case)
    await judge.send("Take it")
    await _sees(seen, "moderation: case", judge.page)
    await judge.send("Decide", exact=True)
    await _sees(seen, "moderation: nothing chosen", judge.page)
    await judge.page.locator("main input[name=decision][value=words_to_member]").check(force=True)
    for box in await judge.page.locator("main input[name=parts]").all():
        await box.check(force=True)
    await judge.page.locator("#words").fill("Be kind.")
    await judge.page.locator("#reason").fill(ARABIC)
    await judge.send("Decide", exact=True)
    await _sees(seen, "moderation: decided", judge.page)
    await context.close()
    await ada.go("/notices")
    await _sees(seen, "notices: one", ada.page)
    await ada.follow("Ask for another look")
    await ada.send("Ask for another look")
    await _sees(seen, "notice: nothing said", ada.page)


async def _cases(judge: Visitor) -> set[str]:
    """The addresses of the cases that wait: other tests report on the same site."""
    await judge.go("/moderation/reports")
    links = await judge.page.locator("main h2 a").all()
    return {str(await link.get_attribute("href")) for link in links}


async def _id_of(visitor: Visitor) -> str:
    return str(await visitor.page.locator("body").get_attribute("data-member"))
