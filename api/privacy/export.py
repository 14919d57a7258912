"""Everything that is kept of a member, in parts: what is theirs as it is kept, the rest as they may read it."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import msgspec
from piccolo.querystring import QueryString

from api.accounts.schemas import Member
from api.database import fetch
from api.privacy import shown
from api.privacy.data_map import TableRow, data_map
from api.profiles.consents import consent_text
from api.profiles.places import place_label
from api.profiles.schemas import Purpose
from api.sealing.columns import sealed_columns
from api.sealing.rows import open_in

FORMAT = "wherefore-export-1"

ROWS_AT_A_TIME = 1000
"""So many are read, opened and written in one go, so that nobody else waits for a large account."""

Rows = list[dict[str, Any]]


class Part(msgspec.Struct, frozen=True):
    """A part of an export: its rows come in batches, so that no account is too large."""

    name: str
    about: str
    """What it is, in plain words."""
    batches: AsyncIterator[Rows]


async def parts(actor: Member) -> AsyncIterator[Part]:
    """Everything about the actor, part by part; each is read when it is gone through."""
    for table, row in data_map().items():
        if row.part is not None and row.exported:
            yield Part(row.part, row.why, _kept(actor, table, row))
            if row.part == "consents":
                yield Part("consent_texts", "what was agreed to, in every version", _consent_texts(actor))
    for name, (about, batches) in shown.PARTS.items():
        yield Part(name, about, batches(actor))


async def _kept(actor: Member, table: str, row: TableRow) -> AsyncIterator[Rows]:
    """The rows of a table that are the actor's, with the columns that are exported; sealed texts opened."""
    key = next((sealed.key for sealed in sealed_columns() if sealed.table == table), None)
    opens = {sealed.column: sealed.about for sealed in sealed_columns() if sealed.table == table}
    opens = {column: about for column, about in opens.items() if column in row.exported}
    columns = ", ".join(f'"{column}"' for column in row.exported)
    if key is not None and key not in row.exported:
        columns = f"{columns}, {key}"
    condition = QueryString((row.mine or "FALSE").replace("{me}", "{}"), *[actor.id] * (row.mine or "").count("{me}"))
    # In the order of time, where rows have one; the first column, often a random id, only decides ties.
    first = next((f'"{column}"' for column in row.exported if column.endswith("_at")), "1")
    statement = f'SELECT {columns} FROM "{table}" WHERE ({{}})'
    # Every table that can grow large has both; of the others all rows are read together.
    paged = {"id", "created_at"} <= set(row.exported)
    if paged:
        batches = shown.in_parts(statement, condition, most=ROWS_AT_A_TIME)
    else:
        batches = _together(f"{statement} ORDER BY {first}, 1", condition)
    async for batch in batches:
        await asyncio.to_thread(_open, batch, key or "id", opens)
        yield [_readable(one, row.exported) for one in batch]


async def _together(statement: str, condition: QueryString) -> AsyncIterator[Rows]:
    rows = await fetch(statement, condition)
    for start in range(0, len(rows), ROWS_AT_A_TIME):
        yield rows[start : start + ROWS_AT_A_TIME]


def _open(batch: Rows, key: str, opens: dict[str, str]) -> None:
    """Open what is sealed; a column may have rows in clear from before, or for what needs no seal."""
    if opens:
        open_in(batch, key=key, **opens)


def _readable(row: dict[str, Any], columns: list[str]) -> dict[str, Any]:
    kept = {column: row[column] for column in columns}
    if "place_id" in kept:
        kept["place"] = place_label(kept["place_id"])
    return kept


async def _consent_texts(actor: Member) -> AsyncIterator[Rows]:
    """The text of each version that the actor ever agreed to."""
    given = await fetch("SELECT DISTINCT purpose, version FROM consent WHERE member = {} ORDER BY 2, 1", actor.id)
    yield [{**row, "text": consent_text(Purpose(row["purpose"]), row["version"])} for row in given]
