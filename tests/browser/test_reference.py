"""The address of a call opens it, also without JavaScript and in browsers that do not do so by themselves."""

import pytest
from playwright.async_api import expect

from tests.browser.conftest import Visit

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("javascript", [True, False])
async def test_the_address_of_a_call_opens_it_and_it_alone(visit: Visit, *, javascript: bool) -> None:
    ada = await visit(javascript=javascript)

    await ada.go("/api/docs#SendConnectionRequest")

    call = ada.page.locator("details.call[open]")
    await expect(call).to_have_count(1)
    await expect(ada.page.locator("details.call[open] > summary")).to_be_in_viewport()
    await expect(ada.page.locator("details.call[open] > summary h3")).to_have_text("POST /api/v1/connection-requests")
    await call.get_by_role("link", name="RequestCreate").click()
    await expect(ada.page.locator("#shape-RequestCreate")).to_be_in_viewport()


async def test_a_script_opens_it_where_the_browser_does_not(visit: Visit) -> None:
    ada = await visit()
    await ada.go("/api/docs")
    rows = ada.page.locator("details.call[open]")
    await expect(rows).to_have_count(0)

    await ada.page.evaluate("history.replaceState(null, '', '#UpdateMe'); dispatchEvent(new Event('hashchange'))")

    await expect(rows).to_have_count(1)
