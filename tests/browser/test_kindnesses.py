"""What scripts add to pages that work without them: a live count, kept drafts, focus, new messages by themselves."""

import pytest
from playwright.async_api import expect

from scripts.screenshots import look_around
from tests.browser.conftest import Visit
from tests.browser.visitor import TEMPLATE, Visitor

pytestmark = pytest.mark.browser


async def _writes(visit: Visit, *, demo_member: int = 2) -> Visitor:
    """A demo member who has the page open on which they write to their first match."""
    ada = await visit()
    await look_around(ada.page, ada.url, number=demo_member)
    await ada.go("/matches")
    await ada.page.get_by_role("main").get_by_role("article").first.get_by_role("link").click()
    await ada.follow("Ask to connect")
    return ada


async def test_the_length_of_a_reason_is_counted_while_it_is_written(visit: Visit) -> None:
    ada = await _writes(visit)

    await ada.reason().fill("  Ten signs!  ")

    await expect(ada.page.locator("#reason-count")).to_have_text("60 to 600 characters: 50 more needed")


async def test_a_reason_is_still_there_after_going_away_and_coming_back(visit: Visit) -> None:
    ada = await _writes(visit)
    await ada.reason().fill("Half a thought about")

    await ada.go("/home")
    await ada.page.go_back()
    await ada.page.reload()

    await expect(ada.reason()).to_have_value("Half a thought about")


async def test_what_a_reason_is_about_is_still_chosen_after_a_refresh(visit: Visit) -> None:
    ada = await _writes(visit)
    await expect(ada.page.locator("#where")).to_be_hidden()
    await ada.page.get_by_text("We have met before").click()
    await ada.page.locator("#where").fill("at the seed swap")
    await ada.reason().fill("Half a thought about")

    await ada.page.reload()

    await expect(ada.page.get_by_role("radio", name="We have met before")).to_be_checked()
    await expect(ada.page.locator("#where")).to_have_value("at the seed swap")


async def test_other_words_that_were_chosen_on_a_page_are_newer_than_the_draft(visit: Visit) -> None:
    ada = await _writes(visit)
    await ada.page.get_by_text("We have met before").click()
    await ada.reason().fill("Half a thought about")
    linked = ada.page.url

    await ada.go(linked.removeprefix(ada.url) + "&again=1")

    await expect(ada.reason()).to_have_value("Half a thought about")
    await expect(ada.page.get_by_role("radio", name="We have met before")).not_to_be_checked()


async def test_a_draft_is_gone_after_signing_out(visit: Visit) -> None:
    ada = await _writes(visit)
    await ada.reason().fill("Half a thought about")
    await ada.go("/settings")
    await ada.press("Sign out", exact=True)
    await ada.page.wait_for_url(f"{ada.url}/")

    kept = await ada.page.evaluate("Object.keys(sessionStorage)")

    assert kept == []


async def test_what_is_wrong_gets_the_focus(visit: Visit) -> None:
    ada = await _writes(visit)
    await ada.reason().fill(TEMPLATE)

    await ada.press("Send", exact=True)

    await expect(ada.page.get_by_role("region", name="Not quite yet")).to_be_focused()


async def test_the_enter_key_in_a_field_checks_and_never_sends(visit: Visit) -> None:
    ada = await _writes(visit)
    await ada.reason().fill(TEMPLATE)
    await ada.page.get_by_text("We have met before").click()
    await ada.page.locator("#where").press("Enter")

    await ada.sees("Not quite yet")


async def test_new_messages_come_by_themselves_and_leave_a_draft_alone(visit: Visit) -> None:
    ada = await visit()
    await look_around(ada.page, ada.url)
    await ada.page.clock.install()
    await ada.go("/conversations")
    await ada.page.get_by_role("article").get_by_role("link").first.click()
    await ada.page.locator("#text").fill("I was just about to say")
    also_ada = await ada.page.context.new_page()
    await also_ada.goto(ada.page.url)
    await also_ada.locator("#text").fill("Written in the other window.")
    await also_ada.get_by_role("button", name="Send").click()
    await expect(also_ada.get_by_role("log")).to_contain_text("Written in the other window.")

    await ada.page.clock.fast_forward(31_000)

    await expect(ada.page.get_by_role("log")).to_contain_text("Written in the other window.")
    await expect(ada.page.locator("#text")).to_have_value("I was just about to say")


async def test_times_stand_in_the_time_of_whoever_reads_as_a_browser_would_write_them(visit: Visit) -> None:
    ada = await visit()
    await look_around(ada.page, ada.url)
    session = await ada.page.context.new_cdp_session(ada.page)
    await session.send("Emulation.setTimezoneOverride", {"timezoneId": "Asia/Kolkata"})
    await ada.go("/conversations")
    await ada.page.locator("main article a[href^='/conversations/']").first.click()
    await ada.page.locator("time[data-moment]").first.wait_for()

    times = await ada.page.evaluate(
        """[...document.querySelectorAll("time[data-moment]")].map((time) => [
          time.firstChild.data,
          new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "long", hour: "2-digit", minute: "2-digit" })
            .format(new Date(time.dateTime)).replace(" at ", ", "),
          time.firstChild.data.slice(-2) !== time.dateTime.slice(14, 16),
        ])"""
    )

    assert times
    assert [shown for shown, wanted, _ in times if shown != wanted] == []
    assert all(differs for *_, differs in times), "half an hour apart"


async def test_a_password_is_seen_while_it_is_typed_only_if_that_is_wished_and_is_sent_as_one(visit: Visit) -> None:
    ada = await visit()
    await ada.go("/sign-in")
    await ada.fill("E-mail address", "nobody@example.org")
    await ada.fill("Password", "seven herons borrow a boat")
    field = ada.page.locator("#password")
    await expect(field).to_have_attribute("type", "password")

    await ada.choose("Show what I type")
    await expect(field).to_have_attribute("type", "text")
    await expect(field).to_have_value("seven herons borrow a boat")
    types = "event => { event.preventDefault(); document.title = document.querySelector('#password').type }"
    await ada.page.evaluate(f"window.addEventListener('submit', {types}, {{ once: true }})")
    await ada.press("Sign in", exact=True)

    assert await ada.page.title() == "password"


async def test_without_scripts_nobody_is_offered_to_see_what_they_type(visit: Visit) -> None:
    ada = await visit(javascript=False)

    await ada.go("/sign-in")

    await expect(ada.page.locator("#password")).to_be_visible()
    await expect(ada.page.locator("[data-show]")).to_be_hidden()
