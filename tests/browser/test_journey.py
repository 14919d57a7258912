"""The main job in a real browser: two people join, find each other, and are connected by a reason."""

import pytest
from playwright.async_api import expect

from tests.browser.conftest import Visit
from tests.browser.visitor import REASON, TEMPLATE, Visitor

pytestmark = pytest.mark.browser

ADA_SEEKS = "I want to learn to carve wooden spoons by hand"
GRACE_CARVES = "I carve spoons and bowls from windfall apple wood"


@pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without JavaScript"])
async def test_two_people_are_connected_by_a_reason(visit: Visit, *, javascript: bool) -> None:
    ada, grace = await visit(javascript=javascript), await visit(javascript=javascript)
    name = "Grace" if javascript else "Gretel"
    await ada.join("Ada", seeking=ADA_SEEKS)
    await grace.join(name, about=GRACE_CARVES)

    await finds(ada, name)
    await is_refused_a_template(ada)
    await sends_a_reason(ada)
    await asks(grace, "Is the tree an old variety?")
    await answers(ada, "A Bramley, about sixty years old.")
    await accepts_and_writes(grace, "Please send me the trunk.")
    await replies(ada, grace, "It is on its way.")


async def finds(ada: Visitor, name: str) -> None:
    await ada.go("/matches")
    card = ada.page.get_by_role("article").filter(has_text=name)
    await expect(card).to_contain_text(ADA_SEEKS)
    await expect(card).to_contain_text(GRACE_CARVES)
    await card.get_by_role("link", name="Ask to connect").click()
    await expect(ada.page.get_by_role("radio", checked=True)).to_have_accessible_name(GRACE_CARVES)


async def is_refused_a_template(ada: Visitor) -> None:
    await ada.reason().fill(TEMPLATE)
    await ada.press("Send")
    await ada.sees("Not quite yet")
    await ada.sees("These words could be sent to anyone")
    await expect(ada.reason()).to_have_value(TEMPLATE)


async def sends_a_reason(ada: Visitor) -> None:
    await ada.reason().fill(REASON)
    await ada.press("Check my reason")
    await expect(ada.page.get_by_text("Not quite yet")).to_have_count(0)
    await expect(ada.reason()).to_have_value(REASON)
    await ada.press("Send")
    await ada.page.wait_for_url("**/requests/*")
    await ada.sees("is on its way")
    await ada.sees("No answer yet")


async def asks(grace: Visitor, question: str) -> None:
    await grace.go("/requests")
    await grace.sees(REASON)
    await grace.follow("Read and answer")
    await grace.fill("Your question", question)
    await grace.press("Ask", exact=True)
    await grace.sees("You asked a question")


async def answers(ada: Visitor, answer: str) -> None:
    await ada.go("/requests?box=sent")
    await ada.sees("They asked you a question")
    await ada.follow("Read and answer")
    await ada.fill("Your answer", answer)
    await ada.press("Answer", exact=True)
    await ada.sees("Your answer is on its way")


async def accepts_and_writes(grace: Visitor, text: str) -> None:
    await grace.go("/requests")
    await grace.follow("Read and answer")
    await grace.sees("A Bramley, about sixty years old.")
    await grace.press("Accept")
    await grace.page.wait_for_url("**/conversations/*")
    await grace.sees(REASON)
    await grace.page.locator("#text").fill(text)
    await grace.press("Send")
    await expect(grace.page.get_by_role("article").filter(has_text=text)).to_be_visible()


async def replies(ada: Visitor, grace: Visitor, text: str) -> None:
    await ada.go("/conversations")
    await ada.sees("Something new")
    await ada.page.get_by_role("article").get_by_role("link").first.click()
    await ada.sees("Please send me the trunk.")
    await ada.page.locator("#text").fill(text)
    await ada.press("Send")
    await ada.sees(text)
    await grace.page.reload()
    await grace.sees(text)
