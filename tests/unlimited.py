"""Limits lifted, for tests that ask who may and not how often."""

from types import SimpleNamespace

import pytest

from api.limits.policies import ALL
from api.limits.quotas import QUOTAS

_NAMES = [limit.name for limit in ALL] + [f"{quota.name}{new}" for quota in QUOTAS for new in ("", "-new")]

UNLIMITED = ",".join(f"{name}=100000/1s" for name in _NAMES)
"""What `WHEREFORE_LIMITS` says on a site where one machine is many people."""


def lift_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Spend nothing on routes, and let services count within a transaction, which will be taken back."""

    async def spend(*_: object, **__: object) -> None:
        return None

    monkeypatch.setattr("api.limits.guard.spend", spend)
    # Guesses at passwords are counted by services, and mind being taken back, which in such tests is what is meant.
    monkeypatch.setattr("api.limits.services.DB", SimpleNamespace(transaction_exists=lambda: False))
