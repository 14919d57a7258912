"""A map of many statements is worked out in a process of its own, and says the same."""

from collections.abc import Callable

import msgspec
import pytest

from api import apart
from api.database import fetch
from api.interest_map import drawing
from api.interest_map.drawing import draw_map
from api.interest_map.queries import interest_map
from api.profiles.schemas import Purpose
from tests.api.interest_map.making import make_community

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def worked_apart(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """However few statements there are, they are too many; names what was done in another process."""
    done = []

    async def noted(work: Callable[..., object], *given: object) -> object:
        done.append(work.__name__)
        return await apart.work_apart(work, *given)

    monkeypatch.setattr(drawing, "MOST_AMONG_REQUESTS", 0)
    monkeypatch.setattr(drawing, "work_apart", noted)
    return done


async def test_a_map_is_the_same_wherever_it_is_worked_out(
    worked_apart: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = (await make_community())["bees"][0]
    await draw_map(Purpose.HOBBY)
    first = msgspec.json.encode(await interest_map(reader, purpose=Purpose.HOBBY))
    kept = await fetch("SELECT id, place, people, name FROM interest_area ORDER BY place")
    await draw_map(Purpose.HOBBY)
    again = msgspec.json.encode(await interest_map(reader, purpose=Purpose.HOBBY))
    monkeypatch.undo()
    await fetch("DELETE FROM interest_map")
    await draw_map(Purpose.HOBBY)

    assert worked_apart == ["work_out", "work_out"]
    assert len(kept) == 3
    assert first == again == msgspec.json.encode(await interest_map(reader, purpose=Purpose.HOBBY))


async def test_a_map_of_nobody_is_worked_out_at_once(worked_apart: list[str]) -> None:
    await draw_map(Purpose.HOBBY)

    assert worked_apart == []
    assert await fetch("SELECT purpose FROM interest_map") == [{"purpose": "hobby"}]
