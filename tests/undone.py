"""Letting nothing that a test does have happened."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from types import SimpleNamespace
from unittest.mock import patch

from api.database import transaction


class _Undo(Exception):  # noqa: N818 - nothing went wrong
    """Ends a transaction without a trace."""


@asynccontextmanager
async def undone() -> AsyncIterator[None]:
    """Let nothing that happens in it have happened.

    What must not be done within a transaction knows of none: this one is the test's, and not of what is called.
    """
    with suppress(_Undo), patch("api.profiles.vectors.DB", SimpleNamespace(transaction_exists=lambda: False)):
        async with transaction():
            yield
            raise _Undo
