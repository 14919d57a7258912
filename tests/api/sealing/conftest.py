"""A database whose keys can be changed."""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from api.database import fetch
from api.sealing.proofs import check_keys
from api.sealing.uses import Connection
from api.settings import settings


@pytest.fixture
async def connection(database: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Connection]:
    """A database whose keys are in a file of its own, and a connection to it."""
    monkeypatch.delenv("WHEREFORE_ENCRYPTION_KEYS")
    monkeypatch.setenv("WHEREFORE_DATA_DIR", str(tmp_path))
    settings.cache_clear()
    kept = await fetch("SELECT id, proof FROM sealing_key")
    await fetch("DELETE FROM sealing_key")
    made = await asyncpg.connect(os.environ["WHEREFORE_DATABASE_URL"])
    await check_keys(made)
    yield made
    await made.execute("DELETE FROM sealing_key; DELETE FROM account")
    await made.executemany(
        "INSERT INTO sealing_key (id, proof) VALUES ($1, $2)", [(row["id"], row["proof"]) for row in kept]
    )
    await made.close()
    settings.cache_clear()
