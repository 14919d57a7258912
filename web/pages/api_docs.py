"""The reference for people who write programs: our own page, made from the app's own OpenAPI document."""

from asyncio import to_thread
from threading import Lock
from typing import cast

from litestar import Controller, Litestar, get
from litestar.plugins.jinja import JinjaTemplateEngine
from litestar.response import Template
from markupsafe import Markup

from api.authentication import Access
from api.openapi.document import document
from web.contexts import PageRequest, page
from web.reference import read_reference

_being_drawn = Lock()


class ApiDocsPages(Controller):
    """Every call of the JSON API."""

    opt = {"access": Access.ANYONE}

    @get("/api/docs")
    async def show(self, request: PageRequest) -> Template:
        """Show every call with what goes in, what comes out, and what can go wrong."""
        calls = request.app.state.get("reference") or await to_thread(_drawn_once, request.app)
        return await page(request, "api_docs/reference.html", calls=calls)


def _drawn_once(app: Litestar) -> Markup:
    """What is the same for everybody: a quarter of a megabyte, which would cost more than ten other pages each time."""
    with _being_drawn:
        drawn: Markup | None = app.state.get("reference")
        if drawn is None:
            calls = cast("JinjaTemplateEngine", app.template_engine).engine.get_template("api_docs/calls.html")
            drawn = app.state["reference"] = Markup(calls.render(reference=read_reference(document(app))))  # noqa: S704 - drawn by our own template
        return drawn
