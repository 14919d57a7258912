"""Somebody at a browser, who uses the site by what is written on it."""

from itertools import count

from playwright.async_api import Locator, Page, expect

PASSWORD = "a lantern over nine quiet harbours"
REASON = (
    "You carve spoons from windfall apple wood, and I have a fallen apple tree in the yard and two blunt knives. "
    "Which cut do you make first? I could send you a good piece of the trunk in return."
)
TEMPLATE = "Hi, I came across your profile and I would like to add you to my professional network. Let us connect!"

_number = count(1)


class Visitor:
    """One person and their page."""

    def __init__(self, page: Page, url: str) -> None:
        """Begin with an empty page."""
        self.page = page
        self.url = url

    async def go(self, path: str) -> None:
        """Open an address of the site."""
        reply = await self.page.goto(f"{self.url}{path}")
        assert reply is not None
        assert reply.status < 500, f"{path}: {reply.status}"

    async def press(self, name: str, *, exact: bool = False) -> None:
        """Press a button by its words."""
        await self.page.get_by_role("button", name=name, exact=exact).first.click()

    async def send(self, name: str | Locator, *, exact: bool = False) -> None:
        """Press what leads on, a button by its words or anything by itself, and wait for the page that comes of it.

        A press returns when the button was pressed. On a machine with much to do the page before it still stands there
        then, or half of the next: whoever looks at once, or presses again, must wait.
        """
        async with self.page.expect_event("load"):
            if isinstance(name, str):
                await self.press(name, exact=exact)
            else:
                await name.click()

    async def follow(self, name: str) -> None:
        """Follow a link by its words."""
        await self.page.get_by_role("link", name=name).first.click()

    async def fill(self, label: str, text: str) -> None:
        """Type into a field by its label."""
        await self.page.get_by_label(label).fill(text)

    async def choose(self, label: str) -> None:
        """Tick a box, or choose one of several, by its words."""
        await self.page.locator("label").get_by_text(label, exact=True).click()
        await expect(self.page.get_by_label(label, exact=True)).to_be_checked()

    async def sees(self, text: str) -> None:
        """Hold that a text stands on the page."""
        await expect(self.page.get_by_text(text).first).to_be_visible()

    def reason(self) -> Locator:
        """The field in which a reason is written."""
        return self.page.locator("#reason")

    async def join(self, name: str, *, about: str = "", seeking: str = "") -> None:
        """Join for a hobby, and write the first words."""
        await self.go("/join")
        await self.choose("Hobby")
        await self.press("Go on")
        await self.fill("Your name here", name)
        await self.press("Go on")
        await self.fill("E-mail address", f"visitor{next(_number)}@example.org")
        await self.press("Go on")
        await self.press("These are right, go on")
        await self.fill("Password", PASSWORD)
        await self.choose("I am 18 or older")
        await self.press("Make my account")
        await self.page.wait_for_url("**/first-words/hobby")
        await self.page.locator("#about").fill(about)
        await self.page.locator("#seeking").fill(seeking)
        await self.press("Go on")
        await self.page.wait_for_url("**/home")
