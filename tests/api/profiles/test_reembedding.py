"""A change of model: nothing is lost, nothing is mixed, it can be interrupted, and the site serves throughout."""

from pathlib import Path
from uuid import UUID

import numpy as np
import pytest

from api.accounts.schemas import Member
from api.database import fetch
from api.encoding import encoder
from api.matching.queries import matches
from api.privacy.erasure import erase
from api.profiles import coverage, reembedding, services
from api.profiles.coverage import how_many_missing, missing_when_last_looked
from api.profiles.reembedding import catch_up, encode_missing, remove_other_vectors, tell_languages
from api.profiles.schemas import Audience, Purpose, PurposeSwitch, StatementUpdate
from api.sealing import open_in
from embeddings.columns import from_sent
from embeddings.encoder import Encoder, Vectors
from embeddings.models import find_model
from tests.factories import make_member, make_statement
from tests.models import in_force, other_model
from tests.moved_clock import MovedClock

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


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of another model, with as many dimensions."""
    return other_model(tmp_path_factory.mktemp("models") / "shallow")


@pytest.fixture(scope="module")
def narrow(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a model with fewer dimensions."""
    return other_model(tmp_path_factory.mktemp("models") / "narrow", width=192)


async def a_community() -> list[Member]:
    return [await make_member(f"Member {number}", statements=[text]) for number, text in enumerate(WORDS)]


async def vectors_of(model: str) -> dict[UUID, Vectors]:
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


async def test_lists_are_computed_anew_with_the_other_model_and_again_after_going_back(
    database: None, other: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    [viewer, *_] = await a_community()
    new = Encoder(find_model(str(other)))
    await encode_missing(new)
    new.close()
    computed = []

    for model in (None, other, None):
        with in_force(model):
            await matches(viewer, purpose=Purpose.HOBBY)
        computed += [row["own"] for row in await fetch("SELECT own FROM match_list WHERE viewer = {}", viewer.id)]

    assert computed[0] == computed[2] != computed[1]


async def test_a_viewer_meets_only_those_whose_vectors_are_of_the_model_in_force(database: None, narrow: Path) -> None:
    old = await make_member("Old", statements=["I look after two hives of black bees."])
    with in_force(narrow):
        # Of other dimensions: comparing the two would fail in PostgreSQL and in NumPy alike.
        ada = await make_member("Ada", statements=["I keep bees on the roof of a library."])
        new = await make_member("New", statements=["I keep bees on the roof of a chapel."])

        found = {match.member.id for match in (await matches(ada, purpose=Purpose.HOBBY)).items}
        assert found == {new.id}

        await catch_up()
        await matches(ada, purpose=Purpose.HOBBY)
        rows = await fetch("SELECT vector_dims(vector) AS width, model FROM statement_vector")
        assert {(row["width"], row["model"].split("@")[0]) for row in rows} == {(384, DEFAULT), (192, "narrow")}
        await hold_whole_and_right(encoder())

    assert {match.member.id for match in (await matches(old, purpose=Purpose.HOBBY)).items} == set()
    await catch_up()
    await hold_whole_and_right(encoder())
    assert (await matches(old, purpose=Purpose.HOBBY)).items[0].member.id in {ada.id, new.id}


async def test_a_site_that_was_started_with_another_model_catches_up_by_itself(database: None, other: Path) -> None:
    members = await a_community()
    with in_force(other):
        assert (await matches(members[0], purpose=Purpose.HOBBY)).items == []
        await encode_missing(encoder(), seconds=0)
        assert await missing_when_last_looked(encoder().model.name) == len(WORDS)

        await catch_up()

        assert await missing_when_last_looked(encoder().model.name) == 0
        assert (await matches(members[0], purpose=Purpose.HOBBY)).items != []
        await hold_whole_and_right(encoder())


async def test_what_processes_with_the_old_model_write_beside_the_new_is_found_missing_within_the_hour(
    database: None, moved_clock: MovedClock, other: Path
) -> None:
    with in_force(other):
        await catch_up()
    await make_member(statements=["I keep bees."])

    written = []
    with in_force(other):
        for _ in range(12):
            moved_clock.move(minutes=5)
            written.append(await catch_up())

    assert written == [0] * 11 + [1]


async def test_what_was_edited_before_the_restart_has_its_vector_by_the_first_job_after_it(
    database: None, other: Path
) -> None:
    ada = await make_member(statements=["I keep bees."])
    [row] = await fetch("SELECT id FROM statement")
    with in_force(other):
        await encode_missing(encoder())
    await services.change_statement(ada, row["id"], change=StatementUpdate(text="I keep goats now."))

    with in_force(other):
        assert [await catch_up(), await catch_up()] == [1, 0]
        await hold_whole_and_right(encoder())


async def test_only_vectors_of_the_model_that_is_served_with_have_lists_computed_anew(
    database: None, moved_clock: MovedClock, other: Path
) -> None:
    ada = await make_member(statements=["I keep bees."])
    await make_member(statements=["I keep bees on the roof."])
    computed = [await _computed_anew(ada, moved_clock)]

    with in_force(other):
        assert await encode_missing(encoder()) == 2
    computed.append(await _computed_anew(ada, moved_clock))
    with in_force(other):
        computed.append(await _computed_anew(ada, moved_clock))
        await make_member(statements=["Bees, and the honey of lime trees."])
        computed.append(await _computed_anew(ada, moved_clock))
        computed.append(await _computed_anew(ada, moved_clock))

    assert computed == [True, False, True, True, False]


async def _computed_anew(viewer: Member, moved_clock: MovedClock) -> bool:
    """Whether this visit to a list computes it."""
    moved_clock.move(seconds=1)
    await matches(viewer, purpose=Purpose.HOBBY)
    return await fetch("SELECT computed_at FROM match_list") == [{"computed_at": moved_clock.now()}]


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


async def test_it_is_known_for_a_while_which_other_model_somebody_serves_with(
    database: None, moved_clock: MovedClock, other: Path
) -> None:
    await catch_up()

    assert await coverage.other_models_served(find_model(str(other)).name) == [DEFAULT]
    assert await coverage.other_models_served(DEFAULT) == []
    moved_clock.move(hours=1)
    assert await coverage.other_models_served(find_model(str(other)).name) == []


async def test_statements_from_before_are_told_their_language(database: None) -> None:
    ada = await make_member(statements=["Je répare de vieux accordéons dans ma cuisine.", "Akkordeon", WORDS[0]])
    await fetch("UPDATE statement SET language = NULL")
    before = await fetch("SELECT updated_at FROM statement ORDER BY created_at")

    assert await tell_languages() == 2

    rows = await fetch("SELECT language, updated_at FROM statement WHERE author = {} ORDER BY created_at", ada.id)
    assert [row["language"] for row in rows] == ["fr", None, "en"]
    assert [row["updated_at"] for row in rows] == [row["updated_at"] for row in before]
    assert await tell_languages() == 0


async def test_switching_a_purpose_on_again_takes_the_model_in_force(database: None, other: Path) -> None:
    ada = await make_member(statements=["I keep bees."])
    await services.switch_off_purpose(ada, purpose=Purpose.HOBBY)
    with in_force(other):
        await services.switch_on_purpose(ada, purpose=Purpose.HOBBY, switch=PurposeSwitch())
        await hold_whole_and_right(encoder())

    assert await vectors_of(DEFAULT) == {}
