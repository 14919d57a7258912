"""Statements of several members, and whether a model has the right vectors of all."""

from uuid import UUID

import numpy as np

from api.accounts.schemas import Member
from api.database import fetch
from api.sealing import open_in
from embeddings.columns import from_sent
from embeddings.encoder import Encoder, Vectors
from tests.factories import make_member

DEFAULT = "all-MiniLM-L6-v2"
WORDS = (
    "I keep bees on the roof of a library.",
    "I bake rye bread in a wood oven.",
    "I repair old accordions in my kitchen.",
    "I carve spoons from green birch.",
    "I sing bass in a small choir.",
    "I look after two hives of black bees.",
    "I sketch birds at the estuary.",
)


async def a_community() -> list[Member]:
    """Members who wrote one thing each."""
    return [await make_member(f"Member {number}", statements=[text]) for number, text in enumerate(WORDS)]


async def vectors_of(model: str) -> dict[UUID, Vectors]:
    """The vectors of a model, by statement."""
    rows = await fetch("SELECT statement, halfvec_send(vector) AS sent FROM statement_vector WHERE model = {}", model)
    return {row["statement"]: from_sent(row["sent"]) for row in rows}


async def hold_whole_and_right(the_encoder: Encoder) -> None:
    """Every statement that takes part has exactly the vector that its text has in this model, and no other has one."""
    written = await fetch(
        "SELECT statement.id, text FROM statement JOIN member_purpose AS switched "
        "ON switched.member = author AND switched.purpose = statement.purpose WHERE audience = 'purpose'"
    )
    open_in(written, text="statement.text")
    kept = await vectors_of(the_encoder.model.name)
    assert kept.keys() == {row["id"] for row in written}
    expected = await the_encoder.encode([row["text"] for row in written])
    for row, vector in zip(written, expected, strict=True):
        assert kept[row["id"]].shape == vector.shape
        assert float(np.dot(kept[row["id"]], vector)) > 0.99
