"""The column for sealed texts: what it is in the database, and which ones there are."""

from typing import Any, NamedTuple

from piccolo.columns import Text

from api.sealing.tokens import NONCE, TAG

_LONGEST_HEAD = len("s1.") + 16 + len(".")
_BYTES_OF_A_CHARACTER = 4


class SealedText(Text):
    """A text that is kept sealed: `seal(text, about="table.column", row=id)`. NULL and, if allowed, '' stay so.

    `wherefore migrate` seals what stands in such a column in clear, and holds from then on that nothing else comes in;
    `wherefore rotate-keys` finds it by its kind. In migrations it is a plain `Text`.
    """

    def __init__(self, *, least: int = 1, most: int, empty: bool = False, **kwargs: Any) -> None:
        """Declare a column of texts of `least` to `most` code points: services count, the database as far as it can.

        Args:
            least: What the shortest text has.
            most: What the longest one has.
            empty: Whether '' stands for no text.
            kwargs: As for any column.
        """
        self.least, self.most, self.empty = least, most, empty
        super().__init__(**kwargs)

    @property
    def column_type(self) -> str:
        """The type in PostgreSQL."""
        return "TEXT"


class SealedColumn(NamedTuple):
    """One of them."""

    table: str
    key: str
    """The column with the id that its texts are bound to."""
    column: str
    least: int
    most: int
    empty: bool

    @property
    def about(self) -> str:
        """What `seal` binds its texts to."""
        return f"{self.table}.{self.column}"

    @property
    def constraint(self) -> str:
        """The name of the constraint that holds that its texts are sealed."""
        return f"{self.table}_{self.column}_sealed"

    @property
    def condition(self) -> str:
        """What the constraint holds: the form of a sealed text, and a length that such a text can have."""
        shortest = len("s1.k.") + _encoded(self.least)
        longest = _LONGEST_HEAD + _encoded(self.most * _BYTES_OF_A_CHARACTER)
        sealed = (
            f"\"{self.column}\" ~ '^s1\\.[a-z0-9]{{1,16}}\\.[A-Za-z0-9_-]+$' "
            f'AND octet_length("{self.column}") BETWEEN {shortest} AND {longest}'
        )
        return f"\"{self.column}\" = '' OR ({sealed})" if self.empty else sealed


def sealed_columns() -> list[SealedColumn]:
    """Every sealed column of every domain."""
    from api.piccolo_conf import APP_REGISTRY  # noqa: PLC0415 - it imports the engine, and tables import this

    return [
        SealedColumn(
            table._meta.tablename,  # noqa: SLF001 - Piccolo's public face for it is a string with quotes
            table._meta.primary_key._meta.db_column_name,  # noqa: SLF001
            column._meta.db_column_name,  # noqa: SLF001
            column.least,
            column.most,
            column.empty,
        )
        for app in APP_REGISTRY.app_configs.values()
        for table in app.table_classes
        for column in table._meta.columns  # noqa: SLF001
        if isinstance(column, SealedText)
    ]


def _encoded(size: int) -> int:
    """How many characters of base64 a text of so many bytes becomes."""
    return -(-(NONCE + size + TAG) * 4 // 3)
