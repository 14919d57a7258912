"""Keys are changed while everything goes on, stopped and begun again, and never lost."""

import asyncio
import os

import asyncpg
import pytest

from api.connections import services as connecting
from api.connections.schemas import ConnectionUpdate
from api.conversations import services as conversing
from api.conversations.schemas import MessageCreate
from api.sealing import keys, resealing, rotation
from api.sealing.proofs import check_keys
from api.sealing.rotation import NotNowError, retire, rotate
from api.sealing.uses import Connection, sealed_with
from tests.api.sealing.talking import WORDS, hold_all_readable, two_who_talk


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
