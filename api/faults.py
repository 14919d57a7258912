"""What may be said of an exception in a log: what kind it is and where it came from, never the values it speaks of.

The words of an exception often quote what somebody wrote: PostgreSQL's "Key (email)=(…) already exists", Python's
"invalid literal for int(): '…'". Kind, place and the name of a constraint are enough to find a fault.
"""

import traceback

import asyncpg

_MOST_CAUSES = 5


def kind_of(error: BaseException) -> str:
    """The kind of an exception; of PostgreSQL's also its code and the constraint."""
    kind = type(error).__qualname__
    if isinstance(error, asyncpg.PostgresError):
        constraint = getattr(error, "constraint_name", None)
        return " ".join(filter(None, [kind, getattr(error, "sqlstate", None), constraint]))
    if isinstance(error, OSError) and error.errno is not None:
        return f"{kind} {error.errno}"
    return kind


def trace_of(error: BaseException) -> str:
    """Where an exception came from, and what caused it: our own lines of code, and kinds."""
    parts: list[str] = []
    cause: BaseException | None = error
    while cause is not None and len(parts) < _MOST_CAUSES:
        frames = "".join(traceback.format_tb(cause.__traceback__))
        parts.append(f"{frames}{kind_of(cause)}")
        within = cause.exceptions if isinstance(cause, BaseExceptionGroup) else ()
        parts += [f"{''.join(traceback.format_tb(part.__traceback__))}{kind_of(part)}" for part in within]
        cause = cause.__cause__ or (None if cause.__suppress_context__ else cause.__context__)
    return "\ncaused by:\n".join(parts)
