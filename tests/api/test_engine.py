"""Statements that are put together by shape are the ones that Piccolo would put together."""

from hypothesis import given
from hypothesis import strategies as st
from piccolo.querystring import QueryString

from api import engine

plain = st.integers(0, 9) | st.text("ab{}", max_size=3) | st.none()
templates = st.lists(st.sampled_from(["a", "b = ", "(", ""]), min_size=1, max_size=4)


@st.composite
def queries(draw: st.DrawFn, depth: int = 2) -> QueryString:
    """Something with a value or a part between each two of its words."""
    words = draw(templates)
    part = plain if depth == 0 else plain | queries(depth - 1)
    return QueryString("{}".join(words), *[draw(part) for _ in words[1:]])


def again(query: QueryString) -> QueryString:
    """The same, without what was kept of it."""
    return QueryString(query.template, *[again(arg) if isinstance(arg, QueryString) else arg for arg in query.args])


@given(st.lists(queries(), min_size=1, max_size=8))
def test_a_statement_of_a_known_shape_reads_as_piccolo_would_write_it(several: list[QueryString]) -> None:
    for query in (*several, *[again(query) for query in several]):
        expected = again(query).compile_string()

        engine.put_together(query)

        assert query.compile_string() == expected


def test_only_so_many_shapes_are_kept() -> None:
    for number in range(engine._MOST_SHAPES + 5):
        engine.put_together(QueryString(f"SELECT {number}"))

    assert len(engine._put_together) <= engine._MOST_SHAPES
