"""The reference for people who write programs: our own page, made from the app's own OpenAPI document."""

from litestar import Controller, get
from litestar.response import Template

from api.authentication import Access
from web.contexts import PageRequest, page
from web.reference import read_reference


class ApiDocsPages(Controller):
    """Every call of the JSON API."""

    opt = {"access": Access.ANYONE}

    @get("/api/docs")
    async def show(self, request: PageRequest) -> Template:
        """Show every call with what goes in, what comes out, and what can go wrong."""
        reference = request.app.state.get("reference")
        if reference is None:
            reference = request.app.state["reference"] = read_reference(request.app.openapi_schema.to_schema())
        return await page(request, "api_docs/reference.html", reference=reference)
