"""How often reasons are judged wrongly, as the page about it says it; a test holds these to docs/reasons.md."""

from typing import Final

FIGURES: Final = {"refused_specific": 0.0, "noted_specific": 13.9, "refused_generic": 75.4}
"""In a hundred: reasons about their recipient that are refused, that are noted, and generic ones that are refused."""


def _in_words(figure: float) -> str:
    """A figure for people: whole numbers, and about."""
    # None of 65 (docs/reasons.md) says no more than that.
    return "fewer than 5" if figure == 0 else f"about {round(figure)}"


IN_A_HUNDRED: Final = {name: _in_words(figure) for name, figure in FIGURES.items()}
