"""A journal of erasures of the test's own, for those that look into it."""

from pathlib import Path

import pytest

from api import journal


@pytest.fixture
def own_journal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A journal of the test's own."""
    path = tmp_path / "kept" / "erasures.jsonl"
    monkeypatch.setattr(journal, "journal_file", lambda: path)
    return path
