"""Every form in which somebody writes more than a word: what was typed is kept until it is sent."""

import re
from collections.abc import Awaitable, Callable
from uuid import uuid4

import msgspec
import pytest
from httpx import AsyncClient, Response

from api.accounts.schemas import Member
from api.connections import queries, services
from api.connections.schemas import Words
from api.database import fetch
from api.limits import policies
from api.limits.limit import Limit, Window
from api.moderation.cases import claim
from api.moderation.notices import notices
from api.moderation.schemas import Decision
from api.profiles.queries import my_statements
from tests.api.connections.making import make_recipient, make_request
from tests.api.moderation.judging import decided, insulted, make_moderator, make_talk
from tests.factories import make_member
from tests.web.browsing import Browser, browser_of
from web.app import TEMPLATES
from web.static_files import SCRIPTS

HALF = "What I wanted to say is that the old clock"


class Page(msgspec.Struct, frozen=True):
    """A form that somebody has before them."""

    writer: Member
    path: str
    button: str
    field: str
    good: dict[str, str | list[str]] = {}
    """What else it takes for the form to be taken."""
    more: str = ""
    """What the address to which the form is sent has besides."""


async def _asked() -> tuple[Member, Member, str]:
    ada, grace = await make_member("Ada"), await make_recipient("Grace")
    sent = await make_request(ada, grace)
    return ada, grace, str(sent.id)


async def question() -> Page:
    _, grace, request_id = await _asked()
    return Page(grace, f"/requests/{request_id}", "Ask", "question", more="/question")


async def refusal() -> Page:
    _, grace, request_id = await _asked()
    return Page(grace, f"/requests/{request_id}", "Say no", "sentence", more="/refusal")


async def answer() -> Page:
    ada, grace, request_id = await _asked()
    [waiting] = await queries.waiting_requests(grace)
    await services.ask(grace, waiting, words=Words("Which clock do you mean?"))
    return Page(ada, f"/requests/{request_id}", "Answer", "answer", more="/answer")


async def note() -> Page:
    ada, _, connection_id = await make_talk()
    return Page(ada, f"/conversations/{connection_id}", "Keep the note", "note", more="/note")


async def new_statement() -> Page:
    return Page(await make_member("Ada"), "/me/statements/new/hobby", "Keep", "text")


async def changed_statement() -> Page:
    ada = await make_member("Ada", statements=["I mend clocks."])
    [statement] = (await my_statements(ada)).items
    return Page(ada, f"/me/statements/{statement.id}", "Keep", "text")


async def first_words() -> Page:
    return Page(await make_member("Ada"), "/first-words/hobby", "Go on", "seeking")


async def report() -> Page:
    ada, grace, _ = await make_talk()
    return Page(ada, f"/report/{grace.id}?kind=member", "Send the report", "words", {"category": "harassment"})


async def appeal() -> Page:
    ada, _, made = await insulted()
    await decided(made.id, Decision.WORDS_TO_MEMBER)
    [told] = await notices(ada)
    return Page(ada, f"/notices/{told.id}", "Ask for another look", "words")


async def decision() -> Page:
    _, _, made = await insulted()
    moderator = await make_moderator()
    await claim(moderator, made.id)
    return Page(moderator, f"/moderation/reports/{made.id}", "Decide", "reason", {"decision": "no_action"})


PAGES = [question, refusal, answer, note, new_statement, changed_statement, first_words, report, appeal, decision]
every_page = pytest.mark.parametrize("make", PAGES, ids=lambda make: make.__name__)
Make = Callable[[], Awaitable[Page]]


async def _quietly(browser: Browser, there: Page, text: str) -> Response:
    """As js/keeping.js sends the form while somebody types."""
    form = browser.form(there.button)
    values = {**form.values, there.field: text, "quietly": "1"}
    return await browser.client.post(form.action, data=values, headers={"Origin": "null"})


@every_page
async def test_a_closed_tab_loses_nothing_and_nothing_is_sent(client: AsyncClient, make: Make) -> None:
    there = await make()
    browser = await browser_of(client, there.writer)
    before = (await browser.open(there.path)).text

    reply = await _quietly(browser, there, HALF)

    assert (reply.status_code, reply.content) == (204, b"")
    assert HALF not in before
    await browser.open(there.path)
    assert browser.form(there.button).values[there.field] == [HALF]
    await browser.open("/drafts")
    assert HALF in browser.text
    assert there.path in browser.reply.text


@every_page
async def test_what_is_refused_is_there_again_on_another_day(client: AsyncClient, make: Make) -> None:
    there = await make()
    browser = await browser_of(client, there.writer)
    await browser.open(there.path)
    too_long = HALF + " x" * 2500

    reply = await browser.press(there.button, **{there.field: too_long})

    assert reply.status_code == 422
    await browser.open(there.path)
    assert browser.form(there.button).values[there.field] == [too_long]


@every_page
async def test_what_is_sent_is_not_kept_any_more(client: AsyncClient, make: Make) -> None:
    there = await make()
    browser = await browser_of(client, there.writer)
    await browser.open(there.path)
    await _quietly(browser, there, HALF)

    await browser.press(there.button, **{there.field: f"{HALF} strikes."}, **there.good)

    assert browser.reply.status_code == 200
    await browser.open("/drafts")
    assert "Nothing is waiting to be finished" in browser.text


@every_page
async def test_an_emptied_field_is_forgotten(client: AsyncClient, make: Make) -> None:
    there = await make()
    browser = await browser_of(client, there.writer)
    await browser.open(there.path)
    await _quietly(browser, there, HALF)

    await _quietly(browser, there, " ")

    assert "Nothing is waiting to be finished" in (await browser.open("/drafts")).text


async def test_what_meets_a_limit_is_kept_also_without_scripts(
    client: AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = await new_statement()
    browser = await browser_of(client, there.writer)
    _small(monkeypatch, policies.STATEMENTS)
    await browser.open(there.path)
    await browser.press(there.button, text="I mend clocks.")
    await browser.open(there.path)

    reply = await browser.press(there.button, text=HALF)

    assert reply.status_code == 429
    await browser.open(there.path)
    assert browser.form(there.button).values["text"] == [HALF]


async def test_a_question_and_a_sentence_are_kept_beside_each_other(client: AsyncClient) -> None:
    there = await question()
    browser = await browser_of(client, there.writer)
    await browser.open(there.path)
    await _quietly(browser, there, HALF)

    await browser.press("Say no", sentence="x" * 601)

    assert browser.form("Ask").values["question"] == [HALF]
    assert "You began this." not in browser.text, "it was sent just now"
    await browser.open(there.path)
    assert browser.form("Say no").values["sentence"] == ["x" * 601]
    assert browser.text.count("You began this. Here it is, as you left it.") == 2


async def test_what_was_begun_for_a_request_goes_with_its_answer(client: AsyncClient) -> None:
    there = await question()
    browser = await browser_of(client, there.writer)
    await browser.open(there.path)
    await _quietly(browser, there, HALF)

    await browser.press("Accept")

    assert "Nothing is waiting to be finished" in (await browser.open("/drafts")).text


async def test_what_is_chosen_beside_the_words_is_kept_too(client: AsyncClient) -> None:
    there = await new_statement()
    browser = await browser_of(client, there.writer)
    await browser.open(there.path)
    form = browser.form(there.button)
    values = {**form.values, "text": HALF, "role": "seeking", "audience": "nobody", "quietly": "1"}
    await browser.client.post(form.action, data=values, headers={"Origin": "null"})

    await browser.open(there.path)

    found = browser.form(there.button).values
    assert (found["text"], found["role"], found["audience"]) == ([HALF], ["seeking"], ["nobody"])
    assert "Nobody else can read it until you press Keep" in browser.text


async def test_keeping_a_decision_is_no_reading_of_the_evidence(client: AsyncClient) -> None:
    there = await decision()
    browser = await browser_of(client, there.writer)
    await browser.open(there.path)
    before = await fetch("SELECT act FROM audit_entry")

    await _quietly(browser, there, HALF)

    assert await fetch("SELECT act FROM audit_entry") == before


async def test_words_of_a_form_that_are_thrown_away_are_shown_once_more(client: AsyncClient) -> None:
    there = await report()
    browser = await browser_of(client, there.writer)
    await browser.open(there.path)
    await _quietly(browser, there, HALF)
    await browser.open("/drafts")

    await browser.press("Throw it away")

    assert HALF in browser.text
    assert "Nothing is waiting to be finished" in (await browser.open("/drafts")).text


@every_page
async def test_nothing_is_kept_about_what_one_may_not_see(client: AsyncClient, make: Make) -> None:
    there = await make()
    eve = await browser_of(client, await make_member("Eve", purposes=()))
    await eve.open("/settings")
    token = eve.form("Sign out").values["csrf_token"]
    body = {"csrf_token": token, there.field: HALF, "quietly": "1"}
    never = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", str(uuid4()), there.path)

    replies = [
        await client.post(path + there.more, data=body, headers={"Origin": "null"}) for path in (there.path, never)
    ]

    assert [reply.status_code for reply in replies] == [404, 404]
    assert "Nothing is waiting to be finished" in (await eve.open("/drafts")).text


def test_every_field_for_sentences_that_is_kept_in_the_tab_is_kept_on_the_server_too() -> None:
    sources = {path.relative_to(TEMPLATES).as_posix(): path.read_text() for path in TEMPLATES.rglob("*.html")}
    calls = {
        (name, call)
        for name, source in sources.items()
        for call in re.findall(r"forms\.text_area\(.*", source)
        if "draft=" in call and not name.startswith("style/")
    }

    assert len(calls) > 10
    assert {name for name, call in calls if "keep=" not in call} == set()
    assert "js/keeping.js" in SCRIPTS
    assert "static('js/everywhere.js' if viewer" in sources["base.html"]


def _small(monkeypatch: pytest.MonkeyPatch, limit: Limit) -> None:
    policies._changes.cache_clear()
    monkeypatch.setattr(policies, "_changes", lambda: {limit.name: (Window(1, 300),)})
