"""What the health checks say beside whether requests can be served."""

from pathlib import Path

from httpx import AsyncClient

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
