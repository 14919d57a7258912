"""The reference for people who write programs: our own page, made from the app's own OpenAPI document."""

from asyncio import to_thread

from litestar import Controller, Litestar, get
from litestar.response import Template

from api.authentication import Access
from api.openapi.document import document
from web.contexts import PageRequest, page
from web.reference import Reference, read_reference


class ApiDocsPages(Controller):
    """Every call of the JSON API."""

    opt = {"access": Access.ANYONE}

    @get("/api/docs")
    async def show(self, request: PageRequest) -> Template:
        """Show every call with what goes in, what comes out, and what can go wrong."""
        reference = request.app.state.get("reference")
        if reference is None:
            reference = request.app.state["reference"] = await to_thread(_reference, request.app)
        return await page(request, "api_docs/reference.html", reference=reference)


def _reference(app: Litestar) -> Reference:
    return read_reference(document(app))
