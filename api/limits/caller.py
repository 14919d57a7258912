"""Where the call that is being answered comes from: for limits that only services can spend."""

import hmac
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING
from uuid import UUID

import msgspec

from api.limits.keys import key_of
from api.settings import settings

if TYPE_CHECKING:
    from api.limits.services import Spent

_NONCE_LENGTH = 12


class Caller(msgspec.Struct, frozen=True):
    """A network address, and what its browser carries from having signed in before."""

    address: str
    known: str = ""
    """The cookie of a known browser, as it was sent."""
    spent: "list[Spent]" = msgspec.field(default_factory=list)
    """Of the limits that its route declares, but those that are spent in leases."""


_calling: ContextVar[Caller | None] = ContextVar("calling", default=None)


@contextmanager
def calling(caller: Caller) -> Iterator[None]:
    """Remember who calls for as long as the call is answered."""
    before = _calling.set(caller)
    try:
        yield
    finally:
        _calling.reset(before)


def calling_from() -> str | None:
    """The address that the call comes from; None for what no call is behind: jobs, commands, tests."""
    caller = _calling.get()
    return None if caller is None else caller.address


def spent_by_call() -> "list[Spent]":
    """`Caller.spent` of the call that is being answered."""
    caller = _calling.get()
    return [] if caller is None else caller.spent


def known_browser(account: UUID, *, password_hash: str) -> str | None:
    """What tells this browser from others, where it signed in to an account before; None where it never did.

    Or where the account has another password since: whoever collected such cookies has nothing of them any more.
    """
    caller = _calling.get()
    nonce, _, mark = (caller.known if caller is not None else "").partition(".")
    return nonce if mark and hmac.compare_digest(mark.encode(), _mark(account, password_hash, nonce).encode()) else None


def known_browser_cookie(account: UUID, *, password_hash: str) -> str:
    """What a browser carries that has just signed in to an account; it opens nothing."""
    nonce = secrets.token_urlsafe(_NONCE_LENGTH)
    return f"{nonce}.{_mark(account, password_hash, nonce)}"


def known_browser_name() -> str:
    """The name of that cookie. With HTTPS it is bound to this host by its `__Host-` prefix."""
    return settings().cookie_name("wherefore-known")


def _mark(account: UUID, password_hash: str, nonce: str) -> str:
    return key_of("known-browser", f"{account} {nonce} {password_hash}").hex()
