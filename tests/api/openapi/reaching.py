"""Which errors a function can raise, read from its source and from that of all it calls.

Followed is every name that leads to a function of ours. Found is what is raised, and what a docstring says is raised;
also what is caught on the way: that is little, and named where this is used.
"""

import ast
import inspect
import re
import sys
from collections.abc import Iterator
from functools import cache
from types import FunctionType
from typing import Any

from api.errors import WhereforeError

_OURS = {"api", "embeddings"}
_SAID = re.compile(r"^\s*(\w+Error):", re.MULTILINE)


def reachable_errors(function: FunctionType) -> set[type[WhereforeError]]:
    """Every error that a function, or anything it calls, can raise."""
    seen: set[FunctionType] = set()
    found: set[type[WhereforeError]] = set()
    waiting = [function]
    while waiting:
        if (one := waiting.pop()) in seen:
            continue
        seen.add(one)
        raised, called = _read(one)
        found |= raised
        waiting += called
    return found


@cache
def _read(function: FunctionType) -> tuple[set[type[WhereforeError]], set[FunctionType]]:
    """What one function raises, and which of ours it names."""
    space = vars(sys.modules[function.__module__])
    nodes = list(ast.walk(_written(function.__module__)[function.__code__.co_firstlineno]))
    raised = {_by_name()[name] for name in _SAID.findall(function.__doc__ or "") if name in _by_name()}
    for node in nodes:
        if isinstance(node, ast.Raise) and node.exc is not None:
            raised |= _raised(node.exc, space)
    named = [_meant(node, space) for node in nodes if isinstance(node, ast.Name | ast.Attribute)]
    functions = {inspect.unwrap(one) for one in named if callable(one) and not inspect.isclass(one)}
    ours = {one for one in functions if isinstance(one, FunctionType) and one.__module__.partition(".")[0] in _OURS}
    return raised, ours - {function}


@cache
def _written(module: str) -> dict[int, ast.AST]:
    """Every function of a module, by the line on which it or its first decorator stands."""
    tree = ast.parse(inspect.getsource(sys.modules[module]))
    written = [one for one in ast.walk(tree) if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef)]
    return {min([one.lineno, *(decorator.lineno for decorator in one.decorator_list)]): one for one in written}


def _raised(what: ast.expr, space: dict[str, Any]) -> set[type[WhereforeError]]:
    meant = _meant(what.func if isinstance(what, ast.Call) else what, space)
    if inspect.ismethod(meant):  # such as InvalidError.field(…)
        meant = meant.__self__
    if inspect.isfunction(meant):
        meant = inspect.get_annotations(meant, eval_str=True).get("return")
    return {meant} if inspect.isclass(meant) and issubclass(meant, WhereforeError) else set()


def _meant(node: ast.expr, space: dict[str, Any]) -> Any:
    """What a name means in a module; nothing for what is known only when it runs."""
    if isinstance(node, ast.Name):
        return space.get(node.id)
    if isinstance(node, ast.Attribute):
        owner = _meant(node.value, space)
        return getattr(owner, node.attr, None) if inspect.ismodule(owner) or inspect.isclass(owner) else None
    return None


@cache
def _by_name() -> dict[str, type[WhereforeError]]:
    return {kind.__name__: kind for kind in _kinds(WhereforeError) if kind.__module__.partition(".")[0] in _OURS}


def _kinds(kind: type[WhereforeError]) -> Iterator[type[WhereforeError]]:
    for one in kind.__subclasses__():
        yield one
        yield from _kinds(one)
