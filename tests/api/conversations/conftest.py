"""Messages are looked at however busy the machine is."""

import pytest


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine must not decide what a test finds."""
    monkeypatch.setattr("api.conversations.pitch_guard.PATIENCE", 60)
