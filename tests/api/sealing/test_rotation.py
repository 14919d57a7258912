"""Keys are changed while everything goes on, stopped and begun again, and never lost."""

import asyncio
import os
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import asyncpg
import pytest
from piccolo.columns import Text

from api import clock
from api.accounts.schemas import Member
from api.connections import queries as connections
from api.connections import services as connecting
from api.connections.schemas import ConnectionUpdate
from api.conversations import queries as conversations
from api.conversations import services as conversing
from api.conversations.schemas import MessageCreate
from api.database import fetch
from api.profiles.queries import my_statements
from api.sealing import keys, resealing, rotation
from api.sealing.columns import SealedText, sealed_columns
from api.sealing.proofs import check_keys
from api.sealing.resealing import seal_what_is_clear
from api.sealing.rotation import NotNowError, retire, rotate
from api.sealing.uses import Connection, sealed_with
from api.settings import SettingError, settings
from tests.api.profiles import relations
from tests.factories import make_member

WORDS = [f"I keep bees on roof number {number} of our street." for number in range(6)]


@pytest.fixture
async def connection(database: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Connection]:
    """A database whose keys are in a file of its own, and a connection to it."""
    monkeypatch.delenv("WHEREFORE_ENCRYPTION_KEYS")
    monkeypatch.setenv("WHEREFORE_DATA_DIR", str(tmp_path))
    settings.cache_clear()
    kept = await fetch("SELECT id, proof FROM sealing_key")
    await fetch("DELETE FROM sealing_key")
    opened = await asyncpg.connect(os.environ["WHEREFORE_DATABASE_URL"])
    await check_keys(opened)
    yield opened
    await opened.execute("DELETE FROM sealing_key; DELETE FROM account")
    await opened.executemany(
        "INSERT INTO sealing_key (id, proof) VALUES ($1, $2)", [(row["id"], row["proof"]) for row in kept]
    )
    await opened.close()
    settings.cache_clear()


async def two_who_talk() -> tuple[Member, Member, UUID]:
    """Two members with statements, a connection with a note, and messages."""
    ada, ben = await make_member("Ada", statements=WORDS), await make_member("Ben", statements=WORDS)
    await relations.connect(ada, ben)
    [connection] = (await connections.connections(ada)).items
    await connecting.update_note(ada, connection.id, change=ConnectionUpdate(note="Met at the fair."))
    for number in range(5):
        await conversing.send_message(ada, connection.id, draft=MessageCreate(text=f"Hello {number}", send_anyway=True))
    return ada, ben, connection.id


async def hold_all_readable(ada: Member, ben: Member, connection_id: UUID, *, said: int = 5) -> None:
    for member in (ada, ben):
        assert [one.text for one in (await my_statements(member)).items] == WORDS
    assert (await connections.connection(ada, connection_id)).note == "Met at the fair."
    assert (await connections.connection(ben, connection_id)).reason == relations.REASON
    read = (await conversations.messages(ben, connection_id, limit=100)).items
    assert [one.text for one in reversed(read)] == [f"Hello {number}" for number in range(said)]


async def test_after_a_rotation_everything_is_under_the_new_key_and_reads_as_before(connection: Connection) -> None:
    ada, ben, talk = await two_who_talk()
    old = keys.keys().present
    looked_at: list[tuple[int, int]] = []

    changed = await rotate(connection, tell=lambda done, total: looked_at.append((done, total)))

    new = keys.keys().present
    assert new != old
    assert changed == len(WORDS) * 2 + 1 + 5
    assert set(await sealed_with(connection)) == {new}
    assert looked_at[-1] == (changed, changed)
    await hold_all_readable(ada, ben, talk)


async def test_a_rotation_that_was_killed_goes_on_with_the_same_key(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resealing, "AT_A_TIME", 3)
    ada, ben, talk = await two_who_talk()

    def killed(done: int, _: int) -> None:
        if done >= 6:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await rotate(connection, tell=killed)
    halfway = await sealed_with(connection)
    key = keys.keys().present
    await hold_all_readable(ada, ben, talk)
    await rotate(connection)

    assert len(halfway) == 2
    assert set(await sealed_with(connection)) == {key}
    await hold_all_readable(ada, ben, talk)


async def test_what_is_written_and_changed_meanwhile_is_neither_lost_nor_left_under_the_old_key(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resealing, "AT_A_TIME", 1)
    ada, ben, talk = await two_who_talk()
    said = 5

    async def go_on(stop: asyncio.Event) -> None:
        nonlocal said
        while not stop.is_set():
            await conversing.send_message(ada, talk, draft=MessageCreate(text=f"Hello {said}", send_anyway=True))
            said += 1
            await connecting.update_note(ada, talk, change=ConnectionUpdate(note="Met at the fair."))
            await hold_all_readable(ada, ben, talk, said=said)

    stop = asyncio.Event()
    meanwhile = asyncio.create_task(go_on(stop))
    for _ in range(3):
        await rotate(connection)
    stop.set()
    await meanwhile

    assert said > 5
    assert set(await sealed_with(connection)) == {keys.keys().present}
    await hold_all_readable(ada, ben, talk, said=said)


async def test_only_a_key_that_nothing_is_sealed_with_is_retired(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rotation, "SECONDS_TO_SETTLE", 0.0)
    ada, ben, talk = await two_who_talk()
    old = keys.keys().present
    keys.replace(keys.with_new_key(keys.keys()))

    with pytest.raises(NotNowError, match=f"texts are still sealed with {old}"):
        await retire(connection)
    assert old in keys.keys().sealing
    await rotate(connection)

    assert await retire(connection) == [old]
    assert list(keys.keys().sealing) == [keys.keys().present]
    assert old not in keys.file().read_text()
    await check_keys(connection)
    await hold_all_readable(ada, ben, talk)
    assert await retire(connection) == []


async def test_a_key_waits_before_it_is_retired_until_nobody_can_be_writing_with_it(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited: list[float] = []

    async def sleep(seconds: float) -> None:
        waited.append(seconds)

    monkeypatch.setattr("api.sealing.rotation.asyncio.sleep", sleep)
    await rotate(connection)

    await retire(connection)

    assert 50 < waited[0] <= rotation.SECONDS_TO_SETTLE


async def test_two_cannot_change_the_keys_at_once(connection: Connection) -> None:
    await two_who_talk()
    other = await asyncpg.connect(os.environ["WHEREFORE_DATABASE_URL"])
    before = keys.file().read_text()

    await other.execute("SELECT pg_advisory_lock($1)", rotation._ONE_AT_A_TIME)
    with pytest.raises(NotNowError, match="Somebody else is changing the keys"):
        await rotate(connection)
    with pytest.raises(NotNowError, match="Somebody else is changing the keys"):
        await retire(connection)
    await other.close()

    assert keys.file().read_text() == before
    assert await rotate(connection) > 0


async def test_a_start_without_the_keys_is_stopped_and_makes_no_others(connection: Connection) -> None:
    await two_who_talk()
    keys.file().unlink()

    with pytest.raises(SettingError, match="encryption keys of this database are missing") as caught:
        await check_keys(connection)

    assert "\n" not in str(caught.value)
    assert not keys.file().exists()


async def test_a_start_with_the_keys_of_another_database_is_stopped(connection: Connection) -> None:
    await two_who_talk()
    own = keys.file().read_text()
    keys.file().unlink()
    keys.keys()

    with pytest.raises(SettingError, match="Put the keys that belong to it back"):
        await check_keys(connection)
    keys.file().write_text(own)

    await check_keys(connection)


async def test_a_start_without_one_key_that_is_in_use_is_stopped(connection: Connection) -> None:
    await two_who_talk()
    old = keys.keys().present
    keys.replace(keys.with_new_key(keys.keys()))
    await check_keys(connection)
    keys.replace(keys.without(keys.keys(), {old}))

    with pytest.raises(SettingError, match=f"sealed with the key {old}"):
        await check_keys(connection)


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


def keys_opened(sealed: str, row: UUID) -> str:
    from api.sealing import opened

    return opened(sealed, about="statement.text", row=row)


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


async def test_every_sealed_column_refuses_what_is_in_clear(connection: Connection) -> None:
    held = {
        row["conname"]
        for row in await connection.fetch("SELECT conname FROM pg_constraint WHERE contype = 'c' AND convalidated")
    }

    assert len(sealed_columns()) >= 13
    assert [column.about for column in sealed_columns() if column.constraint not in held] == []


@pytest.mark.parametrize("most", [1, 60, 280, 4000])
def test_the_longest_and_the_shortest_text_fit_their_column_and_no_others_do(most: int) -> None:
    from api.sealing import seal
    from api.sealing.columns import SealedColumn

    column = SealedColumn("message", "id", "text", 1, most, empty=False)
    shortest, longest = (int(number) for number in column.condition.rsplit("BETWEEN", 1)[1].split("AND"))

    assert len(seal("x", about="message.text", row=uuid4())) >= shortest
    assert len(seal("🌻" * most, about="message.text", row=uuid4())) <= longest
    assert len(seal("🌻" * (most + 20), about="message.text", row=uuid4())) > longest


def test_whatever_is_sealed_stands_in_a_sealed_column_so_that_a_rotation_finds_it() -> None:
    root = Path(__file__).parents[3]
    sources = [path.read_text() for package in ("api", "web") for path in (root / package).rglob("*.py")]
    named = {
        found
        for source in sources
        for found in re.findall(r"""\bseal\([^()]*?about=["']([a-z_]+\.[a-z_]+)["']""", source)
    }

    assert len(named) >= 12
    assert named - {column.about for column in sealed_columns()} - {"sealing_key.proof", "table.column"} == set()


def test_every_column_of_free_text_is_a_sealed_one() -> None:
    from api.piccolo_conf import APP_REGISTRY

    columns = {
        f"{table._meta.tablename}.{column._meta.name}": column
        for app in APP_REGISTRY.app_configs.values()
        for table in app.table_classes
        for column in table._meta.columns
    }
    free = {name for name, column in columns.items() if isinstance(column, Text) and not isinstance(column, SealedText)}

    # A proof of a key, and a public key: neither is what anybody wrote.
    assert free == {"sealing_key.proof", "pending_account.passkey"}
