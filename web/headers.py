"""Headers that every reply carries, so that a browser keeps others out of the page."""

from litestar.datastructures import MutableScopeHeaders
from litestar.types import Message, Scope

_ALWAYS = {
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
        "form-action 'self'; frame-ancestors 'none'"
    ),
    # Not `no-referrer`: with it browsers send forms with `Origin: null`, and the check of origins needs the origin.
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


async def add_headers(message: Message, _: Scope) -> None:
    """Before a reply is sent: add what is missing. Nothing is kept by browsers unless it says that it may be."""
    if message["type"] != "http.response.start":
        return
    message.setdefault("headers", [])
    headers = MutableScopeHeaders(message)
    for name, value in _ALWAYS.items():
        headers.setdefault(name, value)
    headers.setdefault("Cache-Control", "no-store")
