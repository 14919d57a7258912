"""Opens the sealed texts in rows as they come from the database."""

from collections.abc import Iterable
from typing import Any

from api.sealing.tokens import opened


def open_in(rows: Iterable[dict[str, Any]], *, key: str = "id", **about: str) -> None:
    """Put the texts in the place of the sealed ones; nothing stays nothing.

    A text takes a few millionths of a second; where there are thousands, call it on a thread.

    Args:
        rows: Of any query.
        key: The column with the id of the row that each text stands in.
        about: For each column to open, `table.column` of where it came from.

    Raises:
        SealBrokenError, KeyMissingError: As for `opened`.
    """
    for row in rows:
        for column, of in about.items():
            if row[column]:
                row[column] = opened(row[column], about=of, row=row[key])
