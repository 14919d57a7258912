"""The settings of a test are forgotten after it."""

from collections.abc import Iterator

import pytest

from api.settings import settings


@pytest.fixture(autouse=True)
def forget_settings(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Each test begins without a mail server, and leaves none behind."""
    for name in ("WHEREFORE_SMTP_URL", "WHEREFORE_MAIL_FROM"):
        monkeypatch.delenv(name, raising=False)
    settings.cache_clear()
    yield
    monkeypatch.undo()
    settings.cache_clear()
