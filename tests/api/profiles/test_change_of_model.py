"""A site that is served with another model: lists are computed anew, nothing is mixed, and it catches up."""

from pathlib import Path

import pytest

from api.accounts.schemas import Member
from api.database import fetch
from api.encoding import encoder
from api.matching.queries import matches
from api.profiles import coverage, services
from api.profiles.coverage import missing_when_last_looked
from api.profiles.reembedding import catch_up, encode_missing
from api.profiles.schemas import Purpose, PurposeSwitch, StatementUpdate
from embeddings.encoder import Encoder
from embeddings.models import find_model
from tests.api.profiles.modelled import DEFAULT, WORDS, a_community, hold_whole_and_right, vectors_of
from tests.factories import make_member
from tests.models import in_force
from tests.moved_clock import MovedClock


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


async def test_it_is_known_for_a_while_which_other_model_somebody_serves_with(
    database: None, moved_clock: MovedClock, other: Path
) -> None:
    await catch_up()

    assert await coverage.other_models_served(find_model(str(other)).name) == [DEFAULT]
    assert await coverage.other_models_served(DEFAULT) == []
    moved_clock.move(hours=1)
    assert await coverage.other_models_served(find_model(str(other)).name) == []


async def test_switching_a_purpose_on_again_takes_the_model_in_force(database: None, other: Path) -> None:
    ada = await make_member(statements=["I keep bees."])
    await services.switch_off_purpose(ada, purpose=Purpose.HOBBY)
    with in_force(other):
        await services.switch_on_purpose(ada, purpose=Purpose.HOBBY, switch=PurposeSwitch())
        await hold_whole_and_right(encoder())

    assert await vectors_of(DEFAULT) == {}
