"""Every page of a running site, found by following its links as a visitor would."""

import re
from urllib.parse import urldefrag, urljoin, urlsplit

from playwright.async_api import Page

_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_PURPOSE = re.compile(r"(?<=/)(?:business|hobby|interest|belief|caretaking|partnership)(?=/|$)")
_CURSOR = re.compile(r"(?<=cursor=)[^&]+")
_PROBLEM = re.compile(r"(?<=/problems/)[a-z-]+")
_NO_PAGES = ("/api/v1/", "/static/")

STATES_OF_A_REQUEST = 8
"""A request looks different in each state and from each side, so so many are kept of their one address."""

_MOST = {"/requests/…": STATES_OF_A_REQUEST}


def pattern_of(url: str) -> str:
    """The address of a page with what varies taken out: what two members or two requests have in common."""
    parts = urlsplit(url)
    path = _PROBLEM.sub("…", _PURPOSE.sub("…", _ID.sub("…", parts.path)))
    query = _CURSOR.sub("…", re.sub(r"(?<==)[a-z]+(?=&|$)", "…", _ID.sub("…", parts.query)))
    return f"{path}?{query}" if query else path


async def pages_of(page: Page, start: str) -> list[str]:
    """The addresses of every kind of page that can be reached from one, each kind once (requests more often).

    Args:
        page: A page of a browser, signed in or not.
        start: A full address on the site.
    """
    found: list[str] = []
    waiting, seen = [start], {start}
    kinds: dict[str, int] = {}
    while waiting:
        url = waiting.pop(0)
        kind = pattern_of(url)
        if kinds.get(kind, 0) >= _MOST.get(kind, 1):
            continue
        reply = await page.goto(url)
        if reply is None or urlsplit(page.url).path != urlsplit(url).path:
            continue  # it led on to another page, which is found by itself
        kinds[kind] = kinds.get(kind, 0) + 1
        found.append(url)
        hrefs = await page.eval_on_selector_all("a[href]", "links => links.map(link => link.href)")
        for href in hrefs:
            there = urldefrag(urljoin(url, href)).url
            if there not in seen and _is_ours(there, start):
                seen.add(there)
                waiting.append(there)
    return found


def _is_ours(url: str, start: str) -> bool:
    return url.startswith(_origin(start)) and not urlsplit(url).path.startswith(_NO_PAGES)


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}/"
