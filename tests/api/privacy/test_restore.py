"""A backup that is put back brings nobody back who has left: with a real dump, a real restore and a real start."""

import asyncio
import os
import sys
from pathlib import Path

import pytest

from api.accounts.schemas import Member
from api.database import fetch
from api.embedded_identity import find_binaries
from api.privacy.erasure import erase, leave, leaves_at, stay
from tests.api.connections.making import make_recipient

pytestmark = pytest.mark.usefixtures("database")

START = """
import asyncio, os
from web.app import create_app

async def start() -> None:
    async with create_app().lifespan():
        os._exit(0)  # it serves now; the model is still loading

asyncio.run(start())
"""


async def run(*command: str | Path) -> bytes:
    """What a program says, when it succeeds."""
    running = await asyncio.create_subprocess_exec(
        *map(str, command), stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    said, complaint = await running.communicate()
    assert running.returncode == 0, complaint.decode()
    return said


async def test_after_a_restore_everyone_is_as_they_last_decided(tmp_path: Path) -> None:
    url = os.environ["WHEREFORE_DATABASE_URL"]
    dump = tmp_path / "backup.sql"
    gone, leaving, back, stays = [await make_recipient(name) for name in ("Gone", "Leaving", "Back", "Stays")]
    await leave(back)
    await run(find_binaries() / "pg_dump", "--data-only", "--exclude-table=migration", "-f", dump, url)
    await erase(gone.id)
    await leave(leaving)
    await stay(back.id)
    await fetch("TRUNCATE account, model_coverage, sealing_key CASCADE")
    await fetch("TRUNCATE pgqueuer, pgqueuer_log, pgqueuer_statistics, pgqueuer_schedules, statement_vector CASCADE")
    await fetch("TRUNCATE outgoing_mail, mail_asked, pending_account, rate_spent")
    # What an older server than the program does not know, where the tests run on one.
    dump.write_text(dump.read_text().replace("SET transaction_timeout = 0;\n", ""))
    await run(find_binaries() / "psql", "-q", "-v", "ON_ERROR_STOP=1", "-f", dump, url)
    assert await _there() == {gone.id, leaving.id, back.id, stays.id}, "the backup has everyone"
    assert await leaves_at(back.id) is not None

    await run(sys.executable, "-c", START)

    assert await _there() == {leaving.id, back.id, stays.id}
    assert [await leaves_at(member.id) is None for member in (leaving, back, stays)] == [False, True, True]
    assert [await _is_found(member) for member in (gone, leaving, back, stays)] == [False, False, True, True]
    assert await fetch("SELECT 1 FROM session WHERE account = {}", leaving.id) == []


async def _there() -> set[object]:
    return {row["id"] for row in await fetch("SELECT id FROM account")}


async def _is_found(member: Member) -> bool:
    return bool(await fetch("SELECT 1 FROM statement_vector WHERE member = {}", member.id))
