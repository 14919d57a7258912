"""The peers of the bench: what one would build without Wherefore's engine."""

import asyncio
from typing import TYPE_CHECKING, Any
from uuid import UUID

import asyncpg
import numpy as np
from numpy.typing import NDArray

from api.database import fetch, transaction
from api.encoding import encoder
from api.profiles.schemas import Purpose
from embeddings.columns import from_sent

if TYPE_CHECKING:
    import torch

TOP = 20

# One vector a profile: the mean of its statements as a unit vector, one row a member and purpose, and one index over
# all of them, searched with a filter by pgvector's iterative scan, as pgvector recommends.
_PREPARE = (
    "CREATE SCHEMA bench",
    (
        "CREATE TABLE bench.profile (member uuid NOT NULL, purpose varchar(16) NOT NULL, vector halfvec({dimensions}) "
        "NOT NULL, PRIMARY KEY (member, purpose))"
    ),
    (
        "INSERT INTO bench.profile SELECT member, purpose, l2_normalize(avg(vector))::halfvec({dimensions}) "
        "FROM statement_vector WHERE model = '{model}' GROUP BY member, purpose"
    ),
    "CREATE INDEX profile_nearest ON bench.profile USING hnsw (vector halfvec_cosine_ops)",
    "ANALYZE bench.profile",
    # A function, so that the setting costs no turns of its own.
    (
        "CREATE FUNCTION bench.neighbours(own uuid, of_purpose varchar) RETURNS TABLE (member uuid, distance float8) "
        "LANGUAGE plpgsql STABLE SET hnsw.iterative_scan = 'relaxed_order' AS $$ BEGIN RETURN QUERY "
        "SELECT other.member, other.vector <=> (SELECT mine.vector FROM bench.profile AS mine WHERE mine.member = own "
        "AND mine.purpose = of_purpose) AS distance FROM bench.profile AS other WHERE other.purpose = of_purpose "
        f"AND other.member <> own ORDER BY distance LIMIT {TOP}; END $$"
    ),
    "COMMENT ON SCHEMA bench IS '{rows}'",
)
PROFILE_NEIGHBOURS = "SELECT member, distance FROM bench.neighbours({}, {})"
_EXACT = (
    "SELECT near.member, near.distance FROM statement_vector AS own CROSS JOIN LATERAL ("
    "SELECT v.member, v.vector <=> own.vector AS distance FROM statement_vector AS v "
    "WHERE v.purpose = {} AND v.model = {} AND v.member <> own.member ORDER BY distance "
    f"LIMIT {TOP}) AS near WHERE own.member = {{}} AND own.purpose = {{}} AND own.model = {{}} "
    f"ORDER BY near.distance LIMIT {TOP}"
)
_SLICES = 16


async def prepare_profiles(database_url: str) -> None:
    """Have the table and the index of one vector a profile; they are kept until there are other statements."""
    connection = await asyncpg.connect(database_url)
    try:
        await connection.execute("SET statement_timeout = 0; SET maintenance_work_mem = '2GB'")
        await connection.execute("SELECT '[1]'::halfvec")  # loads pgvector, and with it the names of its settings
        rows = str(await connection.fetchval("SELECT count(*) FROM statement_vector"))
        made_of = await connection.fetchval("SELECT obj_description(to_regnamespace('bench'), 'pg_namespace')")
        if made_of is not None and abs(int(made_of) - int(rows)) * 100 <= int(rows):
            return
        await connection.execute("DROP SCHEMA IF EXISTS bench CASCADE")
        model = encoder().model
        for statement in _PREPARE:
            await connection.execute(
                statement.replace("{dimensions}", str(model.dimensions))
                .replace("{model}", model.name.replace("'", "''"))
                .replace("{rows}", rows)
            )
    finally:
        await connection.close()


async def profile_neighbours(member: UUID, purpose: Purpose) -> list[dict[str, Any]]:
    """The nearest profiles by one vector a profile."""
    return await fetch(PROFILE_NEIGHBOURS, member, purpose)


async def exact_neighbours(member: UUID, purpose: Purpose) -> list[dict[str, Any]]:
    """The members who wrote what is nearest to any of a member's statements, by comparing all without an index."""
    model = encoder().model.name
    async with transaction():
        await fetch("SET LOCAL enable_indexscan = off")
        await fetch("SET LOCAL statement_timeout = 0")
        return await fetch(_EXACT, purpose, model, member, purpose, model)


class InMemory:
    """All vectors in memory, compared by `sentence_transformers.util.semantic_search`."""

    def __init__(self) -> None:
        """Hold nothing yet."""
        self._corpora: dict[Purpose, torch.Tensor] = {}

    async def load(self) -> None:
        """Read every vector, in single precision, apart by purpose."""
        import torch  # noqa: PLC0415 - slow, and only where it is needed

        for purpose in Purpose:
            slices = [await _vectors(purpose, part) for part in range(_SLICES)]
            self._corpora[purpose] = torch.from_numpy(np.concatenate(slices))

    @property
    def megabytes(self) -> float:
        """What the vectors take."""
        return sum(corpus.nbytes for corpus in self._corpora.values()) / 1e6

    async def neighbours(self, member: UUID, purpose: Purpose) -> object:
        """The nearest statements to each of a member's; as everything is of unit length, by products alone."""
        from sentence_transformers import util  # noqa: PLC0415 - slow, and only where it is needed

        rows = await fetch(
            "SELECT halfvec_send(vector) AS vector FROM statement_vector WHERE member = {} AND purpose = {}",
            member,
            purpose,
        )
        own = np.stack([from_sent(row["vector"]) for row in rows])
        import torch  # noqa: PLC0415

        return await asyncio.to_thread(
            util.semantic_search,
            torch.from_numpy(own),
            self._corpora[purpose],
            top_k=TOP,
            score_function=util.dot_score,
        )


async def _vectors(purpose: Purpose, part: int) -> NDArray[np.float32]:
    """The vectors of a purpose whose statement's id is in one sixteenth of all ids: shape (n, d)."""
    model = encoder().model
    first, last = UUID(int=part << 124), UUID(int=((part + 1) << 124) - 1)
    [row] = await fetch(
        "SELECT string_agg(halfvec_send(vector), ''::bytea) AS packed FROM statement_vector "
        "WHERE purpose = {} AND model = {} AND statement BETWEEN {} AND {}",
        purpose,
        model.name,
        first,
        last,
    )
    sent = np.dtype([("head", "V4"), ("vector", ">f2", model.dimensions)])
    return np.frombuffer(row["packed"] or b"", dtype=sent)["vector"].astype(np.float32)
