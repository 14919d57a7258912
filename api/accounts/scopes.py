"""What the scopes of a token open: parts of the API, to read and to change."""

from collections.abc import Collection, Iterable

from api.accounts.schemas import Scope

_READ, _WRITE = ":read", ":write"

PARTS: tuple[Scope, ...] = tuple(scope for scope in Scope if ":" not in scope)
"""The bare names, each for all that its part has."""

EVERYTHING: frozenset[str] = frozenset(str(scope) for scope in Scope if ":" in scope)
"""What a session may do."""


def opened_by(scopes: Iterable[str], *, is_moderator: bool) -> frozenset[str]:
    """What a call may ask for and find: bare names told apart, and what moderators do only for moderators."""
    held = set(scopes)
    opened = {one for one in EVERYTHING if one in held or part_of(one) in held}
    return frozenset(one for one in opened if is_moderator or part_of(one) != Scope.MODERATION)


def as_kept(asked: Collection[Scope] | None, *, is_moderator: bool) -> list[Scope]:
    """What a new token is given: what was asked for, each once and in order; where nothing was said, every part."""
    wanted = {part for part in PARTS if is_moderator or part != Scope.MODERATION} if asked is None else set(asked)
    return [scope for scope in Scope if scope in wanted and (scope in PARTS or part_of(scope) not in wanted)]


def still_open(scopes: Iterable[Scope], *, is_moderator: bool) -> list[Scope]:
    """Of what a token was given, what it opens today."""
    return [scope for scope in scopes if is_moderator or part_of(scope) != Scope.MODERATION]


def needed_for(declared: Scope, *, reads: bool) -> Scope:
    """The one scope that a call needs, of the part that its route declares."""
    return declared if ":" in declared else Scope(f"{declared}{_READ if reads else _WRITE}")


def part_of(scope: str) -> Scope:
    """The part of the API that a scope is about."""
    return Scope(scope.partition(":")[0])
