"""A new version changes the tables while the one before it goes on serving, and members notice nothing."""

import asyncio
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import asyncpg
import pytest

from api.embedded import EmbeddedPostgres
from tests.running_site import RunningSite
from tests.server.writers import Conversation, Writers
from tests.unlimited import UNLIMITED

pytestmark = pytest.mark.server

# What this version's code does not need to be there: an index, triggers, a function's setting, a table that goes.
BEFORE = """
import asyncio
from api.migration_steps import Step, take_back
async def go():
    for app, at in (("profiles", "22:10:00"), ("profiles", "15:40:00"), ("connections", "14:44:00"),
                    ("accounts", "14:42:00")):
        await take_back(Step(app, f"2026-11-22T{at}:000000"))
asyncio.run(go())
"""
AT_ONCE = 4
SECONDS = 180
"""Enough on a busy machine; timing decides nothing."""


def test_members_read_and_write_while_the_tables_are_changed(tmp_path: Path) -> None:
    with (
        EmbeddedPostgres(tmp_path / "own") as own,
        RunningSite(tmp_path / "data", limits=UNLIMITED, database_url=own.start()) as site,
    ):
        writers = Writers([Conversation(site.url, 0)])
        subprocess.run([sys.executable, "-c", BEFORE], check=True, env=site._environment())
        assert asyncio.run(_missing(own.start())) == 4

        with writers.writing(at_once=AT_ONCE):
            _until(lambda: len(writers.acknowledged) > 10)
            asyncio.run(_migrate_while_held(own.start(), site, writers))
            written = len(writers.acknowledged)
            _until(lambda: len(writers.acknowledged) > written + 10)

        assert set(writers.answers) == {201}
        assert writers.lost_and_doubled() == ([], [])
        assert asyncio.run(_missing(own.start())) == 0


async def _migrate_while_held(url: str, site: RunningSite, writers: Writers) -> None:
    """Migrate; members go on although the migration waits behind somebody who writes for long."""
    reader, other = await asyncpg.connect(url), await asyncpg.connect(url)
    await reader.execute("BEGIN; LOCK TABLE account, connection_request IN ROW EXCLUSIVE MODE")
    migrating = threading.Thread(target=site.run, args=["migrate"])
    migrating.start()
    while not await other.fetchval("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND relation IS NOT NULL)"):
        assert migrating.is_alive()
        await asyncio.sleep(0.01)
    held = len(writers.acknowledged)
    _until(lambda: len(writers.acknowledged) > held + 20)
    assert migrating.is_alive()
    await reader.execute("COMMIT")
    await asyncio.to_thread(migrating.join, SECONDS)
    assert not migrating.is_alive()
    await reader.close()
    await other.close()


async def _missing(url: str) -> int:
    from api.migration_steps import known_steps

    connection = await asyncpg.connect(url)
    found = int(await connection.fetchval("SELECT count(*) FROM migration"))
    await connection.close()
    return len(known_steps()) - found


def _until(is_so: Callable[[], bool]) -> None:
    until = time.monotonic() + SECONDS
    while not is_so():
        assert time.monotonic() < until
        time.sleep(0.05)
