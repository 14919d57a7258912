"""The data map: of every column of every table, whose it is, why it is kept, and how it is taken out and erased."""

import tomllib
from functools import cache
from pathlib import Path

import msgspec

FILE = Path(__file__).with_name("data_map.toml")

EXPORTED = "yes"
SHOWN = "shown: "
NOT_EXPORTED = "no: "


class TableRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What holds of a table, and of its columns what the export does with them."""

    whose: str
    why: str
    erased: str
    kept: str
    columns: dict[str, str]
    part: str | None = None
    """Where in the export its rows stand as they are kept."""
    mine: str | None = None
    """Which rows are the member's, in SQL, with `{me}` for their id."""

    @property
    def exported(self) -> list[str]:
        """The columns that are exported as they are kept."""
        return [column for column, how in self.columns.items() if how == EXPORTED]

    @property
    def shown(self) -> dict[str, str]:
        """The columns that are exported as their member reads them on the site, each with its part of the export."""
        return {name: how.removeprefix(SHOWN) for name, how in self.columns.items() if how.startswith(SHOWN)}

    @property
    def kept_back(self) -> dict[str, str]:
        """The columns that are not exported, each with the reason."""
        return {
            name: how.removeprefix(NOT_EXPORTED) for name, how in self.columns.items() if how.startswith(NOT_EXPORTED)
        }


@cache
def data_map() -> dict[str, TableRow]:
    """What holds of each table, by its name."""
    return msgspec.convert(tomllib.loads(FILE.read_text()), dict[str, TableRow])
