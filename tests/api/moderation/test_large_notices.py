"""A notice quotes as much as there is room for; more is refused in plain words, and the case can still be decided."""

from uuid import uuid4

import pytest

from api import clock
from api.accounts.schemas import Member
from api.database import fetch
from api.errors import InvalidError
from api.moderation.cases import claim, open_case
from api.moderation.deciding import decide
from api.moderation.notices import notices
from api.moderation.reporting import report
from api.moderation.schemas import Category, Decision, DecisionCreate, TargetKind
from api.sealing import seal
from tests.api.moderation.judging import about, make_moderator
from tests.factories import make_member

pytestmark = pytest.mark.usefixtures("database")

STATEMENTS = 80
"""Of 280 characters of four bytes each: more than a notice holds, and fewer than a member may have."""


async def _say_much(author: Member) -> None:
    for _ in range(STATEMENTS):
        row, now = uuid4(), clock.now()
        await fetch(
            "INSERT INTO statement (id, author, purpose, role, text, audience, created_at, updated_at) "
            "SELECT {}, member, purpose, 'about', {}, 'purpose', {}, {} FROM member_purpose WHERE member = {} LIMIT 1",
            row,
            seal("🐝" * 280, about="statement.text", row=row),
            now,
            now,
            author.id,
        )


async def test_a_notice_that_quotes_a_whole_profile_is_refused_in_words_and_a_part_of_it_is_not() -> None:
    ada, grace = await make_member("Ada"), await make_member("Grace")
    await _say_much(ada)
    case = await report(grace, draft=about(TargetKind.MEMBER, ada.id))
    moderator = await make_moderator()
    await claim(moderator, case.id)
    parts = [place for place, part in enumerate((await open_case(moderator, case.id)).evidence.parts) if part.text]
    assert len(parts) > STATEMENTS

    def draft(chosen: list[int]) -> DecisionCreate:
        return DecisionCreate(
            decision=Decision.WORDS_TO_MEMBER,
            reason="It is plain to see.",
            rule=Category.HARASSMENT,
            words="Please be kind.",
            parts=frozenset(chosen),
        )

    with pytest.raises(InvalidError) as refused:
        await decide(moderator, case.id, draft=draft(parts))
    await decide(moderator, case.id, draft=draft(parts[:60]))

    assert [(error.pointer, error.code) for error in refused.value.errors] == [("/parts", "too-long")]
    assert len((await notices(ada))[0].text.quotes) == 60
