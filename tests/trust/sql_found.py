"""Finds every query on what members have or wrote, and says which of them anything keeps within what may be seen.

A query is kept within bounds when the call that runs it also calls a function of `api.profiles.visibility`, or when it
compares a column that says whose a row is with the id of the actor. Constants and expressions that a query is put
together from, in the same module, are looked into.
"""

import ast
import re
from collections.abc import Iterator

import msgspec

TABLES = frozenset(
    {
        "account",
        "statement",
        "statement_vector",
        "member_purpose",
        "consent",
        "block",
        "blocked_address",
        "connection_request",
        "request_event",
        "connection",
        "message",
        "read_mark",
        "match_list",
        "match_entry",
        "match_choice",
        "exposure",
        "disagreement",
        "disagreement_text",
        "draft",
        "report",
        "report_evidence",
    }
)
"""Those that hold what is about members and is read for others, or might be."""

VISIBILITY = "api.profiles.visibility"
RUNS = frozenset({"fetch", "fetch_as", "fetch_one", "fetch_statements"})

_TABLE = re.compile(r"\b(?:FROM|JOIN|INTO|UPDATE|USING)\s+\(?\s*(\w+)", re.IGNORECASE)
_WHOSE = "author|member|viewer|account|sender|recipient|blocker|asker|accepter|reporter|id|member_id"
_OWN = re.compile(rf"\b(?:\w+\.)?(?:{_WHOSE})\s*=\s*\{{\}}", re.IGNORECASE)
_ACTOR = frozenset({"actor.id", "viewer_id"})


class Query(msgspec.Struct, frozen=True):
    """One place that runs a query."""

    place: str
    """`module.function`."""
    tables: frozenset[str]
    sql: str
    bounded: bool


def queries_in(source: str, *, module: str) -> list[Query]:
    """Every query on those tables in a module."""
    tree = ast.parse(source)
    guards = {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == VISIBILITY
        for alias in node.names
    }
    constants = {
        target.id: node.value
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
    found = []
    for function in functions.values():
        local = constants | {
            target.id: node.value
            for node in ast.walk(function)
            if isinstance(node, ast.Assign)
            for target in node.targets
            if isinstance(target, ast.Name)
        }
        for call in ast.walk(function):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in RUNS:
                nodes = list(_with_parts(call, local, functions))
                sql = " ".join(_texts(nodes))
                tables = frozenset(name.lower() for name in _TABLE.findall(sql)) & TABLES
                if tables:
                    found.append(Query(f"{module}.{function.name}", tables, sql, _bounded(nodes, sql, guards)))
    return found


def _bounded(nodes: list[ast.AST], sql: str, guards: set[str]) -> bool:
    called = {node.func.id for node in nodes if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
    if called & guards:
        return True
    values = {ast.unparse(node) for node in nodes if isinstance(node, ast.Attribute | ast.Name)}
    own = _OWN.search(sql) or (sql.lstrip().upper().startswith("INSERT INTO") and " VALUES " in sql.upper())
    return bool(own and values & _ACTOR)


def _with_parts(
    node: ast.AST, constants: dict[str, ast.expr], functions: dict[str, ast.FunctionDef | ast.AsyncFunctionDef]
) -> Iterator[ast.AST]:
    """A call and all it is put together from in this module, each part once."""
    seen: set[str] = set()
    waiting = [node]
    while waiting:
        for part in ast.walk(waiting.pop()):
            yield part
            if isinstance(part, ast.Name) and part.id not in seen:
                seen.add(part.id)
                if part.id in constants:
                    waiting.append(constants[part.id])
                elif part.id in functions and "QueryString" in ast.unparse(functions[part.id].returns or part):
                    waiting.append(functions[part.id])


def _texts(nodes: list[ast.AST]) -> Iterator[str]:
    """The words of a query; a placeholder of an f-string stands as `{}`, which is what it makes in the end."""
    for node in nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value.replace("{{}}", "{}")
