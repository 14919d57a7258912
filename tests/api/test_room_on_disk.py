"""While the disk of the bundled PostgreSQL is nearly full all can be read, and nothing new is taken in."""

from pathlib import Path
from types import SimpleNamespace

import pytest
from httpx import AsyncClient

from api import room_on_disk
from api.embedded_identity import home_of_running
from api.room_on_disk import LEAST_FREE, Disk


@pytest.fixture
def free(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many bytes are free: the last of these."""
    bytes_free = [LEAST_FREE]
    monkeypatch.setattr("api.room_on_disk.shutil.disk_usage", lambda _: SimpleNamespace(free=bytes_free[-1]))
    monkeypatch.setattr(room_on_disk, "SECONDS_BETWEEN_LOOKS", 0)
    disk = Disk(Path("/"))
    monkeypatch.setattr(room_on_disk, "_disk", lambda: disk)
    return bytes_free


async def test_with_too_little_room_a_call_is_refused_until_there_is_more(client: AsyncClient, free: list[int]) -> None:
    wrong = {"email": "ada@example.org", "password": "nine quiet harbours", "name": "a program"}
    answers = []
    for room in (LEAST_FREE, LEAST_FREE - 1, LEAST_FREE):
        free.append(room)
        answers.append(await client.post("/api/v1/tokens", json=wrong))

    assert [answer.status_code for answer in answers] == [401, 503, 401]
    assert answers[1].json()["type"] == "/problems/cannot-keep"
    assert answers[1].headers["Retry-After"] == "60"


async def test_with_too_little_room_all_can_be_read_and_a_form_is_answered_by_a_page(
    client: AsyncClient, free: list[int]
) -> None:
    free.append(0)

    assert (await client.get("/api/v1/purposes")).status_code == 200
    assert (await client.get("/sign-in")).status_code == 200
    answer = await client.post("/sign-in", data={"email": "ada@example.org", "password": "nine quiet harbours"})
    assert answer.status_code == 503
    assert "Nothing new can be kept just now" in answer.text


def test_only_the_disk_of_the_bundled_database_is_looked_at(tmp_path: Path) -> None:
    (tmp_path / "postgres").mkdir()
    (tmp_path / "socket-dir").write_text("/else/where\n")

    assert home_of_running(tmp_path, f"postgresql://a:b@/a?host={tmp_path}/run&port=5432") == tmp_path
    assert home_of_running(tmp_path, "postgresql://a:b@/a?host=/else/where&port=5432") == tmp_path
    assert home_of_running(tmp_path, "postgresql://a:b@/a?host=/var/run/postgresql") is None
    assert home_of_running(tmp_path, "postgresql://a:b@db.example/a") is None
    assert not Disk(None).is_full()
