"""Candidates are found in full, by exact search or by an index, and always without those who cannot be met."""

import os
from uuid import UUID

import asyncpg
import numpy as np
import pytest

from api.accounts.schemas import Member
from api.database import fetch, transaction
from api.matching import candidates, vector_indexes
from api.matching.candidates import digest_of_others, owners_of, read_pool, statement_id, statements_of
from api.matching.vector_indexes import build_missing, index_name, is_indexed
from api.profiles.schemas import Purpose
from embeddings.models import DEFAULT_MODEL as MODEL
from embeddings.similarity import corpus_mean
from embeddings.words import word_keys
from tests.factories import make_member

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database")]

SPOONS = "I carve spoons from green birch."
TEXTS = [
    "Carving spoons and bowls from green wood.",
    "I whittle kitchen spoons out of birch branches.",
    "Old motorcycles, taken apart and put together again.",
    "I repair motorcycles on Sundays.",
    "Singing alto in a small choir.",
    "Baking sourdough bread with rye.",
]


@pytest.fixture
async def indexed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ada, who carves, and six others, above the sizes at which statements are no longer compared in full."""
    monkeypatch.setattr(candidates, "COMPARED_IN_FULL", 3)
    monkeypatch.setattr(candidates, "NEAREST", 2)
    monkeypatch.setattr(candidates, "NEAREST_TO_EACH", 2)
    monkeypatch.setattr(vector_indexes, "INDEXED_FROM", 3)


@pytest.fixture(autouse=True)
async def no_index_stays(database: None) -> None:
    for row in await fetch("SELECT relname FROM pg_class WHERE relname LIKE '%\\_near\\_%'"):
        await fetch(f"DROP INDEX {row['relname']}")


async def _ada_among_others() -> tuple[Member, list[Member]]:
    ada = await make_member("Ada", statements=[SPOONS])
    return ada, [await make_member(f"B{number}", statements=[text]) for number, text in enumerate(TEXTS)]


async def _pooled(viewer: Member) -> set[UUID]:
    return set(owners_of((await read_pool(viewer.id, Purpose.HOBBY)).theirs.rows())[0])


async def test_how_often_a_short_list_is_looked_at_costs_no_more_the_larger_its_purpose_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ada, _ = await _ada_among_others()
    monkeypatch.setattr(candidates, "LOOKED_THROUGH", len(TEXTS) + 1)
    among_few = await digest_of_others(ada.id, Purpose.HOBBY)

    monkeypatch.setattr(candidates, "LOOKED_THROUGH", len(TEXTS))

    assert (bool(among_few), await digest_of_others(ada.id, Purpose.HOBBY)) == (True, "")


async def test_few_statements_are_all_compared() -> None:
    ada, others = await _ada_among_others()

    pool = await read_pool(ada.id, Purpose.HOBBY)

    assert set(owners_of(pool.theirs.rows())[0]) == {other.id for other in others}
    assert pool.mean is None


@pytest.mark.usefixtures("indexed")
async def test_the_index_finds_whom_an_exact_search_finds() -> None:
    ada, others = await _ada_among_others()
    exactly = await _pooled(ada)

    await build_missing()

    assert await is_indexed(Purpose.HOBBY)
    assert await _pooled(ada) == exactly == {others[0].id, others[1].id}


@pytest.mark.usefixtures("indexed")
async def test_what_is_taken_away_is_the_mean_of_what_the_others_wrote() -> None:
    ada, _ = await _ada_among_others()
    await build_missing()
    everyone = statements_of((await read_pool(ada.id, Purpose.HOBBY, everyone=True)).theirs.rows())

    found = (await read_pool(ada.id, Purpose.HOBBY)).mean

    assert found == pytest.approx(corpus_mean(everyone.vectors), abs=1e-4)


@pytest.mark.usefixtures("indexed")
async def test_the_index_is_what_is_searched() -> None:
    ada, _ = await _ada_among_others()
    await build_missing()
    before = await _scans()

    await _pooled(ada)

    assert await _scans() > before


@pytest.mark.usefixtures("indexed")
async def test_where_the_index_finds_too_few_all_are_searched(monkeypatch: pytest.MonkeyPatch) -> None:
    ada, others = await _ada_among_others()
    await build_missing()
    # The nearest two cannot be met, and the index gives up when it has seen them.
    for hidden in others[:2]:
        await fetch("UPDATE account SET suspended_at = now() WHERE id = {}", hidden.id)

    monkeypatch.setattr(candidates, "_SEARCHED", 0)
    monkeypatch.setattr(candidates, "_WHEN_TOO_FEW", "off")

    async with transaction():
        pooled = await _pooled(ada)
        mine = [statement_id(row) for row in (await read_pool(ada.id, Purpose.HOBBY)).mine.rows()]
        await candidates._set_search(searched=2, others="off")
        by_index = await candidates._nearest(ada.id, Purpose.HOBBY, mine, wanted=2, distance=candidates._BY_INDEX)

    assert len(by_index) < 2
    assert len(pooled) == 2
    assert not pooled & {others[0].id, others[1].id}


@pytest.mark.usefixtures("indexed")
async def test_a_search_by_index_leaves_the_rest_of_a_transaction_as_it_was() -> None:
    ada, _ = await _ada_among_others()
    await build_missing()

    async with transaction():
        await _pooled(ada)
        [row] = await fetch("SELECT current_setting('enable_sort') AS sort, current_setting('enable_seqscan') AS scan")

    assert row == {"sort": "on", "scan": "on"}


@pytest.mark.usefixtures("indexed")
async def test_seekers_are_led_to_those_who_tell_also_by_index() -> None:
    ada = await make_member("Ada", statements=[("seeking", SPOONS)])
    for number in range(4):
        await make_member(f"S{number}", statements=[("seeking", SPOONS)])
    ben = await make_member("Ben", statements=[TEXTS[0]])
    cyd = await make_member("Cyd", statements=[TEXTS[5]])
    await build_missing()

    assert await _pooled(ada) == {ben.id, cyd.id}


@pytest.mark.usefixtures("indexed")
async def test_an_index_is_built_once_and_only_where_there_are_many() -> None:
    await _ada_among_others()

    assert await build_missing() == [index_name(Purpose.HOBBY, MODEL)]
    assert await build_missing() == []
    assert not await is_indexed(Purpose.BELIEF)


@pytest.mark.usefixtures("indexed")
async def test_an_interrupted_index_is_not_used_and_is_built_anew() -> None:
    ada, others = await _ada_among_others()
    # A unique index of what is not unique fails half-way and leaves what an interrupted build leaves.
    with pytest.raises(asyncpg.UniqueViolationError):
        await fetch(
            f"CREATE UNIQUE INDEX CONCURRENTLY {index_name(Purpose.HOBBY, MODEL)} ON statement_vector_hobby (model) "
            f"WHERE model = '{MODEL}'"
        )
    assert not await is_indexed(Purpose.HOBBY)
    assert await _pooled(ada) == {others[0].id, others[1].id}

    await build_missing()

    assert await is_indexed(Purpose.HOBBY)


@pytest.mark.usefixtures("indexed")
async def test_an_index_goes_with_the_last_vector_of_its_model() -> None:
    await _ada_among_others()
    await fetch("UPDATE statement_vector SET model = 'it''s old' WHERE statement = {}", (await _some_statement()))
    old = index_name(Purpose.HOBBY, "it's old")
    await fetch(f"CREATE INDEX {old} ON statement_vector_hobby (member) WHERE model = 'it''s old'")
    await build_missing()
    kept = await _exists(old)

    await fetch("DELETE FROM statement_vector WHERE model = 'it''s old'")
    await build_missing()

    assert kept
    assert not await _exists(old)


@pytest.mark.usefixtures("indexed")
async def test_while_one_builds_others_do_not() -> None:
    await _ada_among_others()
    other = await asyncpg.connect(os.environ["WHEREFORE_DATABASE_URL"])
    try:
        await other.execute("SELECT pg_advisory_lock($1)", vector_indexes._ONE_AT_A_TIME)

        assert await build_missing() == []
    finally:
        await other.close()


@pytest.mark.usefixtures("indexed")
async def test_vectors_of_another_model_are_not_compared() -> None:
    ada, others = await _ada_among_others()
    await fetch("UPDATE statement_vector SET model = 'another' WHERE member = {}", others[0].id)

    pooled = await _pooled(ada)

    assert len(pooled) == 2
    assert others[0].id not in pooled


async def _some_statement() -> UUID:
    found: UUID = (await fetch("SELECT statement FROM statement_vector LIMIT 1"))[0]["statement"]
    return found


async def _exists(name: str) -> bool:
    return bool(await fetch("SELECT 1 WHERE to_regclass({}) IS NOT NULL", name))


async def _scans() -> int:
    await fetch("SELECT pg_stat_force_next_flush()")
    rows = await fetch(
        "SELECT idx_scan FROM pg_stat_user_indexes WHERE indexrelname = {}", index_name(Purpose.HOBBY, MODEL)
    )
    return int(rows[0]["idx_scan"])


@pytest.mark.usefixtures("indexed")
async def test_who_comes_near_in_two_things_is_taken_before_who_does_in_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(candidates, "NEAREST", 8)
    monkeypatch.setattr(candidates, "TAKEN", 1)
    carving, choir = ("about", "I carve spoons from birch."), ("about", "I sing in a choir.")
    ada = await make_member("Ada", statements=[carving, choir])
    await make_member("One", statements=[carving])
    both = await make_member("Both", statements=[("about", TEXTS[0]), ("about", "Singing alto in a small choir.")])
    await make_member("Another", statements=[choir])

    assert await _pooled(ada) == {both.id}


async def test_the_words_of_statements_come_along() -> None:
    ada = await make_member("Ada", statements=[("about", "I make bobbin lace on a bolster pillow.")])
    await make_member("Grace", statements=[("about", "Torchon lace, with forty bobbins.")])

    pool = await read_pool(ada.id, Purpose.HOBBY)

    for side, text in (
        (pool.mine, "I make bobbin lace on a bolster pillow."),
        (pool.theirs, "Torchon lace, with forty bobbins."),
    ):
        words = statements_of(side.rows()).words
        assert words is not None
        assert np.array_equal(words, word_keys([text]))
