"""Somebody who has a keyboard and nothing else: what the Tab key does not reach is not there for them."""

from typing import Literal

from playwright.async_api import Locator, Page, expect

MOST_PRESSES = 200
"""Of the Tab key, until something is found: more than any page has places."""

Role = Literal["button", "checkbox", "link", "radio", "textbox"]

_TROUBLE = """() => {
  const one = document.activeElement;
  if (!one || one === document.body || one.matches("main, .skip")) return "";
  const told = one.outerHTML.slice(0, 100), { outlineStyle, outlineWidth } = getComputedStyle(one);
  if (outlineStyle === "none" || parseFloat(outlineWidth) < 2) return `no focus to be seen: ${told}`;
  const box = one.getBoundingClientRect();
  const outside = box.bottom <= 0 || box.top >= innerHeight || box.right <= 0 || box.left >= innerWidth;
  if (outside) return `out of sight: ${told}`;
  const [x, y] = [box.left + box.width / 2, Math.min(Math.max(box.top + box.height / 2, 0), innerHeight - 1)];
  const top = document.elementFromPoint(x, y);
  const lid = top?.closest(".leave, .side, .stays");
  return lid && !lid.contains(one) ? `under ${lid.className}: ${told}` : "";
}"""
"""What keeps somebody from seeing where they are (WCAG 2.4.7 and 2.4.11)."""


class Keyboard:
    """One person, their keyboard and their page."""

    def __init__(self, page: Page, url: str) -> None:
        """Begin with an empty page."""
        self.page = page
        self.url = url

    async def go(self, path: str) -> None:
        """Type an address into the browser's own bar."""
        await self.page.goto(f"{self.url}{path}")

    async def tab_to(self, role: Role, name: str, *, back: bool = False, exact: bool = False) -> Locator:
        """Press Tab, or Shift and Tab, until something has the focus; the way there must be seen and lead on."""
        wanted = self.page.get_by_role(role, name=name, exact=exact).first
        await expect(wanted).to_be_attached()
        stood = ""
        for _ in range(MOST_PRESSES):
            await self.page.keyboard.press("Shift+Tab" if back else "Tab")
            trouble = await self.page.evaluate(_TROUBLE)
            assert trouble == "", f"{self.page.url}: {trouble}"
            if await wanted.evaluate("one => one === document.activeElement"):
                return wanted
            stands = str(await self.page.evaluate("document.activeElement.outerHTML.slice(0, 300)"))
            assert stands != stood or stands.startswith("<body"), f"{self.page.url}: the keyboard is held at {stands}"
            stood = stands
        raise AssertionError(f"{self.page.url}: the Tab key does not reach the {role} {name!r}")

    async def press(self, name: str, *, key: str = "Enter", exact: bool = False) -> None:
        """Press a button."""
        await self.tab_to("button", name, exact=exact)
        await self.enter(key)

    async def follow(self, name: str, *, back: bool = False, exact: bool = False) -> None:
        """Follow a link."""
        await self.tab_to("link", name, back=back, exact=exact)
        await self.enter()

    async def enter(self, key: str = "Enter") -> None:
        """Press a key that leads to another page, and arrive there."""
        async with self.page.expect_navigation():
            await self.page.keyboard.press(key)

    async def type(self, label: str, text: str) -> None:
        """Type into a field."""
        await self.tab_to("textbox", label)
        await self.page.keyboard.press("ControlOrMeta+a")
        await self.page.keyboard.type(text)

    async def tick(self, label: str) -> None:
        """Tick a box."""
        box = await self.tab_to("checkbox", label)
        await self.page.keyboard.press("Space")
        await expect(box).to_be_checked()

    async def choose(self, group: str, label: str) -> None:
        """Choose one of several: the Tab key reaches the first or the chosen one, the arrows the others."""
        choices = self.page.get_by_role("group", name=group)
        chosen = choices.get_by_role("radio", checked=True)
        entry = chosen if await chosen.count() else choices.get_by_role("radio").first
        wanted = choices.get_by_role("radio", name=label, exact=True)
        for _ in range(MOST_PRESSES):
            if await entry.evaluate("one => one === document.activeElement"):
                break
            await self.page.keyboard.press("Tab")
        await self.page.keyboard.press("Space")
        for _ in range(MOST_PRESSES):
            if await wanted.is_checked():
                return
            await self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"{self.page.url}: the arrow keys do not reach {label!r}")

    async def is_told_what_is_wrong(self, name: str) -> None:
        """Hold that the focus is at what is wrong, and that its first line leads to the field."""
        summary = self.page.locator("[data-error-summary]")
        await expect(summary).to_be_focused()
        await self.page.keyboard.press("Tab")
        await expect(summary.get_by_role("link", name=name)).to_be_focused()
        await self.page.keyboard.press("Enter")
        there = await self.page.evaluate(
            "document.activeElement.getAttribute('aria-invalid') ?? document.activeElement.type"
        )
        assert there in {"true", "checkbox", "radio"}, f"{self.page.url}: the focus is not at the field"

    async def sees(self, text: str) -> None:
        """Hold that a text stands on the page."""
        await expect(self.page.get_by_text(text).first).to_be_visible()
