"""Which key the call came with that is being answered, for the services that write."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from uuid import UUID

import msgspec

from api.accounts.schemas import Member
from api.sealing import keyed_digest


class KeyedCall(msgspec.Struct, frozen=True):
    """A call of a member's that came with a key, told from others by digests only."""

    id: UUID
    fingerprint: bytes

    @classmethod
    def of(cls, actor: Member, *, key: str, called: bytes) -> "KeyedCall":
        """Make it of the key, and of everything that the call asks for."""
        made = UUID(bytes=keyed_digest(f"{actor.id} {key}", about="kept_reply")[:16], version=4)
        return cls(made, keyed_digest(called.hex(), about="kept_reply.fingerprint"))


_calls: ContextVar[list[KeyedCall] | None] = ContextVar("calls", default=None)


@contextmanager
def listening() -> Iterator[None]:
    """Remember a key for as long as its call is answered."""
    before = _calls.set([])
    try:
        yield
    finally:
        _calls.reset(before)


def keyed(call: KeyedCall) -> None:
    """Note that the call that is being answered came with a key."""
    heard = _calls.get()
    if heard is not None:
        heard.append(call)


def keyed_call() -> KeyedCall | None:
    """The call that is being answered, if it came with a key; None for pages, jobs and commands."""
    heard = _calls.get()
    return heard[-1] if heard else None
