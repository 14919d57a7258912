"""Whose statements are compared with a viewer's: one read of one table, without those who cannot be met.

Vectors travel packed, as the bytes that pgvector sends, all in one value: 50,000 take about half a second with all
parsing, a quarter of what their text form takes, and nothing of it is done row by row on the event loop.
"""

from collections import Counter
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from piccolo.querystring import QueryString

from api import clock
from api.database import fetch, fetch_one, transaction
from api.encoding import encoder
from api.matching.schemas import ChoiceState
from api.matching.scoring import Statements
from api.matching.vector_indexes import is_indexed, quoted
from api.profiles.schemas import Purpose
from embeddings.roles import reads_as_seeking
from embeddings.similarity import HALF, Vectors, profile_scores, trusted_mean
from embeddings.words import WORDS

# Up to so many statements under a purpose all are compared in full. Beyond it only members who come near the viewer's
# statements are: first this many nearest are found, shared out among the viewer's statements, but at least so many to
# each; then of their owners those are taken, at most so many, whose nearest statements agree best with the viewer's.
COMPARED_IN_FULL = 20_000
NEAREST, NEAREST_TO_EACH = 800, 40
TAKEN = 300
# Up to so many a short list is computed anew as soon as its viewer may read something else: each visit finds that out.
LOOKED_THROUGH = 5_000
# Cosines of vectors as they are stored are higher than without what all statements share, by about this much.
_SHARED_BY_ALL = 0.1
# How thoroughly an index is searched for that many: by pgvector's measure, beside what is looked for.
_SEARCHED = 40
# What an index does when those who are left out leave too little of that: go on, in about the right order.
_WHEN_TOO_FEW = "relaxed_order"
# From how many statements their common mean is taken when not all are read. Ids are random, so the first are a sample;
# the mean of so many is within 0.05 of that of all, which changes a cosine by 0.003.
_SAMPLE = 500

# Before the numbers that pgvector sends: how many, and nothing.
_SENT_HEADER = 4

# What the index holds, and what no index does.
_BY_INDEX = "(v.vector::halfvec({dimensions})) <=> (own.vector::halfvec({dimensions}))"
_EXACTLY = "v.vector <=> own.vector"

_PACKED = (
    "uuid_send(v.statement) || uuid_send(v.member) || int4send((v.role = 'seeking')::int) "
    f"|| int4send(coalesce(v.cell, 0)) || substr(v.words || decode(repeat('00', {4 * WORDS}), 'hex'), 1, {4 * WORDS}) "
    "|| halfvec_send(v.vector)"
)
_ALL_PACKED = f"string_agg({_PACKED}, ''::bytea ORDER BY v.statement) AS packed"


@dataclass(frozen=True)
class Packed:
    """Statements as they came from the database, in the order of their ids."""

    content: bytes
    dimensions: int

    def rows(self) -> NDArray[Any]:
        """One record a statement: `statement`, `member`, `seeking`, `cell` (0 for none), `words` and `vector`."""
        return np.frombuffer(
            self.content,
            dtype=[
                ("statement", "V16"),
                ("member", ">u8", 2),
                ("seeking", ">i4"),
                ("cell", ">i4"),
                ("words", ">i4", WORDS),
                ("header", "V4"),
                ("vector", ">f2", self.dimensions),
            ],
        )


@dataclass(frozen=True)
class Pool:
    """A viewer's statements and those of others."""

    mine: Packed
    theirs: Packed
    mean: Vectors | None
    """What all others share (`embeddings.similarity.corpus_mean`), of a sample; None where `theirs` are all of them."""


def statements_of(rows: NDArray[Any]) -> Statements:
    """Packed rows as scoring takes them: vectors of shape (n, d) in single precision."""
    vectors: Vectors = rows["vector"].astype(np.float32)
    return Statements(
        vectors,
        rows["seeking"].astype(np.bool_),
        words=rows["words"].astype(np.int32),
        reads_as_seeking=reads_as_seeking(vectors, revision=encoder().model.revision),
    )


def owners_of(rows: NDArray[Any]) -> tuple[list[UUID], NDArray[np.intp]]:
    """The members who wrote these rows, and for each row the index of its member."""
    keys, owner, _ = owner_keys(rows)
    return member_ids(keys), owner


def owner_keys(rows: NDArray[Any]) -> tuple[NDArray[np.uint64], NDArray[np.intp], NDArray[np.intp]]:
    """`owners_of` with members as pairs of numbers, which is quicker for very many; and the first row of each."""
    keys, first, owner = np.unique(rows["member"].astype(np.uint64), axis=0, return_index=True, return_inverse=True)
    return keys, owner.reshape(-1).astype(np.intp), first


def member_ids(keys: NDArray[np.uint64]) -> list[UUID]:
    """The ids of members by what `owner_keys` made of them."""
    return [UUID(int=(int(high) << 64) | int(low)) for high, low in keys]


def statement_id(row: np.void) -> UUID:
    """The id of the statement in one packed row."""
    return UUID(bytes=row["statement"].tobytes())


def raw_statement_ids(rows: NDArray[Any]) -> list[bytes]:
    """What `statement_id` makes ids of, for all rows at once: few of very many are ever asked for."""
    raw: list[bytes] = np.ascontiguousarray(rows["statement"]).tolist()
    return raw


async def read_pool(viewer_id: UUID, purpose: Purpose, *, everyone: bool = False) -> Pool:
    """What a list is computed from: only statements that the viewer may read, of members whom they could meet.

    With `everyone` however many they are, to find out what is missed otherwise.
    """
    mine = await _packed(QueryString(f"v.member = {{}} AND {_searchable(purpose)}", viewer_id))
    if not mine.content:
        return Pool(mine, mine, None)
    others = QueryString(f"{_searchable(purpose)} AND v.member NOT IN ({{}})", _left_out(viewer_id, purpose))
    indexed = await is_indexed(purpose)
    if everyone or not (indexed or await _are_many(purpose, beyond=COMPARED_IN_FULL)):
        return Pool(mine, await _packed(others), None)
    members = await _near(viewer_id, purpose, [statement_id(row) for row in mine.rows()], indexed=indexed)
    near = QueryString(f"{_searchable(purpose)} AND v.member = ANY({{}}::uuid[])", members)
    return Pool(mine, await _packed(near), await _sample_mean(others))


async def digest_of_others(viewer_id: UUID, purpose: Purpose) -> str:
    """What changes when the viewer may read something else of others than before, and by nothing else.

    Of a large purpose it is always the same: there nobody waits for it, and lists are computed anew in time.
    """
    if await _are_many(purpose, beyond=LOOKED_THROUGH):
        return ""
    row = await fetch_one(
        "SELECT md5(string_agg(concat_ws('|', v.statement, v.role, v.cell, extract(epoch FROM s.updated_at)), ',' "
        "ORDER BY v.statement)) AS digest FROM statement_vector AS v JOIN statement AS s ON s.id = v.statement "
        f"WHERE {_searchable(purpose)} AND v.member NOT IN ({{}})",
        _left_out(viewer_id, purpose),
    )
    return (row or {}).get("digest") or "nobody"


async def _packed(condition: QueryString) -> Packed:
    row = await fetch_one(f"SELECT {_ALL_PACKED} FROM statement_vector AS v WHERE {{}}", condition)
    return Packed((row or {}).get("packed") or b"", encoder().model.dimensions)


async def _sample_mean(others: QueryString) -> Vectors:
    """What all statements share by a sample of them, whose mean the database takes: one vector comes instead of all."""
    [row] = await fetch(
        "SELECT count(*) AS n, vector_send(avg(v.vector::vector)) AS mean FROM ("
        f"SELECT v.vector FROM statement_vector AS v WHERE {{}} ORDER BY v.statement LIMIT {_SAMPLE}) AS v",
        others,
    )
    mean = np.zeros(encoder().model.dimensions, dtype=np.float32)
    if row["mean"] is not None:
        mean = np.frombuffer(row["mean"], dtype=">f4", offset=_SENT_HEADER).astype(np.float32)
    return trusted_mean(mean, row["n"])


async def _are_many(purpose: Purpose, *, beyond: int) -> bool:
    rows = await fetch(
        "SELECT count(*) AS n FROM "
        f"(SELECT 1 FROM statement_vector AS v WHERE {_searchable(purpose)} LIMIT {{}}) AS counted",
        beyond + 1,
    )
    return int(rows[0]["n"]) > beyond


def _searchable(purpose: Purpose, alias: str = "v") -> str:
    """Rows of one purpose and of the model in force, as vectors of different models are never compared."""
    model = quoted(encoder().model.name).replace("{", "{{").replace("}", "}}")
    return f"{alias}.purpose = {quoted(purpose)} AND {alias}.model = {model}"


async def _near(viewer_id: UUID, purpose: Purpose, mine: list[UUID], *, indexed: bool) -> list[UUID]:
    """The members who wrote what is nearest to the viewer's statements.

    An index that finds fewer than asked for gave up among those who were left out; then all are looked at for that
    statement.
    """
    wanted = max(NEAREST_TO_EACH, NEAREST // len(mine))
    found: list[dict[str, Any]] = []
    if indexed:
        async with transaction():
            await _set_search(searched=min(_SEARCHED + wanted, 1000), others="off")
            found = await _nearest(viewer_id, purpose, mine, wanted=wanted, distance=_BY_INDEX)
            await _set_search(others="on")
    reached = Counter(row["statement"] for row in found)
    missed = [statement for statement in mine if reached[statement] < wanted]
    if missed:
        found += await _nearest(viewer_id, purpose, missed, wanted=wanted, distance=_EXACTLY)
    return _best(found)


def _best(found: list[dict[str, Any]]) -> list[UUID]:
    """Of the members who wrote what was found, those who agree best with the viewer by it alone."""
    places = [
        {key: place for place, key in enumerate(sorted({row[name] for row in found}))}
        for name in ("statement", "other", "member")
    ]
    mine, theirs, members = places
    agreement = np.full((len(mine), len(theirs)), -1, dtype=np.float32)
    owner = np.zeros(len(theirs), dtype=np.intp)
    for row in found:
        agreement[mine[row["statement"]], theirs[row["other"]]] = 1 - row["distance"]
        owner[theirs[row["other"]]] = members[row["member"]]
    scores = profile_scores(agreement, owner, len(members), half=HALF + _SHARED_BY_ALL)
    ids = list(members)
    return [ids[place] for place in np.argsort(-scores, kind="stable")[:TAKEN]]


async def _set_search(*, searched: int = 40, others: Literal["on", "off"]) -> None:
    """Until the transaction ends: how thoroughly an index is searched, and whether anything else may be done instead.

    Left to its estimates, the planner would now and then sort hundreds of thousands of distances.
    """
    await fetch(
        "SELECT set_config('hnsw.iterative_scan', {}, true), set_config('hnsw.ef_search', {}, true), "
        "set_config('enable_sort', {}, true), set_config('enable_seqscan', {}, true)",
        _WHEN_TOO_FEW,
        str(searched),
        others,
        others,
    )


async def _nearest(
    viewer_id: UUID, purpose: Purpose, mine: list[UUID], *, wanted: int, distance: str
) -> list[dict[str, Any]]:
    order = distance.format(dimensions=encoder().model.dimensions)
    return await fetch(
        "SELECT own.statement, near.* FROM statement_vector AS own CROSS JOIN LATERAL ("
        f"SELECT v.statement AS other, v.member, {order} AS distance FROM statement_vector AS v "
        f"WHERE {_searchable(purpose)} AND v.member NOT IN ({{}}) "
        f"AND (own.role = 'about' OR v.role = 'about') ORDER BY {order} LIMIT {wanted}) AS near "
        f"WHERE own.statement = ANY({{}}::uuid[]) AND {_searchable(purpose, 'own')}",
        _left_out(viewer_id, purpose),
        mine,
    )


def _left_out(viewer_id: UUID, purpose: Purpose) -> QueryString:
    """Everyone whom the viewer could not meet, whatever they wrote: never null, so that `NOT IN` can be hashed.

    It covers everyone with the purpose whom `visibility.can_see_member` hides (a test holds that), the viewer's
    connections, those who are not for them, and whoever took their consent back. Whoever is left out does not even
    take part in the mean.
    """
    return QueryString(
        "SELECT {}::uuid "
        "UNION ALL SELECT id FROM account WHERE suspended_at IS NOT NULL OR erased_at IS NOT NULL OR paused_until > {} "
        "UNION ALL SELECT blocked FROM block WHERE blocker = {} "
        "UNION ALL SELECT blocker FROM block WHERE blocked = {} "
        "UNION ALL SELECT accepter FROM connection WHERE asker = {} AND ended_at IS NULL "
        "UNION ALL SELECT asker FROM connection WHERE accepter = {} AND ended_at IS NULL "
        "UNION ALL SELECT member FROM match_choice WHERE viewer = {} AND state = {} "
        "UNION ALL SELECT gone.member FROM consent AS gone WHERE gone.purpose = {} AND gone.withdrawn_at IS NOT NULL "
        "AND NOT EXISTS (SELECT 1 FROM consent AS stands WHERE stands.member = gone.member "
        "AND stands.purpose = gone.purpose AND stands.withdrawn_at IS NULL)",
        viewer_id,
        clock.now(),
        *[viewer_id] * 5,
        ChoiceState.NOT_FOR_ME,
        purpose,
    )
