"""Lists in parts: an opaque cursor that says where the last part ended."""

import hashlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime
from functools import cache
from typing import Annotated, Generic, NamedTuple, TypeVar
from uuid import UUID

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from piccolo.querystring import QueryString

from api.errors import InvalidError
from api.settings import settings

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
    return _as_text(msgspec.json.encode(position))


def decode_cursor(cursor: str, kind: type[Position]) -> Position:
    """The position that a cursor holds.

    Raises:
        InvalidError: The cursor is not one that this list gave out.
    """
    try:
        return msgspec.json.decode(_as_bytes(cursor), type=kind)
    except ValueError as error:  # binascii and msgspec errors are both ValueErrors
        raise _bad_cursor() from error


def seal_cursor(position: bytes, *, belongs_to: str) -> str:
    """Hide a position that nobody may read, in text that only `open_cursor` opens: the same one each time.

    Args:
        position: The position; its length is not hidden.
        belongs_to: What the list is, and whose; a cursor is of no use for another.
    """
    return _as_text(_cipher().encrypt(position, [belongs_to.encode()]))


def open_cursor(cursor: str, *, belongs_to: str) -> bytes:
    """The position that a sealed cursor holds.

    Raises:
        InvalidError: The cursor is not one that this list gave out.
    """
    try:
        return _cipher().decrypt(_as_bytes(cursor), [belongs_to.encode()])
    except (ValueError, InvalidTag) as error:
        raise _bad_cursor() from error


def _as_text(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode().rstrip("=")


def _as_bytes(cursor: str) -> bytes:
    return urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))


@cache
def _cipher() -> AESSIV:
    """Deterministic (RFC 5297): the same list must be the same bytes."""
    return AESSIV(hashlib.blake2b(settings().secret_key.encode(), person=b"cursor").digest())


def _bad_cursor() -> InvalidError:
    return InvalidError.field("cursor", "bad-cursor", "Start again from the first page of this list.")


class Moment(NamedTuple):
    """Where a list in order of time stands: the time of its last row, and its id, as times may be equal."""

    at: Annotated[datetime, msgspec.Meta(tz=True)]
    id: UUID


def beyond(cursor: str | None, condition: str) -> QueryString:
    """The condition that a row follows a cursor; every row follows none.

    Args:
        cursor: Made of a `Moment`.
        condition: Compares a row's time and id with the cursor's, for example `(created_at, id) < ({}, {})`.

    Raises:
        InvalidError: The cursor is not one that this list gave out.
    """
    if cursor is None:
        return QueryString("TRUE")
    return QueryString(condition, *decode_cursor(cursor, Moment))


def page_of(items: list[Item], *, limit: int, position: "object | None") -> Page[Item]:
    """Cut a list that was read with `limit + 1` rows, so that one row more shows whether there is a next part.

    `position` is the position of the last item that stays, used only when something follows.
    """
    if len(items) <= limit:
        return Page(items, None)
    return Page(items[:limit], encode_cursor(position))
