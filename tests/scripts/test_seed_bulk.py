"""A bulk seed: members like any others, the same for the same seed, however often it was stopped."""

import json
from collections.abc import AsyncIterator
from contextlib import nullcontext
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import asyncpg
import numpy as np
import pytest

from api.accounts import services as accounts
from api.accounts.errors import WrongCredentialsError
from api.accounts.schemas import Member
from api.database import fetch
from api.encoding import encoder
from api.matching.queries import matches
from api.profiles.schemas import Purpose
from api.sealing import open_in
from scripts import seed_bulk_plan
from scripts.demo import DEMO_PASSWORD, DEMO_SIGN_INS
from scripts.seed_bulk import bulk_members, seed_bulk
from scripts.seed_bulk_rows import COLUMNS, DOMAIN
from scripts.seed_bulk_texts import Bank

MEMBERS = 200
NUMBER = 7
_EMPTY = "TRUNCATE account, statement_vector CASCADE"


@pytest.fixture(scope="module", autouse=True)
def own_pool(migrated: None) -> Any:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("api.database.connected", nullcontext)  # the pool of the tests is open
        patch.setattr("scripts.seed_bulk.clock", SimpleNamespace(now=lambda: datetime(2026, 11, 22, 9, tzinfo=UTC)))
        patch.setattr(seed_bulk_plan, "BATCH", 80)
        yield


@pytest.fixture(scope="module")
async def rows(own_pool: None) -> AsyncIterator[dict[str, list[dict[str, Any]]]]:
    """What a seed that nothing stopped makes, by table; it is only read."""
    await fetch(_EMPTY)
    await seed_bulk(members=MEMBERS, number=NUMBER)
    yield await everything()
    await fetch(_EMPTY)


@pytest.fixture
async def empty(own_pool: None) -> AsyncIterator[None]:
    await fetch(_EMPTY)
    yield
    await fetch(_EMPTY)


async def everything() -> dict[str, list[dict[str, Any]]]:
    """All rows of bulk members, by table, vectors as text."""
    bulk = f"SELECT id FROM account WHERE email LIKE '%@{DOMAIN}'"
    owner = {"account": "id", "statement": "author"}
    found = {
        table: await fetch(
            f"SELECT {', '.join(columns).replace('vector', 'vector::text')} FROM {table} "
            f"WHERE {owner.get(table, 'member')} IN ({bulk}) ORDER BY {columns[0]}"
        )
        for table, columns in COLUMNS.items()
    }
    open_in(found["statement"], text="statement.text")
    return found


def but_for_rounding(found: dict[str, list[dict[str, Any]]]) -> dict[str, Any]:
    """The rows without the numbers of vectors, which what else is in a batch changes by a little."""
    return {table: [{**row, "vector": None} for row in of_it] for table, of_it in found.items()}


def test_there_are_as_many_members_as_were_asked_for(rows: dict[str, list[dict[str, Any]]]) -> None:
    assert len(rows["account"]) == MEMBERS


def test_everyone_tells_of_themselves_under_each_of_their_purposes(rows: dict[str, list[dict[str, Any]]]) -> None:
    switched_on = {(row["member"], row["purpose"]) for row in rows["member_purpose"]}

    told = {(row["author"], row["purpose"]) for row in rows["statement"] if row["role"] == "about"}

    assert told == switched_on
    assert len(switched_on) > len({member for member, _ in switched_on}) == MEMBERS
    assert {row["role"] for row in rows["statement"]} == {"about", "seeking"}
    assert 2 < len(rows["statement"]) / MEMBERS < 3


def test_sensitive_purposes_have_a_consent_and_no_others(rows: dict[str, list[dict[str, Any]]]) -> None:
    sensitive = {"belief", "caretaking", "partnership"}

    wanted = {(row["member"], row["purpose"]) for row in rows["member_purpose"] if row["purpose"] in sensitive}

    assert {(row["member"], row["purpose"]) for row in rows["consent"]} == wanted
    assert wanted


def test_every_statement_has_the_vector_of_its_text(rows: dict[str, list[dict[str, Any]]]) -> None:
    texts = {row["id"]: row["text"] for row in rows["statement"]}
    found = rows["statement_vector"]

    encoded = encoder().encode_now([texts[row["statement"]] for row in found[:50]])

    assert {row["statement"] for row in found} == set(texts)
    kept = np.stack([json.loads(row["vector"]) for row in found[:50]])
    assert np.sum(kept * encoded, axis=1).min() > 0.995


def test_whoever_meets_online_only_is_nowhere(rows: dict[str, list[dict[str, Any]]]) -> None:
    wanted = {row["id"]: None if row["meets"] == "online" else row["place_id"] for row in rows["account"]}

    assert all(row["cell"] == wanted[row["member"]] for row in rows["statement_vector"])
    assert len({row["cell"] for row in rows["statement_vector"]}) > 10


def test_while_there_are_few_nobody_repeats_another(rows: dict[str, list[dict[str, Any]]]) -> None:
    texts = [row["text"] for row in rows["statement"]]

    assert len(set(texts)) == len(texts)


async def test_nobody_signs_in_as_a_bulk_member_but_as_a_demo_member(
    rows: dict[str, list[dict[str, Any]]],
) -> None:
    assert {row["password_hash"] for row in rows["account"]} == {None}
    with pytest.raises(WrongCredentialsError):
        await accounts.prove(email=rows["account"][0]["email"], password=DEMO_PASSWORD)
    await accounts.prove(email=DEMO_SIGN_INS[0], password=DEMO_PASSWORD)


async def test_bulk_members_match_each_other(rows: dict[str, list[dict[str, Any]]]) -> None:
    hobbyist = next(row["member"] for row in rows["member_purpose"] if row["purpose"] == "hobby")

    page = await matches(Member(id=hobbyist, display_name=""), purpose=Purpose.HOBBY)

    assert {match.member.id for match in page.items} & {row["id"] for row in rows["account"]}


async def test_a_seed_that_was_stopped_goes_on_where_it_was(
    rows: dict[str, list[dict[str, Any]]], empty: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = asyncpg.Connection.copy_records_to_table
    copied: list[str] = []

    async def copy_until_stopped(self: Any, table: str, **options: Any) -> Any:
        if copied.count(table) == 1 and table == "statement":
            raise KeyboardInterrupt
        copied.append(table)
        return await copy(self, table, **options)

    monkeypatch.setattr(asyncpg.Connection, "copy_records_to_table", copy_until_stopped)
    with pytest.raises(KeyboardInterrupt):
        await seed_bulk(members=MEMBERS, number=NUMBER)
    monkeypatch.undo()
    assert await bulk_members(NUMBER) == 80
    added = await seed_bulk(members=MEMBERS, number=NUMBER)

    assert added.members == MEMBERS - 80
    assert but_for_rounding(await everything()) == but_for_rounding(rows)


async def test_a_larger_seed_begins_with_the_members_of_a_smaller_one(
    rows: dict[str, list[dict[str, Any]]], empty: None
) -> None:
    await seed_bulk(members=50, number=NUMBER)
    await seed_bulk(members=MEMBERS, number=NUMBER)

    assert but_for_rounding(await everything()) == but_for_rounding(rows)


async def test_a_seed_that_is_done_adds_nobody(empty: None) -> None:
    await seed_bulk(members=20, number=NUMBER)

    assert (await seed_bulk(members=20, number=NUMBER)).members == 0
    assert await bulk_members(NUMBER) == 20


def test_so_many_distinct_texts_are_made_as_are_asked_for_and_no_more() -> None:
    bank = Bank(number=NUMBER, most=20_000)

    texts = [bank.text(row, place) for row, length in enumerate(bank.lengths) for place in range(int(length))]

    assert len(set(texts)) == len(texts)
    assert 19_000 < len(texts) < 21_000
    assert max(map(len, texts)) <= 280
