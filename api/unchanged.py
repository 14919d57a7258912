"""Changing something only if it is still as it was read."""

import hashlib
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final, ParamSpec

import msgspec

from api.errors import WhereforeError

Params = ParamSpec("Params")

ANY: Final = "*"

_expected: ContextVar[frozenset[str] | None] = ContextVar("expected", default=None)


class ChangedMeanwhileError(WhereforeError):
    """What was to be changed is not any more as it was when it was read."""

    code = "changed-meanwhile"
    title = "It has changed since you read it"
    status = 412

    def __init__(self) -> None:
        """Say what to do."""
        super().__init__("It has changed since you read it, and nothing was done. Read it again, then change it.")


def tag_of(body: bytes, *, packed: str | None = None) -> str:
    """The strong `ETag` of a reply: of what it says, and of how it is packed, as its bytes are others then."""
    digest = hashlib.sha256(body).hexdigest()[:24]
    return f'"{digest}.{packed}"' if packed else f'"{digest}"'


@contextmanager
def expecting(tags: frozenset[str] | None) -> Iterator[None]:
    """For as long as a call is answered, let what it changes be as one of these tags says; None for whatever it is."""
    before = _expected.set(tags)
    try:
        yield
    finally:
        _expected.reset(before)


async def check_unchanged(
    read: Callable[Params, Awaitable[object]], *args: Params.args, **kwargs: Params.kwargs
) -> None:
    """Hold that something still is as the call that is being answered expects it; most calls expect nothing.

    Called within the transaction that changes it, when it is locked.

    Args:
        read: What a `GET` of it answers.
        args: Whose, and which.
        kwargs: The same.

    Raises:
        ChangedMeanwhileError: It is not.
    """
    expected = _expected.get()
    if expected is None:
        return
    now = await read(*args, **kwargs)
    if ANY not in expected and tag_of(msgspec.json.encode(now)) not in expected:
        raise ChangedMeanwhileError
