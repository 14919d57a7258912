"""A text as the eye reads it: disguised letters, hidden characters and letters set apart, each with where it stood."""

import re
import unicodedata
from functools import lru_cache

import msgspec

# Letters of other scripts that look like Latin ones; only for looking, the text itself stays as it is.
_LOOKALIKES = str.maketrans(
    "авеѕіјкмнорстухԁһԛԝαεικνορτυχłøıɑɡ。｡·•․・∙⋅‧",  # noqa: RUF001
    "abesijkmhopctyxdhqwaeiknoptuxloiag.........",
)
_APART = re.compile(r"(?<![\w@])(?:[\w@.:/+] ){3,}[\w@.:/+](?!\w)")
_SKELETON = str.maketrans("1l!|4305$7", "iiiiaeosst")
_WORD = re.compile(r"[\w|!$]+")
END_OF_LATIN, _MOSTLY = "\u024f", 0.5
_OF_OTHER_SCRIPTS = "".join(letter for letter in map(chr, _LOOKALIKES) if letter.isalpha() and letter > END_OF_LATIN)
_MIXED = re.compile(rf"[a-zA-Z][{_OF_OTHER_SCRIPTS}]|[{_OF_OTHER_SCRIPTS}][a-zA-Z]", re.IGNORECASE)
# Invisible between two letters: soft hyphen, zero-width ones, marks of direction, the byte order mark.
_HIDDEN = re.compile(r"(?<=[a-zA-Z])[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]+(?=[a-zA-Z])")


class Folded(msgspec.Struct, frozen=True):
    """A text in plain lower-case letters, and for each of them where it came from."""

    text: str
    origin: list[int]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The place in the original text."""
        return self.origin[start], self.origin[end - 1] + 1


def fold(text: str) -> Folded:
    """Plain lower-case letters without accents, hidden characters and look-alikes, as one reads them."""
    if text.isascii():
        return _closed_up(Folded(text.lower(), list(range(len(text)))))
    seen = [_seen(character) for character in text]
    return _closed_up(Folded("".join(seen), [index for index, ones in enumerate(seen) for _ in ones]))


def is_disguised(text: str) -> bool:
    """Whether Latin letters are hidden from a model that reads them: by look-alikes, invisible signs, or set apart."""
    letters = [character for character in text if character.isalpha()]
    if sum(letter <= END_OF_LATIN for letter in letters) < _MOSTLY * len(letters):
        return False  # in another script the same letters are no disguise, and some invisible signs are spelling
    return any(pattern.search(text) for pattern in (_MIXED, _HIDDEN, _APART))


def plain(word: str) -> str:
    """A word as `fold` writes it, for lists of words to look for."""
    return fold(word).text


def skeleton(word: str) -> str:
    """A folded word with digits and signs as the letters they stand for: inst4gram and 1nsta are told by it."""
    return word.translate(_SKELETON)


def undisguised(folded: Folded, known: dict[str, str]) -> Folded:
    """With every word whose skeleton is known written plainly.

    Args:
        folded: The text.
        known: Plain words by their skeletons.
    """
    characters: list[str] = []
    origin: list[int] = []
    done = 0
    for match in _WORD.finditer(folded.text):
        word = known.get(skeleton(match.group()))
        if word is None or word == match.group():
            continue
        characters += [folded.text[done : match.start()], word]
        origin += folded.origin[done : match.start()]
        # The last letter stands for all that is left of the word, so that a span over it ends where the word does.
        places = folded.origin[match.start() : match.end()]
        origin += [places[min(step, len(places) - 1)] for step in range(len(word) - 1)] + places[-1:]
        done = match.end()
    return Folded("".join([*characters, folded.text[done:]]), origin + folded.origin[done:])


@lru_cache(maxsize=8192)
def _seen(character: str) -> str:
    """What a character looks like: nothing, one plain one or several."""
    plain_ones = unicodedata.normalize("NFKD", character).lower().translate(_LOOKALIKES)
    # Cf is invisible; marks stand on the letter before them.
    return "".join(_digit(one) for one in plain_ones if unicodedata.category(one) not in {"Cf", "Mn", "Me"})


def _digit(character: str) -> str:
    """A digit of any script as one of ours."""
    return str(unicodedata.digit(character)) if character.isdigit() else character


def _closed_up(folded: Folded) -> Folded:
    """Without the blanks between letters that are set apart one by one."""
    gone = {
        place for match in _APART.finditer(folded.text) for place in range(*match.span()) if folded.text[place] == " "
    }
    if not gone:
        return folded
    kept = [place for place in range(len(folded.text)) if place not in gone]
    return Folded("".join(folded.text[place] for place in kept), [folded.origin[place] for place in kept])
