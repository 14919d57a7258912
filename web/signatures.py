"""What the site writes and later reads back from a browser, signed so that nobody else can have written it."""

import hashlib
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode

import msgspec

from api import clock
from api.settings import settings


def signature(about: str, text: str) -> str:
    """The signature of a text; `about` keeps signatures made for one thing from serving another."""
    key = settings().secret_key.encode()
    return hmac.new(key, f"{about}\0{text}".encode(), hashlib.sha256).hexdigest()


def sealed(about: str, text: str, *, seconds: int) -> str:
    """A text that `opened` gives back for so many seconds, in characters that a cookie may hold."""
    until = int(clock.now().timestamp()) + seconds
    body = urlsafe_b64encode(msgspec.json.encode((until, text))).decode().rstrip("=")
    return f"{body}.{signature(about, body)}"


def opened(about: str, value: str) -> str | None:
    """The text in a sealed value, or None when it is not ours or too old."""
    body, _, mark = value.partition(".")
    if not hmac.compare_digest(mark.encode(), signature(about, body).encode()):
        return None
    until, text = msgspec.json.decode(urlsafe_b64decode(body + "=" * (-len(body) % 4)), type=tuple[int, str])
    return text if clock.now().timestamp() < until else None
