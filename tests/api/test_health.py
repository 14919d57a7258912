"""What the health checks say beside whether requests can be served."""

import asyncio
from pathlib import Path

import pytest
from httpx import AsyncClient

from api import jobs
from api.encoding import encoder
from api.profiles.reembedding import catch_up, encode_missing
from tests.factories import make_member
from tests.models import in_force, other_model


async def test_readiness_tells_whether_every_statement_has_a_vector_of_the_model(
    client: AsyncClient, tmp_path: Path
) -> None:
    await make_member(statements=["I keep bees on the roof of a library.", "I bake rye bread in a wood oven."])
    told = []
    with in_force(other_model(tmp_path / "shallow")):
        await encoder().start()
        for step in (None, encode_missing(encoder(), seconds=0), catch_up()):
            if step is not None:
                await step
            reply = await client.get("/readyz")
            told.append((reply.status_code, reply.json()["vectors"]))

    assert told == [(200, "unknown"), (200, "incomplete"), (200, "ok")]


async def test_however_many_ask_whether_it_is_ready_there_is_one_look_at_the_database_at_a_time(
    client: AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_once: list[int] = []
    begun, may_go_on = asyncio.Event(), asyncio.Event()
    looking = 0

    async def are_late() -> bool:
        nonlocal looking
        looking += 1
        at_once.append(looking)
        begun.set()
        await may_go_on.wait()
        looking -= 1
        return False

    monkeypatch.setattr(jobs, "are_late", are_late)
    asked = [asyncio.create_task(client.get("/readyz")) for _ in range(40)]
    await begun.wait()
    await asyncio.sleep(0.1)  # the others arrive
    may_go_on.set()
    replies = await asyncio.gather(*asked)
    later = await client.get("/readyz")

    assert {reply.json()["database"] for reply in (*replies, later)} == {"ok"}
    assert len(at_once) > 1
    assert set(at_once) == {1}
