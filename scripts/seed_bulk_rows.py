"""The rows of a batch of a bulk seed, as `COPY` takes them."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg
import msgspec
import numpy as np
from numpy.typing import NDArray

from api.accounts.schemas import Meets
from api.profiles.purposes import consent_version
from api.profiles.schemas import Audience, Purpose, Role
from api.sealing import seal
from scripts.seed_bulk_plan import Batch, Planned, made_id

DOMAIN = "bulk.wherefore.example"

COLUMNS = {
    "account": (
        "id", "email", "password_hash", "display_name", "pronouns", "place_id", "meets", "languages",
        "request_capacity", "created_at", "confirmed_adult_at",
    ),
    "member_purpose": ("id", "member", "purpose", "switched_on_at"),
    "consent": ("id", "member", "purpose", "version", "given_at"),
    "statement": ("id", "author", "purpose", "role", "text", "audience", "created_at", "updated_at", "language"),
    "statement_vector": ("statement", "member", "purpose", "role", "cell", "model", "vector", "words"),
}  # fmt: skip
"""The tables that a bulk seed fills, in this order."""

_PURPOSES = tuple(Purpose)
_ROLES = tuple(Role)
_CAPACITY = 5
_TO_WRITE = timedelta(minutes=10)

Records = dict[str, list[tuple[Any, ...]]]


class Encoded(NamedTuple):
    """What is known of a text: its vector as it is sent, its words as they are kept, and its language."""

    vector: bytes
    words: bytes
    language: str | None


Known = dict[tuple[int, int], Encoded]
"""By row and place in the bank."""


class Writing(msgspec.Struct, frozen=True):
    """What the rows of every batch have in common."""

    number: int
    today: datetime
    """The end of the time in which members joined."""
    model: str
    text: Callable[[int, int], str]
    known: Known


def email_of(number: int, member: int) -> str:
    """The address of a member; those of one seed sort by number."""
    return f"b{member:08}.{number}@{DOMAIN}"


def records(batch: Batch, people: list[Planned], writing: Writing, *, skip: int = 0) -> Records:
    """All rows of a batch by table, without those of its first `skip` members."""
    made: Records = {table: [] for table in COLUMNS}
    ids = [made_id(writing.number, batch.first + i) for i in range(batch.size)]
    joined = [writing.today - timedelta(days=person.joined_days_ago) for person in people]
    for i, person in enumerate(people[skip:], start=skip):
        made["account"].append((
            ids[i], email_of(writing.number, batch.first + i), None, person.name, person.pronouns, person.place_id,
            person.meets.value, person.languages, _CAPACITY, joined[i], joined[i],
        ))  # fmt: skip
        for index in batch.purposes[i]:
            if index >= 0:
                _switch_on(made, writing.number, ids[i], _PURPOSES[index], joined[i])
    _write(made, batch, people, writing, ids=ids, joined=joined, skip=skip)
    return made


def sent(vectors: NDArray[np.float32]) -> list[bytes]:
    """Vectors of shape (n, d) in the form in which pgvector's `halfvec` is sent and received."""
    packed = np.zeros(
        len(vectors), dtype=[("dimensions", ">i2"), ("unused", ">i2"), ("vector", ">f2", vectors.shape[1])]
    )
    packed["dimensions"] = vectors.shape[1]
    packed["vector"] = vectors
    return [row.tobytes() for row in packed]


async def let_vectors_pass(connection: "asyncpg.Connection[asyncpg.Record]") -> None:
    """Have this connection take `halfvec` as `sent` makes it; asyncpg itself does not know the type."""
    schema = await connection.fetchval(
        "SELECT nspname FROM pg_type JOIN pg_namespace ON pg_namespace.oid = typnamespace WHERE typname = 'halfvec'"
    )
    await connection.set_type_codec("halfvec", schema=schema, encoder=bytes, decoder=bytes, format="binary")


def _switch_on(made: Records, number: int, member: UUID, purpose: Purpose, at: datetime) -> None:
    made["member_purpose"].append((made_id(number, member.int, purpose.value), member, purpose.value, at))
    version = consent_version(purpose)
    if version is not None:
        made["consent"].append((made_id(number, member.int, purpose.value, "yes"), member, purpose.value, version, at))


def _write(
    made: Records,
    batch: Batch,
    people: list[Planned],
    writing: Writing,
    *,
    ids: list[UUID],
    joined: list[datetime],
    skip: int,
) -> None:
    for nth, (author, card, row, place) in enumerate(
        zip(batch.author.tolist(), batch.card.tolist(), batch.row.tolist(), batch.place.tolist(), strict=True)
    ):
        if author < skip:
            continue
        member, person = ids[author], people[author]
        purpose, role = _PURPOSES[batch.purposes[author, card]].value, _ROLES[row % 2].value
        statement = made_id(writing.number, batch.first, nth, "statement")
        at = joined[author] + _TO_WRITE
        known = writing.known[row, place]
        sealed = seal(writing.text(row, place), about="statement.text", row=statement)
        made["statement"].append(
            (statement, member, purpose, role, sealed, Audience.PURPOSE.value, at, at, known.language)
        )
        cell = None if person.meets is Meets.ONLINE else person.place_id
        made["statement_vector"].append(
            (statement, member, purpose, role, cell, writing.model, known.vector, known.words)
        )
