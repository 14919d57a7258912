"""Where whoever found a hole can tell it: `/.well-known/security.txt` (RFC 9116)."""

from datetime import timedelta

from litestar import MediaType, get

from api import clock
from api.authentication import Access
from api.settings import settings

LASTS = timedelta(days=90)
"""RFC 9116 advises less than a year; whoever fetches it later should look again."""


@get("/.well-known/security.txt", media_type=MediaType.TEXT, opt={"access": Access.ANYONE})
async def security_contact() -> str:
    """The contact that the operator set, or the page that says whom to tell."""
    base = settings().base_url
    until = clock.now().replace(hour=0, minute=0, second=0, microsecond=0) + LASTS
    lines = (
        f"Contact: {settings().security_contact or f'{base}/safety#holes'}",
        f"Expires: {until:%Y-%m-%dT%H:%M:%SZ}",
        "Preferred-Languages: en",
        f"Canonical: {base}/.well-known/security.txt",
        f"Policy: {base}/safety#holes",
    )
    return "\r\n".join(lines) + "\r\n"
