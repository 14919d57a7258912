"""Headers that every reply carries, so that a browser keeps others out of the page."""

from litestar.datastructures import MutableScopeHeaders
from litestar.types import Message, Scope

from api.settings import settings

YEAR = 31_536_000

# Nothing but what is named: no frames, no media, nothing from elsewhere, nothing inline.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
    "connect-src 'self'; worker-src 'self'; form-action 'self'; "
    "base-uri 'none'; object-src 'none'; frame-ancestors 'none'"
)

_NOT_NEEDED = (
    "accelerometer", "autoplay", "browsing-topics", "camera", "display-capture",
    "encrypted-media", "fullscreen", "gamepad", "geolocation", "gyroscope", "hid", "identity-credentials-get",
    "idle-detection", "local-fonts", "magnetometer", "microphone", "midi", "otp-credentials", "payment",
    "picture-in-picture", "screen-wake-lock", "serial", "storage-access", "sync-xhr", "usb",
    "window-management", "xr-spatial-tracking",
)  # fmt: skip

ALWAYS = {
    "Content-Security-Policy": POLICY,
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",  # for browsers that do not know frame-ancestors
    "Permissions-Policy": ", ".join(
        [f"{feature}=()" for feature in _NOT_NEEDED]
        + ["publickey-credentials-get=(self)", "publickey-credentials-create=(self)"]
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Origin-Agent-Cluster": "?1",
}
OF_DOCUMENTS = frozenset({"Permissions-Policy", "Cross-Origin-Opener-Policy", "Origin-Agent-Cluster"})
"""Those of `ALWAYS` that a browser heeds with pages alone. In front of every file they would cost a slow line 16 ms."""

OVER_HTTPS = {"Strict-Transport-Security": f"max-age={YEAR}; includeSubDomains"}
"""Only where members reach the site over HTTPS: without it browsers must not heed this."""


async def add_headers(message: Message, _: Scope) -> None:
    """Before a reply is sent: add what is missing. Nothing is kept by browsers unless it says that it may be."""
    if message["type"] != "http.response.start":
        return
    message.setdefault("headers", [])
    headers = MutableScopeHeaders(message)
    headers.setdefault("Cache-Control", "no-store")
    of_a_file = headers["Cache-Control"].endswith("immutable")
    for name, value in {**ALWAYS, **(OVER_HTTPS if settings().secure else {})}.items():
        if not (of_a_file and name in OF_DOCUMENTS):
            headers[name] = value
