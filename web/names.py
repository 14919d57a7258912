"""Names of members within sentences of ours."""

from markupsafe import Markup


def apart(name: str) -> Markup:
    """A name that keeps the order of its own letters, from right to left too, and leaves that of our words alone."""
    return Markup("<bdi>{}</bdi>").format(name)


def isolated(name: str) -> str:
    """The same where there can be no markup: in a notice."""
    return f"\N{FIRST STRONG ISOLATE}{name}\N{POP DIRECTIONAL ISOLATE}"
