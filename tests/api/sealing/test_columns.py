"""Every column of free text is sealed, and the database refuses what is in clear."""

import re
from pathlib import Path
from uuid import uuid4

import pytest
from piccolo.columns import Text

from api.piccolo_conf import APP_REGISTRY
from api.sealing import seal
from api.sealing.columns import SealedColumn, SealedText, sealed_columns
from api.sealing.uses import Connection


async def test_every_sealed_column_refuses_what_is_in_clear(connection: Connection) -> None:
    held = {
        row["conname"]
        for row in await connection.fetch("SELECT conname FROM pg_constraint WHERE contype = 'c' AND convalidated")
    }

    assert len(sealed_columns()) >= 13
    assert [column.about for column in sealed_columns() if column.constraint not in held] == []


@pytest.mark.parametrize("most", [1, 60, 280, 4000])
def test_the_longest_and_the_shortest_text_fit_their_column_and_no_others_do(most: int) -> None:
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
    columns = {
        f"{table._meta.tablename}.{column._meta.name}": column
        for app in APP_REGISTRY.app_configs.values()
        for table in app.table_classes
        for column in table._meta.columns
    }
    free = {name for name, column in columns.items() if isinstance(column, Text) and not isinstance(column, SealedText)}

    # A proof of a key, and a public key: neither is what anybody wrote.
    assert free == {"sealing_key.proof", "pending_account.passkey"}
