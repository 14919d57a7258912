"""The shares by which lists are shared out: read for a list, and once a day moved on by what was shown."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from api import clock
from api.database import fetch, fetch_one, patient_transaction
from api.matching.exposure import LEAST_LISTS, LEAST_MEMBERS, NEW, SHOWN_FIRST, next_shares
from api.profiles.schemas import Purpose

COMPUTED_WITHIN = timedelta(days=7)
"""Lists that were computed in the last days count."""
NOT_AGAIN_WITHIN = timedelta(hours=12)
_WRITTEN_AT_ONCE = 10_000

# Everyone who takes part, packed: whom, their share, how many lists show them first, and how much waits for them.
# A silent refusal counts as if it still waited: otherwise who is shown how often could tell it from being ignored.
_COUNTED = """
    SELECT string_agg(uuid_send(switched.id) || int4send(coalesce(exposure.share, {})) ||
        int4send(coalesce(shown.lists, 0)::int) ||
        float4send((coalesce(waiting.requests, 0)::float / account.request_capacity)::float4), ''::bytea) AS packed
    FROM member_purpose AS switched
    JOIN account ON account.id = switched.member
    LEFT JOIN exposure ON exposure.switched = switched.id
    LEFT JOIN (
        SELECT entry.member, count(*) AS lists FROM match_list AS kept
        JOIN match_entry AS entry ON entry.match_list = kept.id AND entry.position < {}
        WHERE kept.purpose = {} AND kept.computed_at > {} GROUP BY entry.member
    ) AS shown ON shown.member = switched.member
    LEFT JOIN (
        SELECT recipient, count(*) AS requests FROM connection_request
        WHERE state = 'pending' AND expires_at > {} GROUP BY recipient
    ) AS waiting ON waiting.recipient = switched.member
    WHERE switched.purpose = {}
    AND EXISTS (SELECT 1 FROM statement_vector AS v WHERE v.member = switched.member AND v.purpose = {})
"""


async def shares_of(members: list[UUID], purpose: Purpose) -> dict[UUID, int]:
    """The shares of those of the members who were counted."""
    rows = await fetch(
        "SELECT switched.member, exposure.share FROM member_purpose AS switched "
        "JOIN exposure ON exposure.switched = switched.id "
        "WHERE switched.purpose = {} AND switched.member = ANY({}::uuid[])",
        purpose,
        members,
    )
    return {row["member"]: row["share"] for row in rows}


async def move_shares_on() -> int:
    """Count who was shown under each purpose, if that was not done today, and move shares on; how many changed.

    Lists are computed by the new shares when they are next due, as after any change. All of a purpose is one
    transaction, so that what is stopped in the middle is done from the beginning another time.
    """
    moved = 0
    for purpose in Purpose:
        async with patient_transaction():
            moved += await _move_on(purpose)
    return moved


async def _move_on(purpose: Purpose) -> int:
    rows = await _counted(purpose)
    if rows is None:
        return 0
    shares = rows["share"].astype(np.int32)
    moved = next_shares(shares, rows["shown"].astype(np.int32), rows["load"].astype(np.float32))
    changed = np.flatnonzero((moved != shares) | (shares == NEW))
    for first in range(0, len(changed), _WRITTEN_AT_ONCE):
        some = changed[first : first + _WRITTEN_AT_ONCE]
        await _write([UUID(bytes=row["switched"].tobytes()) for row in rows[some]], moved[some].tolist())
    return int((moved != shares).sum())


async def _counted(purpose: Purpose) -> NDArray[Any] | None:
    """One record for everyone who takes part, or None where there is too little to go by, or it was done today."""
    now = clock.now()
    since = now - COMPUTED_WITHIN
    done = await fetch(
        "SELECT 1 FROM exposure JOIN member_purpose AS switched ON switched.id = exposure.switched "
        "WHERE switched.purpose = {} AND exposure.counted_at > {} LIMIT 1",
        purpose,
        now - NOT_AGAIN_WITHIN,
    )
    lists = await fetch(
        "SELECT 1 FROM match_list WHERE purpose = {} AND computed_at > {} LIMIT {}", purpose, since, LEAST_LISTS
    )
    if done or len(lists) < LEAST_LISTS:
        return None
    row = await fetch_one(_COUNTED, NEW, SHOWN_FIRST, purpose, since, now, purpose, purpose)
    rows = np.frombuffer(
        (row or {}).get("packed") or b"",
        dtype=[("switched", "V16"), ("share", ">i4"), ("shown", ">i4"), ("load", ">f4")],
    )
    return rows if len(rows) >= LEAST_MEMBERS else None


async def _write(switched: list[UUID], shares: list[int]) -> None:
    """Keep shares; whoever has left meanwhile needs none."""
    await fetch(
        "INSERT INTO exposure (switched, share, counted_at) "
        "SELECT there.id, moved.share, {} FROM unnest({}::uuid[], {}::int[]) AS moved (switched, share) "
        "JOIN member_purpose AS there ON there.id = moved.switched ORDER BY there.id FOR KEY SHARE OF there "
        "ON CONFLICT (switched) DO UPDATE SET share = excluded.share, counted_at = excluded.counted_at",
        clock.now(),
        switched,
        shares,
    )
