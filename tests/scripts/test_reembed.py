"""`wherefore reembed` says what it did, and does not empty the lists of those who are still served."""

from contextlib import nullcontext
from pathlib import Path

import pytest
from click import ClickException

from api.database import fetch
from api.matching.queries import matches
from api.profiles.reembedding import catch_up
from api.profiles.schemas import Purpose
from scripts.reembed import reembed
from scripts.serve import _vectors_missing
from tests.factories import make_member
from tests.models import in_force, other_model
from tests.moved_clock import MovedClock

DEFAULT = "all-MiniLM-L6-v2"


@pytest.fixture(autouse=True)
def pool_of_the_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    """The pool is open already."""
    monkeypatch.setattr("api.database.connected", nullcontext)


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of another model."""
    return other_model(tmp_path_factory.mktemp("models") / "shallow")


async def models_kept() -> set[str]:
    return {row["model"].split("@")[0] for row in await fetch("SELECT model FROM statement_vector")}


async def test_it_says_how_many_vectors_and_languages_there_were(
    database: None, other: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    await make_member(statements=["I keep bees on the roof of a library.", "Je répare de vieux accordéons ici."])
    await fetch("UPDATE statement SET language = NULL")

    with in_force(other):
        await reembed(remove_others=False)

    told = capsys.readouterr().out
    assert "2 vectors of shallow@" in told
    assert "2 statements were told their language." in told
    assert "removed" not in told
    assert await models_kept() == {DEFAULT, "shallow"}


async def test_vectors_of_a_model_that_somebody_serves_with_are_not_removed(
    database: None, other: Path, moved_clock: MovedClock, capsys: pytest.CaptureFixture[str]
) -> None:
    ada = await make_member(statements=["I keep bees on the roof of a library."])
    ben = await make_member("Ben", statements=["I look after two hives of black bees."])
    await catch_up()

    with in_force(other):
        with pytest.raises(ClickException, match=f"Somebody served with {DEFAULT} within the last ten minutes"):
            await reembed(remove_others=True)
        assert await models_kept() == {DEFAULT, "shallow"}
        moved_clock.move(minutes=11)
        await reembed(remove_others=True)

        assert "2 vectors of other models were removed." in capsys.readouterr().out
        assert await models_kept() == {"shallow"}
        assert [match.member.id for match in (await matches(ada, purpose=Purpose.HOBBY)).items] == [ben.id]


async def test_a_start_with_a_model_whose_vectors_are_missing_says_what_to_do(database: None, other: Path) -> None:
    await make_member(statements=["I keep bees on the roof of a library."])

    assert await _vectors_missing() is None
    with in_force(other):
        told = await _vectors_missing()
        await catch_up()
        assert await _vectors_missing() is None

    assert told is not None
    assert told.startswith("Warning: 1 statements have no vector of the model shallow@")
    assert "`wherefore reembed` does it sooner" in told
    assert "\n" not in told
