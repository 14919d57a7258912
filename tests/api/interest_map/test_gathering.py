"""What a map is drawn from is found by going through its statements a few times, however many there are."""

from collections.abc import Iterator
from typing import Any

import msgspec
import numpy as np
import pytest

from api import clock, database
from api.encoding import encoder
from api.interest_map import gathering
from api.interest_map.gathering import gather
from api.profiles.purposes import consent_version
from api.profiles.schemas import Purpose
from embeddings.columns import to_literal

pytestmark = pytest.mark.usefixtures("database")

MEMBERS, EACH = 400, 10
MOST_ROWS_FOR_A_STATEMENT = 120
"""How many steps of the plan may pass a statement on, or look something up for it.

It is 9 to 21 with statistics, and was 52 once when the planner had those of some tables only. Going through the
members again for every statement is 400, and through the statements 4,000.
"""


async def _write_much(purpose: Purpose) -> None:
    """Members with statements that nobody reads, whose vectors are numbers and mean nothing."""
    await database.fetch(
        "INSERT INTO account (id, email, display_name, meets, created_at, confirmed_adult_at) "
        "SELECT gen_random_uuid(), 'many' || number || '@example.org', 'Somebody', 'online', {}, {} "
        "FROM generate_series(1, {}) AS number",
        clock.now(),
        clock.now(),
        MEMBERS,
    )
    await database.fetch(
        "INSERT INTO member_purpose (id, member, purpose, switched_on_at) "
        "SELECT gen_random_uuid(), id, {}, {} FROM account",
        purpose,
        clock.now(),
    )
    await database.fetch(
        "INSERT INTO consent (id, member, purpose, version, given_at) "
        "SELECT gen_random_uuid(), id, {}, {}, {} FROM account",
        purpose,
        consent_version(purpose) or "",
        clock.now(),
    )
    await database.fetch(
        "INSERT INTO statement (id, author, purpose, role, text, audience, created_at, updated_at) "
        "SELECT gen_random_uuid(), id, {}, 'about', 's1.k.' || repeat('A', 60), 'purpose', {}, {} "
        "FROM account, generate_series(1, {})",
        purpose,
        clock.now(),
        clock.now(),
        EACH,
    )
    await database.fetch(
        "INSERT INTO statement_vector (statement, member, purpose, role, model, vector, words) "
        "SELECT id, author, purpose, role, {}, {}::halfvec, '' FROM statement",
        encoder().model.name,
        to_literal(np.full(encoder().model.dimensions, 0.05, dtype=np.float32)),
    )


@pytest.mark.parametrize("statistics", ["none", "of before", "of now"])
@pytest.mark.parametrize("purpose", [Purpose.HOBBY, Purpose.BELIEF])
async def test_no_statement_is_gone_through_again_for_every_other(
    purpose: Purpose,
    statistics: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if statistics == "of before":  # as the database takes them by itself of a site that was just opened
        await database.fetch("ANALYZE")
    await _write_much(purpose)
    if statistics == "of now":
        await database.fetch("ANALYZE")
    plans: list[dict[str, Any]] = []

    async def explained(sql: str, *values: object) -> list[dict[str, Any]]:
        if not sql.startswith("SET"):
            [row] = await database.fetch(f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {sql}", *values)
            plans.append(msgspec.json.decode(row["QUERY PLAN"])[0]["Plan"])
        return await database.fetch(sql, *values)

    monkeypatch.setattr(gathering, "fetch", explained)

    gathered = await gather(purpose, until=clock.now())

    assert len(gathered.owner) == MEMBERS * min(EACH, gathering.MOST_EACH)
    assert gathered.members == MEMBERS
    assert plans
    for plan in plans:
        rows = sum(_rows(step) for step in _steps(plan))
        assert rows <= MEMBERS * EACH * MOST_ROWS_FOR_A_STATEMENT


async def test_of_very_many_always_the_same_members_are_taken_and_all_are_counted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(gathering, "MOST_MEMBERS", 30)
    monkeypatch.setattr(gathering, "MOST_EACH", 3)
    await _write_much(Purpose.HOBBY)

    first, again = [await gather(Purpose.HOBBY, until=clock.now()) for _ in range(2)]

    assert (len(first.owner), len(set(first.owner.tolist())), first.members) == (30 * 3, 30, MEMBERS)
    assert np.array_equal(first.vectors, again.vectors)
    assert np.array_equal(first.owner, again.owner)


def _steps(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for part in plan.get("Plans", []):
        yield from _steps(part)


def _rows(step: dict[str, Any]) -> int:
    """How many rows a step has looked at: those that it passed on, and those that it did not."""
    looked_at = step["Actual Rows"]
    looked_at += sum(rows for name, rows in step.items() if name.startswith("Rows Removed by"))
    return int(looked_at * step["Actual Loops"])
