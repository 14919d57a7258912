"""Taking everything out that is kept of oneself: to read, and for programs."""

import asyncio
from collections.abc import AsyncIterator
from typing import cast

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.plugins.jinja import JinjaTemplateEngine
from litestar.response import Stream, Template

from api import clock
from api.accounts.recent import needs_recent
from api.accounts.schemas import Credential, Member
from api.authentication import Access
from api.limits.policies import EXPORTS
from api.privacy.export import parts
from api.privacy.export_document import export_document, while_signed_in
from web.contexts import PageRequest, page
from web.export_words import PART_NAMES, in_words


class ExportPages(Controller):
    """A copy of everything."""

    path = "/settings/export"
    opt = {"access": Access.SIGNED_IN}

    @get()
    async def offer(
        self, request: PageRequest, actor: NamedDependency[Member], credential: NamedDependency[Credential]
    ) -> Template:
        """Say what a copy holds, and offer it in two forms."""
        needs_recent(credential)
        return await page(request, "settings/export.html", actor=actor)

    @post("/page", opt={"limits": (EXPORTS,)}, status_code=200)
    async def as_page(
        self, request: PageRequest, actor: NamedDependency[Member], credential: NamedDependency[Credential]
    ) -> Stream:
        """Everything as a page to keep, to read without a network, and to print."""
        needs_recent(credential)
        return _download(while_signed_in(credential, export_page(request, actor)), "html", "text/html; charset=utf-8")

    @post("/data", opt={"limits": (EXPORTS,)}, status_code=200)
    async def as_data(self, actor: NamedDependency[Member], credential: NamedDependency[Credential]) -> Stream:
        """Everything as JSON, for programs."""
        needs_recent(credential)
        return _download(while_signed_in(credential, export_document(actor)), "json", "application/json")


async def export_page(request: PageRequest, actor: Member) -> AsyncIterator[str]:
    """The page in pieces: it names no other file, and needs no script."""
    engine = cast("JinjaTemplateEngine", request.app.template_engine)
    head, part_of, rows_of = (engine.get_template(f"export/{name}.html") for name in ("head", "part", "rows"))
    yield head.render(made_at=clock.now(), name=actor.display_name, parts=PART_NAMES)
    async for part in parts(actor):
        yield part_of.render(part=part.name, title=PART_NAMES[part.name], about=part.about)
        empty = True
        async for batch in part.batches:
            if batch:
                yield await asyncio.to_thread(rows_of.render, rows=[in_words(row) for row in batch])
                empty = False
        yield "<p>Nothing.</p></section>\n" if empty else "</section>\n"
    yield "</main></body></html>\n"


def _download(body: AsyncIterator[str] | AsyncIterator[bytes], ending: str, media_type: str) -> Stream:
    name = f"wherefore-{clock.now():%Y-%m-%d}.{ending}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Stream(body, media_type=media_type, headers=headers)
