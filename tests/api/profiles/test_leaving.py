"""A purpose is not switched off without those who keep what hangs on it."""

from uuid import UUID

import pytest

from api.profiles import leaving
from api.profiles.schemas import Purpose


async def test_leaving_without_anybody_to_tell_is_a_mistake_and_not_silence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leaving, "_steps", [])

    with pytest.raises(RuntimeError, match="request_rows"):
        await leaving.leave(UUID(int=1), Purpose.HOBBY)
