"""A reason is compared with what others wrote, as far as its writer may read it; all else moves nothing."""

from typing import Any

import numpy as np
import pytest

from api.connections import reason_checks, services
from api.moderation.services import block_member
from embeddings.reasons import Finding, judge_reason
from tests.api.connections.making import PAIRS, make_draft, make_recipient
from tests.factories import make_member, make_statement

pytestmark = pytest.mark.usefixtures("database")

WORDS = [said for said, _ in PAIRS[1:9]]


@pytest.fixture
def compared_with(monkeypatch: pytest.MonkeyPatch) -> list[np.ndarray[Any, Any]]:
    """The vectors of others that reasons were compared with, three at most."""
    found: list[np.ndarray[Any, Any]] = []

    async def judge(*given: Any, **named: Any) -> list[Finding]:
        found.append(named["contrast"])
        return await judge_reason(*given, **named)

    monkeypatch.setattr(reason_checks, "CONTRAST", 3)
    monkeypatch.setattr(reason_checks, "judge_reason", judge)
    return found


async def test_what_the_writer_may_not_read_moves_nothing_of_what_a_reason_is_compared_with(
    compared_with: list[np.ndarray[Any, Any]],
) -> None:
    ada, grace = await make_member("Ada"), await make_recipient("Grace", pair=0)
    await make_member("Bea", statements=WORDS)
    joan = await make_member("Joan")
    await block_member(joan, ada.id)
    draft = await make_draft(grace)

    await services.check_reason(ada, draft=draft)
    for words in WORDS * 2:
        await make_statement(joan, words + " And so it goes.")
    await services.check_reason(ada, draft=draft)

    before, after = compared_with
    assert before.shape[0] == 3
    assert np.array_equal(before, after)
