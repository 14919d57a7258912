"""Members as the score sees them: vectors of what they wrote, and which of it seeks."""

from collections.abc import Sequence

import numpy as np
from hypothesis import strategies as st

from api.matching.scoring import Statements

DIMENSIONS = 6
ABOUT, SEEKING = False, True
components = st.floats(-1, 1, allow_nan=False, width=32)
one_vector = st.lists(components, min_size=DIMENSIONS, max_size=DIMENSIONS).filter(lambda v: np.linalg.norm(v) > 0.1)


def statements(vectors: Sequence[Sequence[float]], seeking: Sequence[bool]) -> Statements:
    """Statements with these vectors, each of length one."""
    table = np.asarray(vectors, dtype=np.float32).reshape(-1, DIMENSIONS)
    table /= np.linalg.norm(table, axis=1, keepdims=True)
    return Statements(table, np.asarray(seeking, dtype=np.bool_))


@st.composite
def profile(draw: st.DrawFn) -> Statements:
    """A member who tells something about themselves, and may seek something."""
    vectors = draw(st.lists(one_vector, min_size=1, max_size=4))
    seeking = draw(st.lists(st.booleans(), min_size=len(vectors), max_size=len(vectors)))
    return statements(vectors, [ABOUT, *seeking[1:]])
