"""Vectors of another model: every statement gets its own, in steps, and nothing that changes meanwhile a wrong one."""

from pathlib import Path

import numpy as np
import pytest

from api.database import fetch
from api.encoding import encoder
from api.matching.queries import matches
from api.privacy.erasure import erase
from api.profiles import reembedding, services
from api.profiles.coverage import how_many_missing
from api.profiles.reembedding import encode_missing, remove_other_vectors, tell_languages
from api.profiles.schemas import Audience, Purpose, StatementUpdate
from embeddings.encoder import Encoder, Vectors
from embeddings.models import find_model
from tests.api.profiles.modelled import DEFAULT, WORDS, a_community, hold_whole_and_right, vectors_of
from tests.factories import make_member, make_statement


async def test_every_statement_gets_a_vector_of_the_other_model_and_keeps_its_own(database: None, other: Path) -> None:
    await a_community()
    before = await vectors_of(DEFAULT)
    new = Encoder(find_model(str(other)))

    written = await encode_missing(new)

    assert written == len(WORDS)
    await hold_whole_and_right(new)
    after = await vectors_of(DEFAULT)
    assert {key: vector.tolist() for key, vector in after.items()} == {k: v.tolist() for k, v in before.items()}
    there = await vectors_of(new.model.name)
    assert max(float(np.dot(there[key], before[key])) for key in before) < 0.9
    assert await encode_missing(new) == 0
    new.close()


async def test_drafts_and_purposes_that_are_off_get_none(database: None, other: Path) -> None:
    ada = await make_member(statements=["I keep bees."])
    await make_statement(ada, "A draft.", audience=Audience.NOBODY)
    ben = await make_member("Ben", statements=["I bake bread."])
    await services.switch_off_purpose(ben, purpose=Purpose.HOBBY)
    new = Encoder(find_model(str(other)))

    assert await encode_missing(new) == 1

    await hold_whole_and_right(new)
    new.close()


async def test_it_goes_on_where_it_was_stopped_and_the_site_serves_meanwhile(
    database: None, other: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reembedding, "STATEMENTS_LOOKED_AT", 3)
    monkeypatch.setattr(reembedding, "STATEMENTS_ENCODED", 2)
    members = await a_community()
    beekeeper = members[0]
    new = Encoder(find_model(str(other)))
    names, steps = [], []

    while await how_many_missing(new.model.name):
        steps.append(await encode_missing(new, seconds=0))  # as if it was killed after a batch
        await make_member("Newcomer", statements=[f"I press cider, batch {len(steps)}."]) if len(steps) < 3 else None
        found = (await matches(beekeeper, purpose=Purpose.HOBBY)).items
        names.append(found[0].member.display_name)

    assert len(steps) > 4
    assert max(steps) <= 2
    assert set(names) == {"Member 5"}  # the other beekeeper, under the old model at every step
    await hold_whole_and_right(new)
    await hold_whole_and_right(encoder())
    new.close()


class _Meddled(Encoder):
    """An encoder during whose work members do something."""

    async def encode(self, texts: list[str]) -> Vectors:  # type: ignore[override]
        vectors = await super().encode(texts)
        if todo := self.__dict__.pop("meanwhile", None):
            await todo()
        return vectors


async def test_what_is_changed_deleted_hidden_or_switched_off_meanwhile_gets_no_wrong_vector(
    database: None, other: Path
) -> None:
    ada, ben, cyd, dan, eve, fay = [await make_member(statements=[text]) for text in WORDS[:6]]
    of = {row["author"]: row["id"] for row in await fetch("SELECT id, author FROM statement")}
    new = _Meddled(find_model(str(other)))

    async def meanwhile() -> None:
        await services.change_statement(ada, of[ada.id], change=StatementUpdate(text="I keep goats now."))
        await services.delete_statement(ben, of[ben.id])
        await services.change_statement(cyd, of[cyd.id], change=StatementUpdate(audience=Audience.CONNECTIONS))
        await services.switch_off_purpose(dan, purpose=Purpose.HOBBY)
        await erase(eve.id)
        await make_statement(fay, "I also read the weather from clouds.")

    new.__dict__["meanwhile"] = meanwhile
    await encode_missing(new)

    await hold_whole_and_right(new)
    assert len(await vectors_of(new.model.name)) == 3
    new.close()


async def test_vectors_of_other_models_are_removed_when_asked_for(
    database: None, other: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reembedding, "STATEMENTS_LOOKED_AT", 3)
    await a_community()
    new = Encoder(find_model(str(other)))
    await encode_missing(new)

    assert await remove_other_vectors(new.model.name) == len(WORDS)

    assert await vectors_of(DEFAULT) == {}
    await hold_whole_and_right(new)
    new.close()


async def test_statements_from_before_are_told_their_language(database: None) -> None:
    ada = await make_member(statements=["Je répare de vieux accordéons dans ma cuisine.", "Akkordeon", WORDS[0]])
    await fetch("UPDATE statement SET language = NULL")
    before = await fetch("SELECT updated_at FROM statement ORDER BY created_at")

    assert await tell_languages() == 2

    rows = await fetch("SELECT language, updated_at FROM statement WHERE author = {} ORDER BY created_at", ada.id)
    assert [row["language"] for row in rows] == ["fr", None, "en"]
    assert [row["updated_at"] for row in rows] == [row["updated_at"] for row in before]
    assert await tell_languages() == 0
