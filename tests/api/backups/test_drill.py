"""The drill: a whole site is backed up, members leave, and it is put back without them; with what it takes."""

import asyncio
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import asyncpg
import numpy as np
import psutil

from api import clock
from api.backups.encryption import new_identity
from api.backups.restoring import Wishes, restore
from api.backups.taking import back_up, in_words
from api.database import fetch
from api.privacy.erasure import erase
from api.sealing import seal
from scripts.seed_bulk_rows import let_vectors_pass

MEMBERS, MANY = 300, 50_000
STATEMENTS_EACH, MESSAGES_EACH = 3, 20
LONGEST = 300
"""Seconds that putting 50,000 members back may take."""
AT_A_TIME = 5_000


async def test_a_drill(url: str, tmp_path: Path, tell: Callable[[str], None], *, soaking: bool) -> None:
    members = MANY if soaking else MEMBERS
    key = new_identity()
    there = await _fill(url, members)

    began = time.monotonic()
    made = await back_up(url, to=tmp_path, recipients=[key.to_public()], say=lambda _: None)
    took_backup = time.monotonic() - began
    left = there[:: members // 20]
    for member in left:
        await erase(member)
    began = time.monotonic()
    done = await restore(url, made.path, [key], Wishes(replace=True), say=lambda _: None)
    took_restore = time.monotonic() - began

    [counted] = await fetch("SELECT count(*) AS members FROM account")
    [gone] = await fetch("SELECT count(*) AS there FROM account WHERE id = ANY({})", left)
    assert (counted["members"], gone["there"], done.replayed.accounts) == (members - len(left), 0, len(left))
    memory = psutil.Process().memory_info().rss
    tell(
        f"{members:,} members, {made.rows:,} rows, {in_words(made.size)}: backed up and read back in "
        f"{took_backup:.1f} s, put back with {len(left)} erasures replayed in {took_restore:.1f} s, "
        f"{in_words(memory)} of memory with all of the tests"
    )
    if soaking:
        assert took_restore <= LONGEST


async def _fill(url: str, members: int) -> list[UUID]:
    """So many members who have written, met and are signed in; their ids."""
    ids = [uuid4() for _ in range(members)]
    connection = await asyncpg.connect(url)
    await let_vectors_pass(connection)
    for start in range(0, members, AT_A_TIME):
        some = ids[start : start + AT_A_TIME]
        for table, rows in (await asyncio.to_thread(_rows, some, start)).items():
            columns, records = rows
            await connection.copy_records_to_table(table, records=records, columns=columns.split())
    await connection.close()
    return ids


def _rows(ids: list[UUID], start: int) -> dict[str, tuple[str, list[tuple[object, ...]]]]:
    now, model = clock.now(), "all-MiniLM-L6-v2"
    texts = [uuid4() for _ in range(len(ids) * STATEMENTS_EACH)]
    pairs = list(zip(ids[::2], ids[1::2], strict=False))
    ties = [uuid4() for _ in pairs]
    numbers = np.random.default_rng(start).standard_normal((len(texts), 384)).astype(">f2")
    vectors = [b"\x01\x80\x00\x00" + row.tobytes() for row in numbers]
    messages = [(uuid4(), tie, pair[place % 2]) for tie, pair in zip(ties, pairs, strict=True) for place in range(40)]
    return {
        "account": (
            "id email display_name created_at",
            [(one, f"m{start + place}@example.org", f"M {start + place}", now) for place, one in enumerate(ids)],
        ),
        "session": (
            "id account token_hash label expires_at",
            [(uuid4(), one, one.bytes * 2, "Firefox", now + timedelta(days=30)) for one in ids],
        ),
        "statement": (
            "id author purpose role text audience",
            [
                (one, ids[place // STATEMENTS_EACH], "hobby", "about", _sealed("statement.text", one), "purpose")
                for place, one in enumerate(texts)
            ],
        ),
        "connection": (
            "id asker accepter purpose reason",
            [(tie, *pair, "hobby", _sealed("connection.reason", tie)) for tie, pair in zip(ties, pairs, strict=True)],
        ),
        "message": (
            "id connection author text",
            [(one, tie, author, _sealed("message.text", one)) for one, tie, author in messages],
        ),
        "statement_vector": (
            "statement member purpose role model vector",
            [
                (one, ids[place // STATEMENTS_EACH], "hobby", "about", model, vectors[place])
                for place, one in enumerate(texts)
            ],
        ),
    }


def _sealed(about: str, row: UUID) -> str:
    return seal("I mend clocks and like to know how the ones of others came to stand still.", about=about, row=row)
