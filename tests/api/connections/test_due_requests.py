"""What the job writes down is found without reading what is not due, however much of that there is."""

import pytest

from api import clock
from api.connections.request_rows import DUE
from api.database import fetch, transaction

pytestmark = pytest.mark.usefixtures("database")


async def test_each_half_of_what_is_due_is_what_one_index_holds() -> None:
    async with transaction():
        await fetch(
            "TRUNCATE connection_request CASCADE"
        )  # a table of which PostgreSQL knows nothing, as on a first day
        await fetch("SET LOCAL enable_seqscan = off")  # so that a small table is read like a large one
        lines = await fetch(f"EXPLAIN {DUE}", clock.now(), 250, 250)

    plan = "\n".join(line["QUERY PLAN"] for line in lines)
    assert "connection_request_due" in plan
    assert "connection_request_left" in plan
    assert "Seq Scan" not in plan
