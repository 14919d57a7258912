"""Puts other words in the place of sealed ones, where they still say what they said."""

from uuid import UUID

from api.database import fetch, transaction
from api.sealing.tokens import opened, seal


async def replace_where_it_says(about: str, *, old: str, new: str, of: UUID, by: str = "id") -> list[UUID]:
    """Replace a text in all rows that say it, within the caller's transaction if there is one.

    Args:
        about: Which column, as `table.column`.
        old: What it must say now.
        new: What it is to say.
        of: Whose rows: the value of the column `by`.
        by: Another column than the row's own id.

    Returns:
        The rows in which it was replaced.
    """
    table, column = about.split(".")
    replaced = []
    async with transaction():
        rows = await fetch(
            f'SELECT id, "{column}" AS text FROM "{table}" WHERE "{by}" = {{}} AND "{column}" IS NOT NULL '
            "ORDER BY id FOR NO KEY UPDATE",
            of,
        )
        for row in rows:
            if opened(row["text"], about=about, row=row["id"]) == old:
                sealed = seal(new, about=about, row=row["id"])
                await fetch(f'UPDATE "{table}" SET "{column}" = {{}} WHERE id = {{}}', sealed, row["id"])
                replaced.append(row["id"])
    return replaced
