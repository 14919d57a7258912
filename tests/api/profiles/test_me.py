"""One's own account: reading, changing, leaving."""

from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import anyio
import asyncpg
import pytest

from api.accounts import services as accounts
from api.accounts.queries import member_by_session
from api.accounts.schemas import Meets
from api.database import fetch
from api.errors import InvalidError, NotFoundError
from api.privacy.erasure import erase
from api.profiles import queries
from api.profiles.me import end_pauses, update_me
from api.profiles.schemas import MeUpdate, Purpose
from api.settings import settings
from tests.api.profiles.relations import ask, block, connect, pause
from tests.factories import PASSWORD, email_of, make_member, make_statement
from tests.moved_clock import MovedClock

LEEDS = 2644688


async def test_all_about_oneself_can_be_changed_and_read(database: None, moved_clock: MovedClock) -> None:
    ada = await make_member()
    until = moved_clock.now() + timedelta(days=7)

    changed = await update_me(
        ada,
        change=MeUpdate(
            display_name=" Ada L. ",
            pronouns=" she/her ",
            place_id=LEEDS,
            meets=Meets.IN_PERSON_TOO,
            languages=["en", "pt-BR", "zh-Hant", "en"],
            request_capacity=20,
            paused_until=until,
        ),
    )

    assert changed == await queries.me(ada)
    assert (changed.display_name, changed.pronouns, changed.place) == ("Ada L.", "she/her", "Leeds, United Kingdom")
    assert (changed.meets, changed.request_capacity, changed.paused_until) == (Meets.IN_PERSON_TOO, 20, until)
    assert changed.languages == ["en", "pt-BR", "zh-Hant"]


async def test_what_is_left_out_stays_and_what_is_null_is_taken_away(database: None) -> None:
    ada = await make_member()
    before = await update_me(ada, change=MeUpdate(pronouns="she/her", place_id=LEEDS, languages=["en"]))

    nothing = await update_me(ada, change=MeUpdate())
    taken_away = await update_me(ada, change=MeUpdate(pronouns=None, place_id=None, paused_until=None))

    assert nothing == before
    assert (taken_away.pronouns, taken_away.place_id, taken_away.place) == (None, None, None)
    assert taken_away.languages == ["en"]
    assert (await update_me(ada, change=MeUpdate(pronouns="  "))).pronouns is None


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("display_name", " ", "missing"),
        ("display_name", "x" * 61, "too-long"),
        ("display_name", "Ada +44 7700 900123", "contact-details"),
        ("pronouns", "x" * 41, "too-long"),
        ("pronouns", "t.me/ada_at_work", "contact-details"),
        ("pronouns", "a\nb", "bad-characters"),
        ("place_id", 1, "no-such-place"),
        ("place_id", 2**40, "no-such-place"),
        ("languages", ["english please"], "no-such-language"),
        ("languages", [f"a{letter}" for letter in "abcdefghijk"], "too-many"),
        ("request_capacity", 0, "out-of-range"),
        ("request_capacity", 21, "out-of-range"),
        ("paused_until", datetime(2099, 1, 1), "no-time-zone"),  # noqa: DTZ001  (the lack of a zone is the point)
        ("paused_until", datetime.fromisoformat("2020-01-01T00:00:00Z"), "out-of-range"),
        ("paused_until", datetime.fromisoformat("9999-12-31T23:59:59-12:00"), "out-of-range"),
    ],
)
async def test_what_cannot_be_used_is_refused_with_its_field(database: None, field: str, value: Any, code: str) -> None:
    ada = await make_member()
    before = await queries.me(ada)

    with pytest.raises(InvalidError) as refusal:
        await update_me(ada, change=MeUpdate(**{"meets": Meets.ONLINE, field: value}))

    assert [(error.pointer, error.code) for error in refusal.value.errors] == [(f"/{field}", code)]
    assert await queries.me(ada) == before


async def test_every_field_that_cannot_be_used_is_named_at_once(database: None) -> None:
    ada = await make_member()

    with pytest.raises(InvalidError) as refusal:
        await update_me(ada, change=MeUpdate(display_name="", place_id=1, request_capacity=99))

    assert {error.pointer for error in refusal.value.errors} == {"/display_name", "/place_id", "/request_capacity"}


@pytest.mark.parametrize("beside", ["Wherefore moderator", "your admin", "\u1d21herefore"])
async def test_what_stands_behind_a_name_speaks_for_nobody_else(database: None, beside: str) -> None:
    """It is read as part of the name: "Anna (Wherefore moderator)"."""
    ada = await make_member()

    with pytest.raises(InvalidError) as refusal:
        await update_me(ada, change=MeUpdate(pronouns=beside))

    assert [error.pointer for error in refusal.value.errors] == ["/pronouns"]


async def test_moving_house_moves_the_vectors(database: None) -> None:
    ada = await make_member(purposes=[Purpose.HOBBY, Purpose.INTEREST], statements=["I mend old clocks."])

    await update_me(ada, change=MeUpdate(place_id=LEEDS))

    assert [row["cell"] for row in await fetch("SELECT cell FROM statement_vector")] == [LEEDS]


async def test_a_pause_that_is_over_is_forgotten_once(database: None, moved_clock: MovedClock) -> None:
    ada, ben = await make_member("Ada"), await make_member("Ben")
    now = moved_clock.now()
    await update_me(ada, change=MeUpdate(paused_until=now + timedelta(hours=2)))
    await update_me(ben, change=MeUpdate(paused_until=now + timedelta(days=2)))

    moved_clock.move(hours=2)
    ended = [await end_pauses(), await end_pauses()]

    assert ended == [1, 0]
    assert ((await queries.me(ada)).paused_until, (await queries.me(ben)).paused_until) == (
        None,
        now + timedelta(days=2),
    )


async def test_pauses_that_end_never_wait_in_a_circle_with_who_holds_members_in_order(
    database: None, moved_clock: MovedClock
) -> None:
    low, high = sorted([await make_member(), await make_member()], key=lambda member: member.id)
    for member in (high, low):  # so that a scan of the table finds the higher id first
        await pause(member, hours=1)
    moved_clock.move(hours=2)
    hold = "SELECT 1 FROM account WHERE id = $1 FOR NO KEY UPDATE"
    waiting = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    other = await asyncpg.connect(settings().database_url)
    try:
        async with anyio.create_task_group() as both, other.transaction():
            await other.execute(hold, low.id)
            both.start_soon(end_pauses)
            with anyio.fail_after(30):
                while not await other.fetchval(waiting):  # noqa: ASYNC110 - only PostgreSQL knows
                    await anyio.sleep(0.01)
            await other.execute(f"{hold} NOWAIT", high.id)
    finally:
        await other.close()

    assert [row["paused_until"] for row in await fetch("SELECT paused_until FROM account")] == [None, None]


async def test_those_who_only_meet_online_are_nowhere_in_matching(database: None) -> None:
    ada = await make_member(statements=["I mend old clocks."])
    await update_me(ada, change=MeUpdate(place_id=LEEDS, meets=Meets.ONLINE))
    await make_statement(ada, "Bells, and how they are cast.")
    online = await fetch("SELECT cell FROM statement_vector")

    await update_me(ada, change=MeUpdate(meets=Meets.ONLINE_FIRST))

    assert [row["cell"] for row in online] == [None, None]
    assert [row["cell"] for row in await fetch("SELECT cell FROM statement_vector")] == [LEEDS, LEEDS]


async def test_leaving_takes_everything_along(database: None) -> None:
    ada = await make_member("Ada", purposes=[Purpose.BELIEF, Purpose.HOBBY], statements=["I keep silence on Sundays."])
    grace, third = await make_member("Grace", statements=["Hers."]), await make_member("Third")
    await connect(ada, grace)
    await ask(third, ada)
    await block(ada, third)
    session = await accounts.sign_in(email=await email_of(ada.id), password=PASSWORD)

    await erase(ada.id)

    assert await traces_of(ada.id) == []
    assert await member_by_session(session.token) is None
    assert [statement.text for statement in (await queries.my_statements(grace)).items] == ["Hers."]
    with pytest.raises(NotFoundError):
        await queries.me(ada)


async def test_an_address_that_was_given_up_can_be_taken_again(database: None) -> None:
    ada = await make_member(email="ada@example.org")
    await erase(ada.id)

    again = await make_member("Another", email="ada@example.org")

    assert again.id != ada.id


async def test_writing_while_leaving_leaves_nothing_behind(database: None) -> None:
    ada = await make_member()

    async def write(number: int) -> None:
        with suppress(NotFoundError):
            await make_statement(ada, f"I mend clock {number}.")

    async with anyio.create_task_group() as together:
        together.start_soon(lambda: erase(ada.id))
        for number in range(6):
            together.start_soon(write, number)
            await anyio.sleep(0.02)

    assert await traces_of(ada.id) == []


async def traces_of(member_id: object) -> list[str]:
    """The tables in whose rows an id still stands."""
    tables = await fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    return [
        row["tablename"]
        for row in tables
        if await fetch(f'SELECT 1 FROM "{row["tablename"]}" AS every WHERE every::text LIKE {{}}', f"%{member_id}%")
    ]
