"""Nobody is remembered from one test to the next."""

import pytest

from api.limits import people


@pytest.fixture(autouse=True)
def forgetful() -> None:
    """Begin as a process that has just started."""
    people._known.clear()
