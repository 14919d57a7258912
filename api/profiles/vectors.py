"""The vectors of a member's statements: they exist exactly as long as others may be matched on the text."""

from collections.abc import Iterable
from uuid import UUID

import msgspec

from api.database import fetch
from api.encoding import encoder
from api.profiles.schemas import Audience, Purpose, Role
from embeddings.columns import to_literal
from embeddings.words import word_keys

# Where a member is, as far as it counts in matching: nowhere for those who only meet online.
CELL = "CASE WHEN account.meets = 'online' THEN NULL ELSE account.place_id END"


class Searchable(msgspec.Struct, frozen=True):
    """A statement, as far as matching needs it."""

    id: UUID
    author: UUID
    purpose: Purpose
    role: Role
    text: str
    audience: Audience


async def literals(texts: Iterable[str]) -> dict[str, str]:
    """The vector of each text, in the form in which PostgreSQL takes it."""
    distinct = list(dict.fromkeys(texts))
    return dict(zip(distinct, map(to_literal, await encoder().encode(distinct)), strict=True))


def packed_words(text: str) -> bytes:
    """The words of a text that say something, as they are kept: four bytes each, see `embeddings.words.word_keys`."""
    keys = word_keys([text])[0]
    packed: bytes = keys[keys != 0].astype(">i4").tobytes()
    return packed


async def replace_vector(statement: Searchable, vectors: dict[str, str]) -> None:
    """Make the vector of a statement what it must be now, within the caller's transaction.

    Args:
        statement: As it was just written, under a purpose that is switched on.
        vectors: What `literals` made of its text, or nothing if nobody is to be matched on it.
    """
    await fetch("DELETE FROM statement_vector WHERE statement = {}", statement.id)
    if statement.audience is not Audience.PURPOSE:
        return
    await fetch(
        "INSERT INTO statement_vector (statement, member, purpose, role, cell, model, vector, words) "
        f"SELECT {{}}, account.id, {{}}, {{}}, {CELL}, {{}}, {{}}::halfvec, {{}} FROM account WHERE account.id = {{}}",
        statement.id,
        statement.purpose,
        statement.role,
        encoder().model.name,
        vectors[statement.text],
        packed_words(statement.text),
        statement.author,
    )


async def place_vectors(member_id: UUID) -> None:
    """Put a member's vectors where the member is now, within the transaction that moved them."""
    await fetch(
        f"UPDATE statement_vector SET cell = {CELL} FROM account WHERE account.id = {{}} AND member = account.id",
        member_id,
    )


async def remove_vectors(member_id: UUID, purpose: Purpose | None = None) -> None:
    """Take a member out of matching, for one purpose or altogether."""
    await fetch(
        "DELETE FROM statement_vector WHERE member = {} AND ({}::varchar IS NULL OR purpose = {})",
        member_id,
        purpose,
        purpose,
    )
