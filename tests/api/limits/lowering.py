"""Limits as a test, or an operator, sets them."""

import pytest

from api.limits import policies
from api.limits.changed import read_changes
from api.limits.limit import Limit, Window


def small(monkeypatch: pytest.MonkeyPatch, limit: Limit, *windows: Window) -> None:
    """Let a limit be as small as a test needs."""
    policies._changes.cache_clear()
    monkeypatch.setattr(policies, "_changes", lambda: {limit.name: windows})


def changed(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    """Read the limits as if an operator had set this."""
    monkeypatch.setattr(policies, "_changes", lambda: read_changes(value, names=policies.names()))
