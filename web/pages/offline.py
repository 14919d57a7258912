"""What members see when their line breaks: one page that is the same for everybody, and the worker that keeps it."""

import hashlib
from functools import lru_cache
from pathlib import Path

from litestar import Controller, get
from litestar.response import Template

from api.authentication import Access
from web.contexts import PageRequest, draw
from web.static_files import static

KEPT = ("css/wherefore.css", "js/visitors.js", "icons/wherefore.svg")
"""What the page needs besides itself."""
ADDRESS = "/offline"

_TEMPLATES = Path(__file__).parent.parent / "templates"
_DRAWN_FROM = ("offline/offline.html", "base.html")


class OfflinePages(Controller):
    """What to do without a connection."""

    opt = {"access": Access.ANYONE}

    @get(ADDRESS)
    async def offline(self, request: PageRequest) -> Template:
        """Say that there is no connection, and that nothing is lost."""
        return draw(request, "offline/offline.html", footer_links=())


@get("/service-worker.js", opt={"access": Access.ANYONE}, include_in_schema=False)
async def service_worker() -> Template:
    """The worker, which browsers of members ask for by this one name."""
    kept = [ADDRESS, *(static(name) for name in KEPT)]
    return Template(
        "offline/service_worker.js",
        context={"kept": kept, "page": ADDRESS, "version": _version(tuple(kept))},
        media_type="text/javascript; charset=utf-8",
        headers={"Cache-Control": "private, no-cache"},
    )


@lru_cache(maxsize=4)
def _version(kept: tuple[str, ...]) -> str:
    """Another for each look of the page: browsers keep it anew when the worker changes, and only then."""
    drawn = b"".join((_TEMPLATES / name).read_bytes() for name in _DRAWN_FROM)
    return hashlib.sha256(repr(kept).encode() + drawn).hexdigest()[:12]
