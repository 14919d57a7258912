"""What is written and drawn can be told from what it stands on, in every scheme."""

import re

import pytest

from web.palette import BODY, SCHEMES, TEXT, contrast, measured, tokens_of


@pytest.mark.parametrize(
    ("one", "other", "ratio"), [("#000000", "#ffffff", 21.0), ("#777777", "#ffffff", 4.47), ("#fff0aa", "#fff0aa", 1.0)]
)
def test_contrast_is_that_of_the_guidelines(one: str, other: str, ratio: float) -> None:
    assert contrast(one, other) == contrast(other, one) == ratio


@pytest.mark.parametrize("scheme", SCHEMES)
def test_every_pair_of_tokens_has_the_contrast_that_it_needs(scheme: str) -> None:
    least = {
        (pair.upper, pair.lower): BODY if "more" in scheme and pair.least >= TEXT else pair.least for pair in measured()
    }

    assert {
        (pair.upper, pair.lower): pair.ratios[scheme]
        for pair in measured()
        if pair.ratios[scheme] < least[pair.upper, pair.lower]
    } == {}


def test_no_colour_is_written_anywhere_but_among_the_tokens() -> None:
    from web.static_files import STATIC

    written = {
        path.name: re.findall(r"#[0-9a-fA-F]{3,8}(?=[;\s])|\brgb\(|\bhsl\(", path.read_text())
        for path in (STATIC / "css").iterdir()
        if path.name != "tokens.css"
    }

    assert {name: found for name, found in written.items() if found} == {
        "lists.css": ["#fff"]  # paper around a square that phones scan
    }


def test_the_browser_bar_has_the_colour_of_the_ground() -> None:
    from web.app import TEMPLATES

    base = (TEMPLATES / "base.html").read_text()

    assert re.findall(r'theme-color" content="(#\w+)"', base) == [
        tokens_of("light")["ground"],
        tokens_of("dark")["ground"],
    ]
