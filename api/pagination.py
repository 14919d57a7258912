"""Lists in parts: an opaque cursor that says where the last part ended."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Generic, TypeVar

import msgspec

from api.errors import InvalidError

Item = TypeVar("Item")
Position = TypeVar("Position")

DEFAULT_LIMIT = 20
MOST = 100


class Page(msgspec.Struct, Generic[Item], frozen=True):
    """One part of a list, and where the next begins."""

    items: list[Item]
    next: str | None


def encode_cursor(position: object) -> str:
    """Hide a position (any JSON-able value) in text that is safe in a URL."""
    return urlsafe_b64encode(msgspec.json.encode(position)).decode().rstrip("=")


def decode_cursor(cursor: str, kind: type[Position]) -> Position:
    """The position that a cursor holds.

    Raises:
        InvalidError: The cursor is not one that this list gave out.
    """
    try:
        raw = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        return msgspec.json.decode(raw, type=kind)
    except ValueError as error:  # binascii and msgspec errors are both ValueErrors
        raise InvalidError.field("cursor", "bad-cursor", "Start again from the first page of this list.") from error


def page_of(items: list[Item], *, limit: int, position: "object | None") -> Page[Item]:
    """Cut a list that was read with `limit + 1` rows, so that one row more shows whether there is a next part.

    `position` is the position of the last item that stays, used only when something follows.
    """
    if len(items) <= limit:
        return Page(items, None)
    return Page(items[:limit], encode_cursor(position))
