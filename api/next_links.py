"""Where the next part of a list is, said in `Link` for programs that follow links (RFC 8288)."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from litestar import Request, Response
from litestar.response.base import ASGIResponse

from api.matching.schemas import MatchPage
from api.pagination import Page


class ListResponse(Response[Any]):
    """A reply that names the next part, where it is a list that goes on."""

    def to_asgi_response(
        self,
        app: Any,
        request: Request[Any, Any, Any],
        *,
        headers: Mapping[str, str] | None = None,
        **options: Any,
    ) -> ASGIResponse:
        """The reply as it is sent."""
        if isinstance(self.content, Page | MatchPage) and self.content.next is not None:
            headers = {**(headers or {}), "Link": f'<{_next(request, self.content.next)}>; rel="next"'}
        return super().to_asgi_response(app, request, headers=headers, **options)  # type: ignore[arg-type]


def _next(request: Request[Any, Any, Any], cursor: str) -> str:
    """The same call with another cursor, as a path: only the client knows by what name it reaches this server."""
    asked = [(name, value) for name, value in request.query_params.multi_items() if name != "cursor"]
    return f"{request.url.path}?{urlencode([*asked, ('cursor', cursor)])}"
