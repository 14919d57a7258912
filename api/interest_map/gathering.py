"""What a map is drawn from: statements for the purpose, of members who take part, within bounds of memory."""

import asyncio
from datetime import datetime
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from api.database import fetch, patient_transaction
from api.encoding import encoder
from api.profiles.schemas import Purpose
from api.profiles.visibility import takes_part
from embeddings.areas import Owners
from embeddings.similarity import Vectors

MOST_MEMBERS = 5_000
"""Of more, so many are taken: always the same ones, by a digest of their ids."""
MOST_EACH = 8
"""Of a member with more statements, so many count."""

# Before the numbers that pgvector sends: how many, and nothing.
_SENT_HEADER = 4

_MINUTES = 10
"""Seconds are usual. A statement that the database goes about in a wrong way must not go on all day."""

# `statement.audience` is looked at although others have no vector: here it would be everybody who reads it.
_COUNTED = """
    FROM statement_vector AS v JOIN statement ON statement.id = v.statement
    WHERE v.purpose = {} AND v.model = {} AND statement.purpose = v.purpose AND statement.author = v.member
    AND statement.audience = 'purpose' AND statement.updated_at <= {} AND {}
"""
# PostgreSQL takes these conditions to leave next to nothing, since it multiplies how rarely each of them holds. Were
# who is taken joined within one statement, it would go through all of them again for every single vector.
_TAKEN = f"""
    SELECT count(*) AS members, (array_agg(member ORDER BY md5(member::text), member))[1:{{}}] AS taken
    FROM (SELECT DISTINCT v.member {_COUNTED}) AS counted
"""
_PACKED = f"""
    SELECT string_agg(uuid_send(member) || halfvec_send(vector), ''::bytea ORDER BY statement)
        AS packed
    FROM (
        SELECT v.statement, v.member, v.vector, row_number() OVER (PARTITION BY v.member ORDER BY v.statement) AS number
        {_COUNTED} AND v.member = ANY({{}}::uuid[])
    ) AS numbered WHERE number <= {{}}
"""


class Gathered(NamedTuple):
    """Where statements lie, in the order of their ids, and how many members wrote all that there are."""

    owner: Owners
    """A number for each author, (n,)."""
    vectors: Vectors
    members: int
    """All who take part, also those who were not taken."""


async def gather(purpose: Purpose, *, until: datetime) -> Gathered:
    """What counts for the map of a purpose: what was written or changed until then and is there at this moment."""
    model = encoder().model
    counted = (purpose, model.name, until, takes_part("v.member", "v.purpose"))
    async with patient_transaction(minutes=_MINUTES):
        # Where statistics are missing or of yesterday, it would go through all members again for every statement.
        await fetch("SET LOCAL enable_nestloop = off")
        [found] = await fetch(_TAKEN, MOST_MEMBERS, *counted)
        # Whoever stops taking part in between is left out: what counts is looked at again.
        [row] = await fetch(_PACKED, *counted, found["taken"] or [], MOST_EACH)
    return await asyncio.to_thread(_unpacked, row["packed"] or b"", model.dimensions, found["members"])


def _unpacked(packed: bytes, dimensions: int, members: int) -> Gathered:
    rows: NDArray[Any] = np.frombuffer(
        packed,
        dtype=[("member", "V16"), ("header", f"V{_SENT_HEADER}"), ("vector", ">f2", dimensions)],
    )
    _, owner = np.unique(rows["member"].view("S16") if len(rows) else [], return_inverse=True)
    return Gathered(
        owner.reshape(-1).astype(np.intp),
        rows["vector"].astype(np.float32),
        members,
    )
