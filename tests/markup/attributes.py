"""The faults of an element's attributes: such as it may not have, and values that nothing understands."""

import re
from collections.abc import Iterator

from turbohtml import Element

from tests.markup import standard
from tests.markup.tree import value_of

_PATTERNS = {
    "lang": re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|\d{3}))?"),
    "datetime": re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d))?"),
    "tabindex": re.compile(r"0|-1"),
} | dict.fromkeys(standard.NUMBERS, re.compile(r"\d+"))
_NEVER_EMPTY = frozenset({"action", "class", "for", "id", "name", "src", "aria-label"})


def faults_of_attributes(element: Element, where: str) -> Iterator[str]:
    """What is wrong with the attributes of one element."""
    allowed = standard.GLOBAL | standard.ATTRIBUTES.get(element.tag, frozenset())
    for name in element.attrs:
        is_aria = name in standard.ARIA or (name.startswith("aria-") and name in standard.REFERENCES)
        if name not in allowed and not is_aria and not name.startswith("data-"):
            yield f"{where} may not have {name}"
        value = value_of(element, name)
        if not _is_understood(element.tag, name, value):
            yield f"{where} has {name}={value!r}"
    if element.tag == "button" and "type" not in element.attrs:
        yield f"{where} does not say its type"
    if element.tag == "time" and "datetime" not in element.attrs:
        yield f"{where} tells no moment"
    is_named = {"aria-label", "aria-labelledby"} & set(element.attrs)
    if is_named and element.tag in standard.NAMELESS and "role" not in element.attrs:
        yield f"{where} cannot be named: it has no role"


def _is_understood(tag: str, name: str, value: str) -> bool:
    if name in _NEVER_EMPTY and (not value or value != value.strip()):
        return False
    if name == "type":
        return value in standard.TYPES.get(tag, {value})
    if name == "autocomplete":
        return set(value.split()) <= standard.AUTOCOMPLETE
    if name in standard.VALUES:
        return value in standard.VALUES[name]
    pattern = _PATTERNS.get(name)
    return pattern is None or pattern.fullmatch(value) is not None
