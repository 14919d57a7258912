"""What members and moderators did to protect somebody, kept in the journal, so that a restore does not undo it.

Each is noted in the transaction that does it, before that is committed. It names rows by their ids and versions, never
words, names or addresses, and it is sealed: whoever finds the journal without the keys learns when something was done,
not what, nor about whom. What only gives somebody more is not noted.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final, TypeAlias
from uuid import UUID, uuid4

import msgspec
import structlog

from api import clock, journal
from api.database import transaction
from api.journal import Decision, Entry
from api.sealing import SealBrokenError, keyed_digest, opened_after_long, seal_for_long

logger = structlog.get_logger()

_SEALED_AS = "journal.protection"
_LENGTH: Final = 192
"""Bytes to which each is filled up, so that its length does not tell what it is."""
_LENGTH_OF_LENGTH: Final = 2
MOST_WAITING: Final = 10_000


# Written without the names of their fields: new ones go to the end, with a default.


class Blocked(msgspec.Struct, frozen=True, array_like=True, tag="b"):
    """One member keeps another out of sight."""

    block: UUID
    blocker: UUID
    blocked: UUID
    digest: bytes | None
    """The keyed digest of the blocked one's address, by which whoever comes back is known."""


class Suspended(msgspec.Struct, frozen=True, array_like=True, tag="s"):
    """Moderators suspended an account, or the right to ask others."""

    case: UUID
    reported: UUID
    decided_by: UUID
    rule: str
    requests_paused_until: datetime | None
    """None where the account was suspended."""
    after_step_at: datetime | None
    digest: bytes | None


class Refused(msgspec.Struct, frozen=True, array_like=True, tag="r"):
    """A recipient said no to a request, or wants nothing of its sender."""

    request: UUID
    sender: UUID
    recipient: UUID
    purpose: str
    opened_at: datetime
    """Which version of the request: it may be opened again."""
    expires_at: datetime
    for_good: bool
    """Whether it came of a block, which no reopening undoes."""


class Parted(msgspec.Struct, frozen=True, array_like=True, tag="p"):
    """A connection ended."""

    connection: UUID
    asker: UUID
    accepter: UUID
    purpose: str
    by: UUID


class What(StrEnum):
    """What a row that was ended is."""

    PURPOSE = "purpose"
    """A row of `member_purpose`, and the consent with it."""
    STATEMENT = "statement"
    TEXT = "text"
    """A version of a statement, by when it was written: it was changed, or is for fewer people."""
    REQUEST = "request"
    """One that its sender took back."""
    PASSKEY = "passkey"
    RECOVERY_CODE = "code"
    MESSAGE = "message"
    """The words of one, taken out by moderators; so of the two that follow."""
    REASON = "reason"
    STEP = "step"
    GIFT = "gift"
    """Words that were given to be read by moderators."""


class Ended(msgspec.Struct, frozen=True, array_like=True, tag="e"):
    """A row, or one version of it, that must not come back."""

    what: What
    row: UUID
    version: str = ""


class Became(msgspec.Struct, frozen=True, array_like=True, tag="c"):
    """What a member is from then on; of several, the last one counts."""

    member: UUID
    paused: bool = False
    """Whether it says until when nobody new finds them, if they rest at all."""
    paused_until: datetime | None = None
    moderator: bool | None = None
    secret: bytes | None = None
    """A keyed digest of the hash of their password, or of there being none."""
    shown: dict[str, bytes] = {}
    """Keyed digests of what stands in columns that others may see, by their names."""


Protection: TypeAlias = Blocked | Suspended | Refused | Parted | Ended | Became
Keep: TypeAlias = Callable[..., None]


class Noted(msgspec.Struct, frozen=True):
    """A protection in the journal, and when it was noted."""

    at: datetime
    said: Protection


class _Waiting:
    """Lines that could not be written, until some can."""

    lines: tuple[Entry, ...] = ()


_outer: ContextVar[list[Entry] | None] = ContextVar("outer", default=None)
_encode = msgspec.msgpack.Encoder(uuid_format="bytes").encode
_decode = msgspec.msgpack.Decoder(Protection).decode


@asynccontextmanager
async def protecting() -> AsyncIterator[Keep]:
    """A transaction that notes, last of all, what it was handed: what fails before that is not noted.

    The handed function takes a `Protection`, and `line`, an id by which it can be struck out later. Where the journal
    cannot be written the protection holds all the same, at once, and is noted as soon as it can be: nobody stays
    within reach of another because a disk is full. Within another one it is a part of that.
    """
    outer = _outer.get()
    noted: list[Entry] = [] if outer is None else outer

    def keep(said: Protection, *, line: UUID | None = None) -> None:
        noted.append(_entry(said, line or uuid4()))

    if outer is not None:
        async with transaction():
            yield keep
        return
    token = _outer.set(noted)
    try:
        async with transaction():
            yield keep
            # The last that is done: where the commit fails then, nobody knows whether it was one, and the line stands.
            await _add(noted)
    finally:
        _outer.reset(token)


async def strike_out(*lines: UUID) -> None:
    """Let what stands under these ids hold no more after a restore: for what was undone, once that is committed."""
    await _add([Entry(clock.now(), line, Decision.VOID) for line in lines])


def line_of(row: UUID, version: datetime | None = None) -> UUID:
    """The id of the line about a row, or about what it was from a moment on; found again without standing there."""
    of = row.hex if version is None else f"{row.hex} {version_of(version)}"
    return UUID(bytes=keyed_digest(of, about=_SEALED_AS)[:16], version=4)


def version_of(moment: datetime) -> str:
    """What tells what was written at a moment from what was written at any other."""
    return moment.astimezone(UTC).isoformat()


def mark(value: object) -> bytes:
    """What tells one value of a column from another, and nobody without the keys which it is."""
    return keyed_digest(repr(value), about="journal.value")[:16]


def standing(entries: Iterable[Entry]) -> tuple[list[Noted], int]:
    """What was noted and not struck out since, in order; and how many lines cannot be opened with the keys here."""
    lines: dict[UUID, list[tuple[int, Entry]]] = {}
    for place, entry in enumerate(entries):
        if entry.decision is Decision.PROTECTED:
            lines.setdefault(entry.account, []).append((place, entry))
        elif entry.decision is Decision.VOID:
            lines.pop(entry.account, None)
    found, closed = [], 0
    for _, entry in sorted((both for those in lines.values() for both in those), key=lambda both: both[0]):
        try:
            found.append(Noted(entry.at, _decode(_opened(entry))))
        except (SealBrokenError, msgspec.MsgspecError):
            closed += 1
    return found, closed


def _entry(said: Protection, line: UUID) -> Entry:
    plain = _encode(said)
    filled = len(plain).to_bytes(_LENGTH_OF_LENGTH) + plain
    filled += bytes(-len(filled) % _LENGTH)
    return Entry(clock.now(), line, Decision.PROTECTED, seal_for_long(filled, about=_SEALED_AS, row=line))


def _opened(entry: Entry) -> bytes:
    filled = opened_after_long(entry.sealed, about=_SEALED_AS, row=entry.account)
    length = int.from_bytes(filled[:_LENGTH_OF_LENGTH])
    return filled[_LENGTH_OF_LENGTH : _LENGTH_OF_LENGTH + length]


async def _add(entries: list[Entry]) -> None:
    if not entries:
        return
    waiting, _Waiting.lines = _Waiting.lines, ()
    try:
        await journal.add([*waiting, *entries])
    except OSError:
        logger.exception("journal_unavailable", waiting=len(waiting) + len(entries))
        _wait([*waiting, *entries])
    except asyncio.CancelledError:  # the thread goes on writing, and what it writes is not done
        undone = [Entry(clock.now(), entry.account, Decision.VOID) for entry in entries]
        _wait([*waiting, *undone])
        raise


def _wait(entries: list[Entry]) -> None:
    _Waiting.lines = (*_Waiting.lines, *entries)[-MOST_WAITING:]
