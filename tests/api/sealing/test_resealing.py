"""What was written before there was sealing is sealed once, and stays so."""

from datetime import timedelta
from uuid import UUID, uuid4

import asyncpg
import pytest

from api import clock
from api.sealing import keys, opened, resealing
from api.sealing.resealing import seal_what_is_clear
from api.sealing.uses import Connection
from tests.factories import make_member


async def in_clear(connection: Connection, *, members: int) -> list[UUID]:
    """Statements as they were written before there was sealing."""
    ada = await make_member("Ada", statements=[])
    ids = [uuid4() for _ in range(members)]
    await connection.execute("ALTER TABLE statement DROP CONSTRAINT statement_text_sealed")
    now = clock.now()
    await connection.executemany(
        "INSERT INTO statement (id, author, purpose, role, text, audience, created_at, updated_at) "
        "VALUES ($1, $2, 'hobby', 'about', $3, 'nobody', $4, $4)",
        [(row, ada.id, f"I keep bees on roof {row}.", now + timedelta(seconds=n)) for n, row in enumerate(ids)],
    )
    return ids


def keys_opened(sealed: str, row: UUID) -> str:
    return opened(sealed, about="statement.text", row=row)


async def test_what_was_in_clear_is_sealed_once_and_the_database_holds_it_from_then_on(connection: Connection) -> None:
    ids = await in_clear(connection, members=40)
    # Somebody may have written what looks like a sealed text.
    like = f"s1.{keys.keys().present}.{'A' * 60}"
    await connection.execute("UPDATE statement SET text = $1 WHERE id = $2", like, ids[0])

    assert await seal_what_is_clear(connection) == 40
    assert await seal_what_is_clear(connection) == 0

    rows = {row["id"]: row["text"] for row in await connection.fetch("SELECT id, text FROM statement")}
    for row in ids[1:]:
        assert keys_opened(rows[row], row) == f"I keep bees on roof {row}."
    assert keys_opened(rows[ids[0]], ids[0]) == like
    with pytest.raises(asyncpg.CheckViolationError, match="statement_text_sealed"):
        await connection.execute("UPDATE statement SET text = 'In clear' WHERE id = $1", ids[0])


async def test_sealing_that_was_killed_goes_on_where_it_was(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resealing, "AT_A_TIME", 7)
    await in_clear(connection, members=40)

    def killed(done: int, _: int) -> None:
        if done >= 20:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await seal_what_is_clear(connection, tell=killed)
    left = await connection.fetchval("SELECT count(*) FROM statement WHERE text NOT LIKE 's1.%'")
    again = await seal_what_is_clear(connection)

    assert 0 < left < 40
    assert again == left
    assert await connection.fetchval("SELECT count(*) FROM statement WHERE text NOT LIKE 's1.%'") == 0
    assert await connection.fetchval("SELECT convalidated FROM pg_constraint WHERE conname = 'statement_text_sealed'")
