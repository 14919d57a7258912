"""How often reasons are judged wrongly, as the page about it says it; a test holds these to docs/reasons.md."""

from typing import Final

FIGURES: Final = {"refused_specific": 1.5, "noted_specific": 12.3, "refused_generic": 75.4}
"""In a hundred: reasons about their recipient that are refused, that are noted, and generic ones that are refused."""


def _in_words(figure: float) -> str:
    """A figure for people: whole numbers, and about."""
    return "1 or 2" if 1 < figure < 2 else f"about {round(figure)}"  # noqa: PLR2004 - it says just what it means


IN_A_HUNDRED: Final = {name: _in_words(figure) for name, figure in FIGURES.items()}
