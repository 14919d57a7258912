"""Cases that nobody may judge are told to whoever runs the site."""

import pytest

from api.moderation.notices import appeal
from api.moderation.reporting import report
from api.moderation.schemas import Decision, TargetKind
from api.moderation.stuck import tell_of_stuck_cases
from tests.api.connections.making import make_connection, make_recipient
from tests.api.moderation.judging import about, decided, insulted, join_in, make_moderator

pytestmark = pytest.mark.usefixtures("database")


async def test_a_case_that_no_moderator_may_judge_is_told_to_whoever_runs_the_site_and_on_no_page() -> None:
    ada, grace = await make_recipient("Ada"), await make_recipient("Grace")
    await report(grace, draft=about(TargetKind.MEMBER, ada.id))
    moderator = await make_moderator()
    await join_in(moderator)
    assert await tell_of_stuck_cases() == 0

    await make_connection(moderator, ada)
    assert await tell_of_stuck_cases() == 1

    await make_moderator("Mia")
    assert await tell_of_stuck_cases() == 0


async def test_an_appeal_waits_for_a_second_moderator() -> None:
    ada, _, made = await insulted()
    await decided(made.id, Decision.WORDS_TO_MEMBER)
    await appeal(ada, made.id, words="I was joking.")
    assert await tell_of_stuck_cases() == 1

    await make_moderator("Mia")

    assert await tell_of_stuck_cases() == 0
