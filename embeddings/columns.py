"""The vector column: pgvector's `halfvec`, written and read as text.

asyncpg has no codec for pgvector's types and passes their text form through, so values travel as literals such as
`[0.1,-0.2]`, in Piccolo's own queries and in raw ones (`{}::halfvec`) alike.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from piccolo.columns import Column

_SENT_HEADER = 4


class Vector(Column):
    """A vector of half-precision numbers; `None` or a literal made by `to_literal` as value.

    Works in auto migrations: its parameters are plain values.
    """

    value_type = str

    def __init__(self, dimensions: int | None = None, *, default: str | None = None, **kwargs: Any) -> None:
        """Declare a column of so many dimensions; None where models of different dimensions share it."""
        self._validate_default(default, (str, None))
        self.dimensions = dimensions
        self.default = default
        super().__init__(dimensions=dimensions, default=default, **kwargs)

    @property
    def column_type(self) -> str:
        """The type in PostgreSQL."""
        return "HALFVEC" if self.dimensions is None else f"HALFVEC({self.dimensions})"


def to_literal(vector: NDArray[np.floating] | Sequence[float]) -> str:
    """A vector of shape (d,) as pgvector's text form, rounded to the half precision in which it is kept.

    Raises:
        ValueError: It is not one vector of finite numbers that half precision can hold.
    """
    with np.errstate(over="ignore"):
        half = np.asarray(vector, dtype=np.float16)
    if half.ndim != 1 or half.size == 0 or not np.isfinite(half).all():
        raise ValueError("A vector is one row of finite numbers below 65,504.")
    # Five significant digits tell any two half-precision numbers apart.
    return "[" + ",".join(f"{number:.5g}" for number in half.tolist()) + "]"


def from_sent(content: bytes) -> NDArray[np.float32]:
    """The vector of shape (d,) in what pgvector's `halfvec_send` makes: many times faster than the text form.

    Raises:
        ValueError: It is not such a content.
    """
    dimensions = int.from_bytes(content[:2], "big")
    if dimensions == 0 or len(content) != _SENT_HEADER + 2 * dimensions:
        raise ValueError("A sent vector has its number of dimensions before it.")
    return np.frombuffer(content, dtype=">f2", offset=_SENT_HEADER).astype(np.float32)
