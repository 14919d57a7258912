"""What a map is drawn from: statements for the purpose, of members who take part, within bounds of memory."""

import asyncio
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from api.database import fetch, fetch_one, transaction
from api.encoding import encoder
from api.profiles.schemas import Purpose
from api.profiles.visibility import takes_part
from api.sealing import open_in
from embeddings.areas import Owners
from embeddings.similarity import Vectors

MOST_MEMBERS = 5_000
"""Of more, so many are taken: always the same ones, by a digest of their ids."""
MOST_EACH = 8
"""Of a member with more statements, so many count."""
_OPENED_AT_ONCE = 2_000

# Before the numbers that pgvector sends: how many, and nothing.
_SENT_HEADER = 4

# `statement.audience` is looked at although others have no vector: here it would be everybody who reads it.
_COUNTED = """
    FROM statement_vector AS v JOIN statement ON statement.id = v.statement
    WHERE v.purpose = {} AND v.model = {} AND statement.purpose = v.purpose AND statement.author = v.member
    AND statement.audience = 'purpose' AND statement.updated_at <= {} AND {}
"""
_PACKED = f"""
    WITH counted AS (SELECT v.statement, v.member, v.vector {_COUNTED}),
    chosen AS (SELECT member FROM counted GROUP BY member ORDER BY md5(member::text), member LIMIT {{}}),
    numbered AS (
        SELECT counted.*, row_number() OVER (PARTITION BY member ORDER BY statement) AS number
        FROM counted JOIN chosen USING (member)
    )
    SELECT string_agg(uuid_send(statement) || uuid_send(member) || halfvec_send(vector), ''::bytea ORDER BY statement)
        AS packed, (SELECT count(DISTINCT member) FROM counted) AS members
    FROM numbered WHERE number <= {{}}
"""


class Gathered(NamedTuple):
    """Statements in the order of their ids, and how many members wrote all that there are."""

    ids: list[UUID]
    owner: Owners
    """A number for each author, (n,)."""
    vectors: Vectors
    members: int
    """All who take part, also those who were not taken."""


async def gather(purpose: Purpose, *, until: datetime) -> Gathered:
    """What counts for the map of a purpose: what was written or changed until then and is there at this moment."""
    model = encoder().model
    async with transaction():
        await fetch("SET LOCAL statement_timeout = 0")
        row = await fetch_one(
            _PACKED, purpose, model.name, until, takes_part("v.member", "v.purpose"), MOST_MEMBERS, MOST_EACH
        )
    packed = (row or {}).get("packed") or b""
    rows: NDArray[Any] = np.frombuffer(
        packed,
        dtype=[
            ("statement", "V16"),
            ("member", "V16"),
            ("header", f"V{_SENT_HEADER}"),
            ("vector", ">f2", model.dimensions),
        ],
    )
    _, owner = np.unique(rows["member"].view("S16") if len(rows) else [], return_inverse=True)
    return Gathered(
        [UUID(bytes=statement.tobytes()) for statement in rows["statement"]],
        owner.reshape(-1).astype(np.intp),
        rows["vector"].astype(np.float32),
        int((row or {}).get("members") or 0),
    )


async def texts_of(ids: list[UUID]) -> list[str]:
    """What these statements say, in their order; nothing for one that is gone."""
    said: dict[UUID, str] = {}
    for start in range(0, len(ids), _OPENED_AT_ONCE):
        rows = await fetch(
            "SELECT id, text FROM statement WHERE id = ANY({}::uuid[])", ids[start : start + _OPENED_AT_ONCE]
        )
        await asyncio.to_thread(open_in, rows, text="statement.text")
        said |= {row["id"]: row["text"] for row in rows}
    return [said.get(one, "") for one in ids]
