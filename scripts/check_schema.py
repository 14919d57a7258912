"""Hold that migrating an empty database gives exactly the tables that the models describe."""

import asyncio
import sys
import tempfile
from pathlib import Path
from typing import Any

import click

from api.embedded import EmbeddedPostgres

_COLUMNS = """
    SELECT a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type, a.attnotnull AS required
    FROM pg_attribute a WHERE a.attrelid = to_regclass({}) AND a.attnum > 0 AND NOT a.attisdropped
"""
_CONSTRAINTS = "SELECT conname AS name FROM pg_constraint WHERE conrelid = to_regclass({})"


def main() -> None:
    """Print what differs and leave with status 1, or leave silently."""
    import os  # noqa: PLC0415

    with tempfile.TemporaryDirectory(prefix="wherefore-schema-") as folder:
        os.environ["WHEREFORE_DATA_DIR"] = folder
        bundled = EmbeddedPostgres(Path(folder), say=lambda _line: None)
        try:
            os.environ["WHEREFORE_DATABASE_URL"] = bundled.start()
            differences = asyncio.run(_differences(os.environ["WHEREFORE_DATABASE_URL"]))
        finally:
            bundled.stop()
    for difference in differences:
        click.echo(difference)
    sys.exit(1 if differences else 0)


async def _differences(url: str) -> list[str]:
    from api.migrations import migrate  # noqa: PLC0415 - Piccolo is told by it where to look

    await migrate(url)
    return await differences_of_all()


async def differences_of_all() -> list[str]:
    """What differs between the tables of the database and those that the code describes; leaves no trace."""
    from api.database import transaction  # noqa: PLC0415
    from api.piccolo_conf import APP_REGISTRY  # noqa: PLC0415

    tables = [table for app in APP_REGISTRY.app_configs.values() for table in app.table_classes]
    found: list[str] = []
    for table in tables:
        async with transaction() as current:
            found += await _differences_of(table)
            await current.rollback()
    return found


async def _differences_of(table: Any) -> list[str]:
    from api import database  # noqa: PLC0415
    from api.piccolo_conf import DB  # noqa: PLC0415

    name = table._meta.tablename  # noqa: SLF001 - Piccolo's public face for it is a string with quotes
    columns = table._meta.columns  # noqa: SLF001
    model = f"model_of_{name}"
    # PostgreSQL itself spells the model's types, so that both sides are in its own words.
    await DB.run_ddl(f'CREATE TABLE "{model}" ({", ".join(column.ddl for column in columns)})')
    wanted = {row["name"]: row for row in await database.fetch(_COLUMNS, f'"{model}"')}
    there = {row["name"]: row for row in await database.fetch(_COLUMNS, f'"{name}"')}
    found = [f"{name}.{column}: the database lacks it" for column in wanted.keys() - there.keys()]
    found += [f"{name}.{column}: the model lacks it" for column in there.keys() - wanted.keys()]
    found += [
        f"{name}.{column}: {there[column]['type']}, required {there[column]['required']} in the database; "
        f"{wanted[column]['type']}, required {wanted[column]['required']} in the model"
        for column in wanted.keys() & there.keys()
        if wanted[column] != there[column]
    ]
    held = {row["name"] for row in await database.fetch(_CONSTRAINTS, f'"{name}"')}
    for constraint in table._meta.constraints:  # noqa: SLF001
        if constraint._meta.name not in held:  # noqa: SLF001
            found.append(f"{name}: the database lacks the constraint {constraint._meta.name}")  # noqa: SLF001
    return found


if __name__ == "__main__":
    main()
