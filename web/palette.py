"""The colours of `tokens.css` as numbers: which pairs stand on each other, and how well one can tell them apart."""

import re
from functools import lru_cache

import msgspec

from web.static_files import STATIC

SCHEMES = ("light", "dark", "light, more contrast", "dark, more contrast")
PURPOSES = ("business", "hobby", "interest", "belief", "caretaking", "partnership")

BODY = 7.0
"""WCAG 2.2, 1.4.6: what is read at length."""
TEXT = 4.5
"""WCAG 2.2, 1.4.3: every other word."""
DRAWN = 3.0
"""WCAG 2.2, 1.4.11: edges of fields, icons and what is chosen."""

PAIRS = (
    *(
        ("ink", ground, BODY)
        for ground in ("ground", "surface", "sunken", "plum-soft", "sun-soft", "good-soft", "danger-soft")
    ),
    ("on-mark", "mark", BODY),
    ("on-plum", "plum", BODY),
    ("on-plum", "plum-deep", BODY),
    *(("ink-soft", ground, TEXT) for ground in ("ground", "surface", "sunken", "plum-soft", "sun-soft", "danger-soft")),
    *(("link", ground, TEXT) for ground in ("ground", "surface", "plum-soft", "sun-soft", "good-soft")),
    *(("danger", ground, TEXT) for ground in ("ground", "surface", "danger-soft")),
    *((purpose, f"{purpose}-soft", TEXT) for purpose in PURPOSES),
    *((purpose, "surface", TEXT) for purpose in PURPOSES),
    ("plum", "plum-soft", TEXT),
    ("ink-soft", "sunken", TEXT),
    *(("line-strong", ground, DRAWN) for ground in ("ground", "surface")),
    *(("sun", ground, DRAWN) for ground in ("ground", "surface", "sun-soft")),
    *(("good", ground, DRAWN) for ground in ("surface", "good-soft")),
    ("sun-on-plum", "plum", DRAWN),
)
"""What stands on what: the upper token, the lower one, and the least ratio between them."""

_STRAIGHT_UP_TO = 0.04045
"""sRGB (IEC 61966-2-1): below this share of full light the curve is a line."""

_BLOCK = re.compile(r"(?:@media (?P<media>[^{]+)\{\s*)?:root \{(?P<body>[^}]*)\}")
_TOKEN = re.compile(r"--(?P<name>[\w-]+): (?P<value>[^;]+);")
_WITH = {
    "light": ("",),
    "dark": ("", "screen and (prefers-color-scheme: dark)"),
    "light, more contrast": ("", "(prefers-contrast: more)"),
    "dark, more contrast": (
        "",
        "screen and (prefers-color-scheme: dark)",
        "(prefers-contrast: more)",
        "screen and (prefers-contrast: more) and (prefers-color-scheme: dark)",
    ),
}


class Measured(msgspec.Struct, frozen=True):
    """A pair of tokens and the contrast between them in each scheme."""

    upper: str
    lower: str
    least: float
    ratios: dict[str, float]


@lru_cache(maxsize=1)
def measured() -> tuple[Measured, ...]:
    """Every pair with its ratios, as the style page shows them."""
    colours = {scheme: tokens_of(scheme) for scheme in SCHEMES}
    return tuple(
        Measured(upper, lower, least, {scheme: contrast(of[upper], of[lower]) for scheme, of in colours.items()})
        for upper, lower, least in dict.fromkeys(PAIRS)
    )


def tokens_of(scheme: str) -> dict[str, str]:
    """The tokens of a scheme and their values, with tokens that name others followed."""
    sheet = re.sub(r"/\*.*?\*/", "", (STATIC / "css/tokens.css").read_text(), flags=re.DOTALL)
    found: dict[str, str] = {}
    for block in _BLOCK.finditer(sheet):
        if (block["media"] or "").strip() in _WITH[scheme]:
            found |= {token["name"]: token["value"].strip() for token in _TOKEN.finditer(block["body"])}
    return {name: _followed(value, found) for name, value in found.items()}


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours in hexadecimal, 1 to 21 (WCAG 2.2, relative luminance), to two places below."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return int(100 * (lighter + 0.05) / (darker + 0.05)) / 100


def _followed(value: str, tokens: dict[str, str]) -> str:
    named = re.fullmatch(r"var\(--([\w-]+)\)", value)
    return _followed(tokens[named[1]], tokens) if named else value


def _luminance(colour: str) -> float:
    parts = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    red, green, blue = (part / 12.92 if part <= _STRAIGHT_UP_TO else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
