"""A seeded demo: members who can be borrowed, matches for each of them, and requests in every state."""

from collections.abc import AsyncIterator
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta

import pytest

from api import clock
from api.accounts import services as accounts
from api.accounts.errors import WrongCredentialsError
from api.accounts.schemas import Member
from api.connections import queries as connections
from api.connections.schemas import Box, RequestRead, RequestState
from api.conversations import queries as conversations
from api.conversations.quiet import gone_quiet
from api.database import fetch
from api.matching.queries import matches
from api.profiles import queries as profiles
from scripts.seed import DEMO_PASSWORD, DEMO_SIGN_INS, seed

MEMBERS = 30


@pytest.fixture(scope="module")
async def demo(migrated: None) -> AsyncIterator[dict[str, Member]]:
    """A small demo, made once and only read; the members who can be borrowed, by address."""
    await fetch("TRUNCATE account, statement_vector CASCADE")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("api.database.connected", nullcontext)  # the pool of the tests is open
        await seed(members=MEMBERS)
    yield {email: (await accounts.prove(email=email, password=DEMO_PASSWORD)).member for email in DEMO_SIGN_INS}
    await fetch("TRUNCATE account, statement_vector CASCADE")


@pytest.fixture(params=DEMO_SIGN_INS)
def borrowed(request: pytest.FixtureRequest, demo: dict[str, Member]) -> Member:
    """Each of the members who can be borrowed."""
    return demo[request.param]


async def received(member: Member) -> list[RequestRead]:
    return (await connections.requests(member, box=Box.RECEIVED, limit=100)).items


async def sent(member: Member) -> list[RequestRead]:
    return (await connections.requests(member, box=Box.SENT, limit=100)).items


async def test_the_demo_password_opens_a_session(demo: dict[str, Member]) -> None:
    session = await accounts.sign_in(email=DEMO_SIGN_INS[0], password=DEMO_PASSWORD)

    assert session.member == demo[DEMO_SIGN_INS[0]]


async def test_nobody_signs_in_as_another_demo_member(demo: dict[str, Member]) -> None:
    rows = await fetch("SELECT email FROM account WHERE email <> ALL({})", list(DEMO_SIGN_INS))

    assert len(rows) == MEMBERS - 3
    with pytest.raises(WrongCredentialsError):
        await accounts.sign_in(email=rows[0]["email"], password=DEMO_PASSWORD)


async def test_a_demo_member_has_matches_with_quoted_reasons_in_every_purpose(borrowed: Member) -> None:
    purposes = [mine.purpose for mine in await profiles.my_purposes(borrowed)]

    assert len(purposes) >= 3
    for purpose in purposes:
        found = (await matches(borrowed, purpose=purpose)).items
        assert found, purpose
        assert all(pair.mine.text and pair.theirs.text for match in found for pair in match.reasons)
        assert found[0].reasons, purpose


async def test_a_demo_member_has_requests_to_answer_one_of_them_asked_about(borrowed: Member) -> None:
    waiting = [request for request in await received(borrowed) if "acceptance" in request.can]

    assert 3 <= len(waiting) <= 4
    assert [request.state for request in waiting].count(RequestState.ASKED) == 1
    assert any(request.rounds == 1 and request.state is RequestState.PENDING for request in waiting)


async def test_a_demo_member_waits_for_one_answer_and_owes_another(borrowed: Member) -> None:
    requests = await sent(borrowed)

    assert any(request.state is RequestState.PENDING for request in requests)
    assert sum("answer" in request.can for request in requests) == 1
    assert any(request.state not in {RequestState.PENDING, RequestState.ASKED} for request in requests)


async def test_a_demo_member_writes_with_two_others_and_has_one_message_to_read(borrowed: Member) -> None:
    found = (await conversations.conversations(borrowed, limit=20)).items
    lengths = [len((await conversations.messages(borrowed, one.connection_id, limit=100)).items) for one in found]

    assert len(found) == 2
    assert min(lengths) >= 3
    assert [one.has_unread for one in found].count(True) == 1
    assert await conversations.unread(borrowed) == 1


async def test_a_demo_member_is_losing_touch_with_somebody(borrowed: Member) -> None:
    assert len(await gone_quiet(borrowed, most=3)) == 1


async def test_requests_are_in_every_state_but_the_one_that_trouble_makes(demo: dict[str, Member]) -> None:
    rows = await fetch("SELECT id AS id FROM account")
    everyone = [Member(id=row["id"], display_name="") for row in rows]

    states = {request.state for member in everyone for request in [*await sent(member), *await received(member)]}
    silent = await fetch("SELECT 1 FROM connection_request WHERE declined_silently_at IS NOT NULL")
    reopened = await fetch("SELECT 1 FROM request_event WHERE kind = 'reopened'")
    crossed = await fetch("SELECT 1 FROM connection WHERE crossed_reason IS NOT NULL")

    assert states == set(RequestState) - {RequestState.CLOSED}
    assert silent
    assert reopened
    assert crossed


async def test_the_history_is_spread_over_weeks_and_none_of_it_is_still_to_come(demo: dict[str, Member]) -> None:
    rows = await fetch(
        "SELECT at AS at FROM request_event UNION ALL SELECT created_at FROM message "
        "UNION ALL SELECT created_at FROM account"
    )
    times = [row["at"] for row in rows]

    assert max(times) <= datetime.now(UTC)
    assert max(times) - min(times) > timedelta(days=40)


async def test_the_clock_goes_right_after_seeding(demo: dict[str, Member]) -> None:
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=1)


async def test_nobody_asks_before_both_have_joined(demo: dict[str, Member]) -> None:
    early = await fetch(
        "SELECT asked.id FROM connection_request AS asked JOIN account AS member "
        "ON member.id IN (asked.sender, asked.recipient) WHERE member.created_at >= asked.created_at"
    )

    assert early == []


async def test_demo_members_have_places_and_consented_to_sensitive_purposes(borrowed: Member) -> None:
    me = await profiles.me(borrowed)

    assert me.place is not None
    assert me.languages
    for mine in await profiles.my_purposes(borrowed):
        assert (mine.consent_version is None) == (mine.consent_given_at is None)
