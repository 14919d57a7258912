"""Giving every statement that takes part in matching a vector of a model: after a change of model, while a site serves.

Each batch is a transaction of its own, so whatever is stopped at any moment goes on from there. A vector is written
only while its author's profile is held, and only where the text is still the one that was encoded.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from typing import NamedTuple
from uuid import UUID

import msgspec

from api.database import fetch, transaction
from api.encoding import encoder as encoder_in_force
from api.profiles.coverage import (
    UNENCODED,
    how_many_missing,
    is_covered,
    say_served,
    write_down,
)
from api.profiles.vectors import CELL, packed_words
from api.sealing import open_in
from embeddings.columns import to_literal
from embeddings.encoder import Encoder
from embeddings.language import languages_of

STATEMENTS_LOOKED_AT = 5_000
"""Statements in one look for what is missing, so that each look is short however many there are."""
STATEMENTS_ENCODED = 256
"""Statements in one transaction: about a second of encoding; their authors' profiles are held only to write."""
SECONDS_AT_A_TIME = 240.0
"""How long the job works before others may see that it is alive."""

Tell = Callable[[int, int], None]
"""Is told how many vectors were written, and how many there were to write."""

_KEEP = f"""
    INSERT INTO statement_vector (statement, member, purpose, role, cell, model, vector, words)
    SELECT written.id, written.author, written.purpose, written.role, {CELL}, {{}}, given.vector::halfvec, given.words
    FROM unnest({{}}::uuid[], {{}}::text[], {{}}::text[], {{}}::bytea[]) AS given (id, sealed, vector, words)
    JOIN statement AS written ON written.id = given.id AND written.text = given.sealed AND written.audience = 'purpose'
    JOIN member_purpose AS switched ON switched.member = written.author AND switched.purpose = written.purpose
    JOIN account ON account.id = written.author AND account.erased_at IS NULL
    ON CONFLICT DO NOTHING RETURNING statement
"""


class _Written(msgspec.Struct, frozen=True):
    id: UUID
    author: UUID
    sealed: str
    """As it stands in its row: another one means that it was changed, or sealed anew."""
    text: str


class _Stretch(NamedTuple):
    """Statements in the order of their ids: after one, up to another."""

    after: UUID
    upto: UUID


async def encode_missing(
    encoder: Encoder, *, serving: bool = False, seconds: float | None = None, tell: Tell | None = None
) -> int:
    """Write every vector of the encoder's model that is missing, or as many as can be in so many seconds.

    What members write, change or delete meanwhile is seen to as well: it is over when nothing is missing.

    Args:
        encoder: Of any model, whether it is served with or not.
        serving: Whether this process serves with it, which is said after every look for what is missing.
        seconds: How long to work, or None until nothing is missing.
        tell: Is told how far it is after every batch.

    Returns:
        How many vectors were written.
    """
    until = None if seconds is None else time.monotonic() + seconds
    model, done = encoder.model.name, 0
    while missing := await how_many_missing(model):
        await write_down(model, missing=missing)
        if serving:
            await say_served(model)
        total = done + missing
        async for stretch in _stretches():
            unencoded = await _rows(f"{UNENCODED} AND written.id > {{}} AND written.id <= {{}}", model, *stretch)
            # Texts of one length are encoded together with less waste.
            unencoded.sort(key=lambda written: len(written.text))
            for start in range(0, len(unencoded), STATEMENTS_ENCODED):
                done += await _encode(encoder, unencoded[start : start + STATEMENTS_ENCODED])
                if tell is not None:
                    tell(done, max(done, total))
                if until is not None and time.monotonic() > until:
                    return done
    await write_down(model, missing=0)
    return done


async def catch_up() -> int:
    """The job: encode what has no vector of the model in force; looks at once after a switch, and then every hour."""
    model = encoder_in_force().model.name
    written = 0
    if not await is_covered(model):
        written = await encode_missing(encoder_in_force(), serving=True, seconds=SECONDS_AT_A_TIME)
    await say_served(model)
    return written


async def tell_languages() -> int:
    """Give statements that are older than the telling of languages theirs, where it is plain; how many got one."""
    told = 0
    async for stretch in _stretches():
        unknown = await _rows(
            "FROM statement AS written WHERE language IS NULL AND written.id > {} AND written.id <= {}", *stretch
        )
        languages = languages_of(written.text for written in unknown)
        plain = [written for written in unknown if languages[written.text] is not None]
        async with transaction():
            await _hold_authors(plain)
            rows = await fetch(
                "UPDATE statement SET language = given.language "
                "FROM unnest({}::uuid[], {}::text[], {}::text[]) AS given (id, sealed, language) "
                "WHERE statement.id = given.id AND statement.text = given.sealed RETURNING statement.id",
                [written.id for written in plain],
                [written.sealed for written in plain],
                [languages[written.text] for written in plain],
            )
        told += len(rows)
    return told


async def remove_other_vectors(model: str) -> int:
    """Remove the vectors of all models but one; how many there were."""
    removed = 0
    # In the order of the key: a search for any that are left would pass over all those removed before.
    async for stretch in _stretches():
        rows = await fetch(
            "DELETE FROM statement_vector WHERE statement > {} AND statement <= {} AND model <> {} RETURNING 1 AS gone",
            *stretch,
            model,
        )
        removed += len(rows)
    await fetch("DELETE FROM model_coverage WHERE model <> {}", model)
    return removed


async def _encode(encoder: Encoder, unencoded: list[_Written]) -> int:
    """Encode some statements, and keep the vectors of those that are still as they were."""
    vectors = await encoder.encode([written.text for written in unencoded])
    async with transaction():
        await _hold_authors(unencoded)
        # By itself, so that it sees what those have changed for whom it had to wait.
        kept = await fetch(
            _KEEP,
            encoder.model.name,
            [written.id for written in unencoded],
            [written.sealed for written in unencoded],
            [to_literal(vector) for vector in vectors],
            [packed_words(written.text) for written in unencoded],
        )
    return len(kept)


async def _hold_authors(statements: list[_Written]) -> None:
    """Hold back changes to these members' profiles, as `locks.lock_member` does; always in the same order."""
    authors = list({written.author for written in statements})
    await fetch("SELECT id FROM account WHERE id = ANY({}::uuid[]) ORDER BY id FOR NO KEY UPDATE", authors)


async def _stretches() -> AsyncIterator[_Stretch]:
    """All statements, some thousands at a time."""
    after, end = UUID(int=0), UUID(int=2**128 - 1)
    while after != end:
        rows = await fetch(
            "SELECT id FROM statement WHERE id > {} ORDER BY id OFFSET {} LIMIT 1", after, STATEMENTS_LOOKED_AT - 1
        )
        upto = rows[0]["id"] if rows else end
        yield _Stretch(after, upto)
        after = upto


async def _rows(source: str, *values: object) -> list[_Written]:
    rows = await fetch(f"SELECT written.id, written.author, written.text AS sealed, written.text {source}", *values)
    await asyncio.to_thread(open_in, rows, text="statement.text")
    return msgspec.convert(rows, list[_Written])
