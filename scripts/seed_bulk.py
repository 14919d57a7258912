"""Members by the hundred thousand, drawn, encoded and copied a batch at a time: it can stop and go on anywhere."""

import asyncio
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TypeAlias

import asyncpg
import click
import msgspec
import numpy as np

from api import clock, database
from api.encoding import encoder
from api.matching.vector_indexes import build_missing, index_name
from api.profiles.schemas import Purpose
from api.profiles.vectors import packed_words
from api.settings import settings
from embeddings.language import language_of
from scripts.demo import DEMO_SIGN_INS
from scripts.seed import NUMBER, seed
from scripts.seed_bulk_plan import Batch, People, batches, made_id
from scripts.seed_bulk_progress import Journey
from scripts.seed_bulk_rows import COLUMNS, DOMAIN, Encoded, Known, Writing, let_vectors_pass, records, sent
from scripts.seed_bulk_texts import Bank

TEXTS = 200_000
"""Distinct texts by default: up to about 80,000 members write nothing that another does."""
_PERSONAS = 12
_STATEMENTS_EACH = 2.5
_TOO_MANY_FOR_AN_INDEX = 10
"""When more than one in so many members is new."""

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"


class Seeded(msgspec.Struct, frozen=True):
    """What a run added, and how long encoding and copying took together."""

    members: int
    texts: int
    seconds: float


async def seed_bulk(*, members: int, number: int = NUMBER, texts: int = TEXTS, quiet: bool = False) -> Seeded:
    """Have at least so many bulk members, besides the demo ones, and make them quick to search.

    Whatever stopped an earlier run with the same numbers, this one goes on after its last batch and ends with the
    same members. Nobody can sign in as a bulk member.
    """
    async with database.connected():
        demo = await database.fetch("SELECT 1 FROM account WHERE email = {}", DEMO_SIGN_INS[0])
    if not demo:
        await seed(members=_PERSONAS)
    connection = await asyncpg.connect(settings().database_url)
    try:
        # The bundled server's own limits are for requests.
        await connection.execute("SET statement_timeout = 0; SET synchronous_commit = off")
        await let_vectors_pass(connection)
        bank = Bank(number=number, most=texts)
        begun = await _begun(connection, number)
        if (members - begun) * _TOO_MANY_FOR_AN_INDEX > begun:
            await _drop_indexes(connection)
        seeded = await _Seeder(connection, bank, number).add(begun, members, quiet=quiet)
        await _settle(connection)
    finally:
        await connection.close()
    return seeded


async def bulk_members(number: int = NUMBER) -> int:
    """How many bulk members there are."""
    rows = await database.fetch("SELECT max(email) AS last FROM account WHERE email LIKE {}", _emails(number))
    return _after(rows[0]["last"])


class _Seeder:
    """One run: what was encoded so far, and the connection that copies."""

    def __init__(self, connection: Connection, bank: Bank, number: int) -> None:
        self._connection, self._bank, self._number = connection, bank, number
        self._known: Known = {}
        self._people = People(number)

    async def add(self, begun: int, members: int, *, quiet: bool) -> Seeded:
        """Add members `begun` to `members - 1`; the next batch is encoded while one is copied."""
        today = await self._today()
        writing = Writing(self._number, today, encoder().model.name, self._bank.text, self._known)
        coming = max(members - begun, 0)
        expected = min(int(self._bank.lengths.sum()), int(coming * _STATEMENTS_EACH))
        with Journey(texts=expected, members=coming, quiet=quiet) as journey:
            before: Batch | None = None
            for batch in self._still_to_come(begun, members):
                encoding = asyncio.create_task(asyncio.to_thread(self._encode, batch, journey))
                if before is not None:
                    await self._copy(before, writing, begun, journey)
                await encoding
                before = batch
            if before is not None:
                await self._copy(before, writing, begun, journey)
            return Seeded(coming, journey.texts, journey.seconds)

    def _still_to_come(self, begun: int, members: int) -> Iterator[Batch]:
        if begun < members:
            for batch in batches(self._bank, number=self._number, members=members):
                if batch.first + batch.size > begun:
                    yield batch

    def _encode(self, batch: Batch, journey: Journey) -> None:
        """Encode what no batch before had."""
        places = np.unique(np.stack([batch.row, batch.place], axis=1), axis=0).tolist()
        new = [(row, place) for row, place in places if (row, place) not in self._known]
        done = 0

        def tell(so_far: int, _of: int) -> None:
            nonlocal done
            journey.encoded(so_far - done)
            done = so_far

        texts = [self._bank.text(*key) for key in new]
        vectors = sent(encoder().encode_now(texts, show_progress=tell))
        for key, text, vector in zip(new, texts, vectors, strict=True):
            self._known[key] = Encoded(vector, packed_words(text), language_of(text))

    async def _copy(self, batch: Batch, writing: Writing, begun: int, journey: Journey) -> None:
        """Copy a batch in one transaction, but for members who are there."""
        began = time.monotonic()
        skip = max(begun - batch.first, 0)
        made = await asyncio.to_thread(records, batch, self._people.of(batch), writing, skip=skip)
        async with self._connection.transaction():
            for table, columns in COLUMNS.items():
                await self._connection.copy_records_to_table(table, records=made[table], columns=columns)
        journey.copied(batch.size - skip, seconds=time.monotonic() - began)

    async def _today(self) -> datetime:
        """The end of the time in which members joined: that of the first run, if there was one."""
        joined: datetime | None = await self._connection.fetchval(
            "SELECT created_at FROM account WHERE id = $1", made_id(self._number, 0)
        )
        if joined is None:
            return clock.now().replace(hour=0, minute=0, second=0, microsecond=0)
        [first] = self._people.of(next(batches(self._bank, number=self._number, members=1)))
        return joined + timedelta(days=first.joined_days_ago)


async def _begun(connection: Connection, number: int) -> int:
    return _after(await connection.fetchval("SELECT max(email) FROM account WHERE email LIKE $1", _emails(number)))


def _emails(number: int) -> str:
    return f"b%.{number}@{DOMAIN}"


def _after(email: str | None) -> int:
    """How many members there are, if the last has this address."""
    return 0 if email is None else int(email[1 : email.index(".")]) + 1


async def _drop_indexes(connection: Connection) -> None:
    """Drop what makes search quick: putting very many in one by one takes longer than building it anew."""
    for purpose in Purpose:
        await connection.execute(f"DROP INDEX IF EXISTS {index_name(purpose, encoder().model.name)}")


async def _settle(connection: Connection) -> None:
    """Let PostgreSQL know what there is now, and build the indexes that so many statements need."""
    await connection.execute("ANALYZE")
    began = time.monotonic()
    click.echo("Building the indexes that so many need: none up to about 65,000 members, minutes for a million.")
    built = await build_missing()
    click.echo(f"Built {len(built)} in {time.monotonic() - began:,.0f} s.")
