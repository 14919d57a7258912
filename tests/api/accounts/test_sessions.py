"""Sessions: signed-in browsers."""

from uuid import UUID, uuid4

import pytest

from api.accounts import services
from api.accounts.errors import WrongCredentialsError
from api.accounts.keys import digest
from api.accounts.queries import member_by_session, member_by_token, sessions
from api.accounts.schemas import Member, Scope
from api.database import fetch
from api.errors import NotFoundError
from tests.factories import PASSWORD, email_of, make_member
from tests.moved_clock import MovedClock


async def sign_in(member: Member, label: str = "") -> tuple[str, UUID]:
    """The token and the id of a new session."""
    token = (await services.sign_in(email=await email_of(member.id), password=PASSWORD, label=label)).token
    found = await member_by_session(token)
    assert found is not None
    assert found[0] == member
    assert found[1].session_id is not None
    return token, found[1].session_id


async def test_a_session_may_do_everything(database: None) -> None:
    ada = await make_member()
    token, _ = await sign_in(ada)

    found = await member_by_session(token)

    assert found is not None
    assert found[1].scopes == {scope for scope in Scope if ":" in scope}
    assert found[1].token_id is None


@pytest.mark.parametrize("token", ["", "x", "é" * 43, "\ud800", "a" * 100_000, "\x00"])
async def test_an_invented_key_opens_nothing(database: None, token: str) -> None:
    await make_member()

    assert await member_by_session(token) is None
    assert await member_by_token(token) is None


async def test_a_session_key_is_no_token(database: None) -> None:
    token, _ = await sign_in(await make_member())

    assert await member_by_token(token) is None


async def test_every_sign_in_makes_another_session(database: None) -> None:
    ada = await make_member()

    (first, first_id), (second, second_id) = await sign_in(ada), await sign_in(ada)

    assert first != second
    assert first_id != second_id


async def test_only_a_digest_of_the_key_is_kept(database: None) -> None:
    token, session_id = await sign_in(await make_member())

    [row] = await fetch("SELECT session::text AS everything, token_hash FROM session WHERE id = {}", session_id)

    assert row["token_hash"] == digest(token)
    assert token not in row["everything"]
    assert len(token) == 43


async def test_wrong_credentials_read_the_same_whether_or_not_there_is_an_account(database: None) -> None:
    ada = await make_member(email="ada@example.org")
    refusals = []

    for email in ("ada@example.org", "nobody@example.org", "no address", "", "\x00@example.org"):
        with pytest.raises(WrongCredentialsError) as refusal:
            await services.sign_in(email=email, password="not her password at all")
        refusals.append((refusal.value.detail, refusal.value.code, refusal.value.status, refusal.value.errors))

    assert len(set(refusals)) == 1
    assert len(await sessions(ada, this=None)) == 1


async def test_a_session_ends_thirty_days_after_sign_in(database: None, moved_clock: MovedClock) -> None:
    token, _ = await sign_in(await make_member())

    for _ in range(3):
        moved_clock.move(days=10, seconds=-1)
        assert await member_by_session(token) is not None
    moved_clock.move(seconds=3)
    assert await member_by_session(token) is None


async def test_a_session_that_nobody_uses_ends_after_fourteen_days(database: None, moved_clock: MovedClock) -> None:
    ada = await make_member()
    (used, _), (unused, _) = await sign_in(ada), await sign_in(ada)

    moved_clock.move(days=13)
    assert await member_by_session(used) is not None
    moved_clock.move(days=1)

    assert await member_by_session(unused) is None
    assert await member_by_session(used) is not None
    assert len(await sessions(ada, this=None)) == 1


async def test_sessions_that_ran_out_are_cleared_away_at_the_next_sign_in(
    database: None, moved_clock: MovedClock
) -> None:
    ada = await make_member()
    moved_clock.move(days=31)

    _, session_id = await sign_in(ada)

    assert [row["id"] for row in await fetch("SELECT id FROM session")] == [session_id]


async def test_use_is_written_down_once_an_hour(database: None, moved_clock: MovedClock) -> None:
    ada = await make_member()
    token, session_id = await sign_in(ada)

    async def last_used() -> object:
        return next(read.last_used_at for read in await sessions(ada, this=None) if read.id == session_id)

    at_sign_in = await last_used()
    moved_clock.move(minutes=59)
    await member_by_session(token)
    assert await last_used() == at_sign_in
    moved_clock.move(minutes=1)
    await member_by_session(token)
    assert await last_used() == moved_clock.now()


async def test_a_suspended_member_stays_signed_in_and_may_sign_in_but_is_told_apart(database: None) -> None:
    ada = await make_member()
    token, _ = await sign_in(ada)
    await services.set_moderator(email=await email_of(ada.id), is_moderator=True)

    await fetch("UPDATE account SET suspended_at = now() WHERE id = {}", ada.id)

    found = await member_by_session(token)
    assert found is not None
    assert (found[0].suspended, found[0].is_moderator) == (True, False)
    assert (await services.sign_in(email=await email_of(ada.id), password=PASSWORD)).member.suspended


async def test_a_member_sees_their_own_sessions_and_which_one_this_is(database: None) -> None:
    ada, _ = await make_member("Ada"), await make_member("Grace")
    _, phone = await sign_in(ada, label="Firefox on\nAndroid\x1b " + "x" * 200)

    found = await sessions(ada, this=phone)

    assert len(found) == 2
    assert [read.label[:16] for read in found if read.is_this_one] == ["Firefox onAndroi"]
    assert all(len(read.label) <= 120 for read in found)


async def test_signing_out_ends_this_session_alone_and_may_be_repeated(database: None) -> None:
    ada = await make_member()
    (here, here_id), (there, _) = await sign_in(ada), await sign_in(ada)

    await services.sign_out(ada, session_id=here_id)
    await services.sign_out(ada, session_id=here_id)

    assert await member_by_session(here) is None
    assert await member_by_session(there) is not None


async def test_all_other_sessions_can_be_ended_at_once(database: None) -> None:
    ada, grace = await make_member("Ada"), await make_member("Grace")
    (here, here_id), (there, _), (hers, _) = await sign_in(ada), await sign_in(ada), await sign_in(grace)

    await services.end_other_sessions(ada, session_id=here_id)

    assert await member_by_session(here) is not None
    assert await member_by_session(there) is None
    assert await member_by_session(hers) is not None


async def test_somebody_elses_session_is_as_good_as_none(database: None) -> None:
    ada, grace = await make_member("Ada"), await make_member("Grace")
    token, session_id = await sign_in(ada)

    for unknown in (session_id, uuid4()):
        with pytest.raises(NotFoundError):
            await services.end_session(grace, unknown)
    await services.sign_out(grace, session_id=session_id)

    assert await member_by_session(token) is not None
    await services.end_session(ada, session_id)
    assert await member_by_session(token) is None


async def test_a_member_is_signed_in_on_twenty_browsers_and_the_one_unused_for_longest_goes(
    database: None, moved_clock: MovedClock
) -> None:
    ada = await make_member("Ada")
    await fetch("DELETE FROM session")
    made = []
    for _ in range(21):
        moved_clock.move(minutes=1)
        made.append(await services.open_session(ada, proved=True))

    found = [await member_by_session(one.token) is not None for one in made]

    assert found == [False] + [True] * 20


async def test_the_newest_of_many_sessions_of_one_moment_stays(database: None, moved_clock: MovedClock) -> None:
    ada = await make_member()

    for _ in range(services.MOST_SESSIONS * 2):  # the clock stands still, so that none of them is older than another
        newest = await services.open_session(ada, proved=True)

        assert await member_by_session(newest.token) is not None

    assert len(await sessions(ada, this=None)) == services.MOST_SESSIONS
