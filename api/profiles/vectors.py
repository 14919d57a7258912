"""The vectors of a member's statements: they exist exactly as long as others may be matched on the text."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import TypeVar
from uuid import UUID

import msgspec

from api.database import fetch
from api.encoding import encoder
from api.piccolo_conf import DB
from api.profiles.schemas import Audience, Purpose, Role
from embeddings.columns import to_literal
from embeddings.words import word_keys

# Where a member is, as far as it counts in matching: nowhere for those who only meet online.
CELL = "CASE WHEN account.meets = 'online' THEN NULL ELSE account.place_id END"


Done = TypeVar("Done")


class UnencodedError(Exception):
    """A vector is to be written whose text was not encoded: it was written by somebody else at this moment."""

    def __init__(self, texts: Iterable[str]) -> None:
        """Say what is to be encoded first."""
        super().__init__("A text has no vector yet.")
        self.texts = list(texts)


class Searchable(msgspec.Struct, frozen=True):
    """A statement, as far as matching needs it."""

    id: UUID
    author: UUID
    purpose: Purpose
    role: Role
    text: str
    audience: Audience


async def literals(texts: Iterable[str]) -> dict[str, str]:
    """The vector of each text, in the form in which PostgreSQL takes it.

    Never called within a transaction. The model may have much to do; whoever waited for what that has locked would hold
    a connection each meanwhile, until a process has none left for anybody.

    Raises:
        RuntimeError: It is called within a transaction.
    """
    distinct = list(dict.fromkeys(texts))
    if distinct and DB.transaction_exists():
        raise RuntimeError("Texts are encoded within a transaction.")
    return dict(zip(distinct, map(to_literal, await encoder().encode(distinct)), strict=True))


async def with_vectors(texts: Iterable[str], write: Callable[[Mapping[str, str]], Awaitable[Done]]) -> Done:
    """Do what writes vectors, with those of these texts, and what it found to be written by others meanwhile.

    Args:
        texts: What is encoded before.
        write: A transaction, handed what `literals` makes of texts; begun anew where `UnencodedError` comes out of it.
    """
    vectors = await literals(texts)
    while True:
        try:
            return await write(vectors)
        except UnencodedError as error:
            vectors |= await literals(error.texts)


def check_encoded(texts: Iterable[str], vectors: Mapping[str, str]) -> None:
    """Hold that all of these texts have been encoded, before vectors of them are written.

    Raises:
        UnencodedError: Some were not.
    """
    if missing := [text for text in texts if text not in vectors]:
        raise UnencodedError(missing)


def packed_words(text: str) -> bytes:
    """The words of a text that say something, as they are kept: four bytes each, see `embeddings.words.word_keys`."""
    keys = word_keys([text])[0]
    packed: bytes = keys[keys != 0].astype(">i4").tobytes()
    return packed


async def replace_vector(statement: Searchable, vectors: Mapping[str, str]) -> None:
    """Make the vector of a statement what it must be now, within the caller's transaction.

    Args:
        statement: As it was just written, under a purpose that is switched on.
        vectors: What `literals` made of its text, or nothing if nobody is to be matched on it.

    Raises:
        UnencodedError: Its text is not among them.
    """
    await fetch("DELETE FROM statement_vector WHERE statement = {}", statement.id)
    if statement.audience is not Audience.PURPOSE:
        return
    check_encoded([statement.text], vectors)
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
