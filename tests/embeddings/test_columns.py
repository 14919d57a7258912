"""The vector column keeps vectors in PostgreSQL and lives in auto migrations."""

import json
import os

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from piccolo.apps.migrations.auto.serialisation import serialise_params
from piccolo.engine.postgres import PostgresEngine
from piccolo.table import Table

from embeddings.columns import Vector, from_sent, to_literal

halves = arrays(np.float16, st.integers(1, 20), elements=st.floats(-1000, 1000, width=16))


@given(halves)
def test_a_literal_reads_back_as_the_same_half_precision_numbers(vector: np.ndarray) -> None:
    assert np.array(json.loads(to_literal(vector)), dtype=np.float16).tolist() == vector.tolist()


@pytest.mark.parametrize("vector", [[], [[1.0]], [float("nan")], [float("inf")], [1e6]])
def test_what_pgvector_would_refuse_has_no_literal(vector: list[float]) -> None:
    with pytest.raises(ValueError, match="finite"):
        to_literal(np.array(vector))


@pytest.mark.parametrize("content", [b"", b"\x00\x00\x00\x00", b"\x00\x02\x00\x00\x3c\x00"])
def test_what_was_not_sent_as_a_vector_is_not_read(content: bytes) -> None:
    with pytest.raises(ValueError, match="dimensions"):
        from_sent(content)


def test_its_parameters_can_be_written_to_a_migration() -> None:
    params = serialise_params(Vector(dimensions=3, null=True)._meta.params)

    column = Vector(**params.params)

    assert column.column_type == "HALFVEC(3)"
    assert not params.extra_definitions


def test_a_column_for_several_models_leaves_the_dimensions_open() -> None:
    assert Vector(**serialise_params(Vector()._meta.params).params).column_type == "HALFVEC"


async def test_it_keeps_and_changes_vectors_in_postgresql() -> None:
    engine = PostgresEngine({"dsn": os.environ["WHEREFORE_DATABASE_URL"]})

    class Kept(Table, tablename="kept_vector", db=engine):
        vector = Vector(dimensions=3, null=True)

    first, second = np.array([0.1, -2, 3]), np.array([1, 0, 0])
    async with engine.transaction():
        await engine.run_ddl("CREATE EXTENSION IF NOT EXISTS vector")
        await engine.run_ddl("CREATE TEMP TABLE kept_vector (id serial, vector HALFVEC(3)) ON COMMIT DROP")
        await Kept(vector=to_literal(first)).save()
        await Kept.insert(Kept(vector=None))
        row = await Kept.select(Kept.vector).where(Kept.vector == to_literal(first)).first()
        await Kept.update({Kept.vector: to_literal(second)}, force=True)
        sent = await Kept.raw("SELECT halfvec_send(vector) AS sent FROM kept_vector WHERE vector IS NOT NULL")
        near = await Kept.raw("SELECT vector <=> {}::halfvec AS far FROM kept_vector LIMIT 1", to_literal(second))

    assert row is not None
    assert json.loads(row["vector"]) == pytest.approx(first, abs=1e-3)
    assert from_sent(sent[0]["sent"]).tolist() == second.tolist()
    assert near[0]["far"] == pytest.approx(0)
