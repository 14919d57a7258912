"""Small questions about the tree of a page."""

from typing import cast

from turbohtml import Document, Element, Namespace, Node, Text

from tests.markup import standard


def elements_of(page: Document) -> list[Element]:
    """Every element, in the order of the page."""
    return [node for node in page.descendants if isinstance(node, Element)]


def is_drawn(element: Element) -> bool:
    """Whether it is part of a drawing; the svg itself is part of the page."""
    return element.namespace is not Namespace.HTML


def kind_of(node: Node) -> str:
    """What the standard calls a child: its tag, #text, or nothing for white space and comments."""
    if isinstance(node, Element):
        return node.tag
    return "#text" if isinstance(node, Text) and node.data.strip() else ""


def parent_of(element: Element) -> Element | None:
    """What it stands in."""
    return element.parent if isinstance(element.parent, Element) else None


def depth_of(element: Element) -> int:
    """In how many elements it stands."""
    return sum(isinstance(node, Element) for node in element.ancestors)


def stands_in(element: Element, tags: frozenset[str]) -> bool:
    """Whether it stands in one of these, however deep."""
    return any(isinstance(node, Element) and node.tag in tags for node in element.ancestors)


def beside(element: Element) -> list[Element]:
    """The elements of its parent, itself among them."""
    return [node for node in cast("Element", element.parent).children if isinstance(node, Element)]


def value_of(element: Element, name: str) -> str:
    """An attribute as it is written."""
    value = element.attrs[name]
    return " ".join(value) if isinstance(value, list) else str(value or "")


def may_hold(element: Element) -> frozenset[str]:
    """What may stand right in it."""
    parent = parent_of(element)
    if element.tag in standard.TRANSPARENT:
        return may_hold(parent) if parent else standard.FLOW
    if element.tag == "div" and parent and parent.tag == "dl":
        return standard.DIV_OF_LIST
    return standard.CHILDREN[element.tag]
