"""The faults of a page: where it is not valid HTML, and where it leaves out what a screen reader needs."""

from collections import Counter
from collections.abc import Iterator

import turbohtml
from turbohtml import Document, Element, TokenType
from turbohtml.conformance import check

from tests.markup import standard
from tests.markup.attributes import faults_of_attributes
from tests.markup.tree import beside, depth_of, elements_of, is_drawn, kind_of, may_hold, parent_of, stands_in, value_of

_FIELDS = "input:not([type=hidden], [type=submit], [type=button]), select, textarea"
_LEFT_OUT = {"section-no-heading"}
"""A message in a conversation is an article, and has no heading: it would be the first words twice."""
_NUL = "unexpected-null-character"
"""No keyboard types it: a program sent it, and gets its own words back."""
_SAYS_SOMETHING = "a[href], button, summary, caption, legend, label, option"


def faults_in(markup: str) -> list[str]:
    """What is wrong with a whole page, a line each; nothing for a valid one."""
    page = turbohtml.parse(markup)
    elements = elements_of(page)
    return [
        *(f"{error.code} at line {error.line}" for error in page.errors if error.code != _NUL),
        *_structure(markup, elements),
        *(f"{one.message} (line {one.line})" for one in check(page).messages if one.code not in _LEFT_OUT),
        *(fault for element in elements if not is_drawn(element) for fault in _element(element)),
        *_references(elements),
        *_headings(page, elements),
        *_names(page),
    ]


def _structure(markup: str, elements: list[Element]) -> Iterator[str]:
    """Where a browser builds something else than what is written: a tag left open or closed twice, or out of place."""
    written: list[tuple[int, str]] = []
    opened: list[str] = []
    for token in turbohtml.tokenize(markup):
        name = (token.tag or "").lower()
        if token.type == TokenType.START_TAG:
            written.append((len(opened), name))
            if name not in standard.VOID and not token.self_closing:
                opened.append(name)
        elif token.type == TokenType.END_TAG and (not opened or opened.pop() != name):
            yield f"</{name}> at line {token.line} closes what is not open"
            return
    if opened:
        yield f"<{opened[-1]}> is never closed"
    built = [(depth_of(element), element.tag.lower()) for element in elements]
    for one, other in zip(written, built, strict=False):
        if one != other:
            yield f"<{one[1]}> cannot stand where it is written: a browser has <{other[1]}> there"
            return
    if len(written) != len(built):
        yield "a browser builds more or fewer elements than are written"


def _element(element: Element) -> Iterator[str]:
    name, where = element.tag, f"<{element.tag}> at line {element.source_line}"
    if name not in standard.CHILDREN and name not in standard.TRANSPARENT:
        yield f"{where} is not known to tests/markup/standard.py"
        return
    allowed = may_hold(element)
    held = [kind_of(child) for child in element.children]
    yield from (f"{where} may not hold {kind}" for kind in held if kind and kind not in allowed)
    yield from faults_of_attributes(element, where)
    for outer, never in standard.NEVER_WITHIN.items():
        if name in never and stands_in(element, frozenset({outer})):
            yield f"{where} may not stand in <{outer}>"
    is_pressed = (name in standard.INTERACTIVE and element.attrs.get("type") != "hidden") or "tabindex" in element.attrs
    if is_pressed and stands_in(element, standard.PRESSED):
        yield f"{where} can be pressed within something that is pressed"
    yield from _place(element, where)


def _place(element: Element, where: str) -> Iterator[str]:
    holder = standard.FIRST.get(element.tag)
    parent = parent_of(element)
    if holder and (parent is None or parent.tag != holder or beside(element)[0] is not element):
        yield f"{where} is not the first of a <{holder}>"
    held = [kind_of(child) for child in element.children if kind_of(child)]
    if element.tag == "figure" and "figcaption" in held[1:-1]:
        yield f"{where} has its caption in the middle"
    if element.tag in standard.HAS_FIRST and held[:1] != [standard.HAS_FIRST[element.tag]]:
        yield f"{where} does not begin with a {standard.HAS_FIRST[element.tag]}"
    pairs = [kind for kind in held if kind in standard.DIV_OF_LIST]
    if pairs and (pairs[0] != "dt" or pairs[-1] != "dd"):
        yield f"{where} has a term without words, or words without a term"


def _references(elements: list[Element]) -> Iterator[str]:
    ids = Counter(value_of(element, "id") for element in elements if "id" in element.attrs)
    for element in elements:
        named = [
            (name, id_) for name in standard.REFERENCES & set(element.attrs) for id_ in value_of(element, name).split()
        ]
        href = value_of(element, "href") if element.tag == "a" and "href" in element.attrs else ""
        if href.startswith("#"):
            named.append(("href", href[1:]))
        for name, id_ in named:
            if id_ not in ids:
                yield f"<{element.tag}> at line {element.source_line} has {name}={id_!r}, which is not on the page"


def _headings(page: Document, elements: list[Element]) -> Iterator[str]:
    level = 0
    for heading in elements:
        if heading.tag not in standard.HEADINGS or "data-error-summary" in getattr(heading.parent, "attrs", ()):
            continue  # what is wrong comes before everything, even the h1
        own = int(heading.tag[1])
        if own > level + 1:
            yield f"<h{own}> at line {heading.source_line} comes after h{level}: {heading.text.strip()!r}"
        level = own
    for name in ("h1", "main", "title"):
        if len(page.select(f"html {name}:not(svg *)")) != 1:
            yield f"there is not one {name}"


def _names(page: Document) -> Iterator[str]:
    """Fields without a label, and whatever else says nothing to somebody who cannot see it."""
    labelled = {value_of(label, "for") for label in page.select("label[for]")}
    for field in page.select(_FIELDS):
        has_label = value_of(field, "id") in labelled if "id" in field.attrs else False
        if (
            not has_label
            and field.attrs.get("aria-hidden") != "true"
            and not {"aria-label", "aria-labelledby"} & set(field.attrs)
        ):
            yield f"<{field.tag}> at line {field.source_line} has no label"
    for element in page.select(_SAYS_SOMETHING):
        if not element.text.strip() and not {"aria-label", "aria-labelledby"} & set(element.attrs):
            yield f"<{element.tag}> at line {element.source_line} says nothing"
