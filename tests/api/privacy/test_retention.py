"""Nothing is kept for longer than the table of retention says, and nothing goes before."""

import pytest

from api import clock
from api.connections import services as requests
from api.connections.queries import slots
from api.privacy.retention import OURS, RETENTION, Retention, apply_retention
from api.worker import SCHEDULE
from scripts.privacy_tables import PAGE, between, written
from tests.api.connections.making import make_recipient, make_request
from tests.api.privacy.long_ago import PLANTED, count, ended_connection
from tests.factories import make_member
from tests.moved_clock import MovedClock

pytestmark = pytest.mark.usefixtures("database")


@pytest.mark.parametrize("row", RETENTION, ids=lambda row: row.name)
async def test_it_goes_when_its_time_is_over_and_not_before(row: Retention, moved_clock: MovedClock) -> None:
    left = await PLANTED[row.name](clock.now())
    there = await left()

    if row.after:
        moved_clock.move(seconds=row.after.total_seconds() - 86_400)
        await row.apply()
        before = await left()
        moved_clock.move(days=1)
    else:
        moved_clock.move(seconds=-1)
        await row.apply()
        before = await left()
        moved_clock.move(seconds=1)
    await row.apply()

    assert there > 0
    assert before == there, "it went too early"
    assert await left() == 0


def test_every_row_is_tested_and_applied_by_a_job_that_is_scheduled() -> None:
    scheduled = {name: job for name, _, job in SCHEDULE}

    assert set(PLANTED) == {row.name for row in RETENTION}
    assert scheduled[OURS] is apply_retention
    for row in RETENTION:
        assert row.job == OURS or scheduled[row.job] is row.apply, row.name


def test_the_page_about_privacy_shows_the_table_as_it_is() -> None:
    page = PAGE.read_text()

    assert page == written(page), "Run `python -m scripts.privacy_tables`."
    assert between(page, "retention").count("\n| ") == len(RETENTION)


async def test_what_two_wrote_counts_for_their_slots_after_the_words_are_gone(moved_clock: MovedClock) -> None:
    ada, _, _ = await ended_connection()
    before = await slots(ada)

    moved_clock.move(days=8)
    await apply_retention()

    assert (await slots(ada)).allowed == before.allowed


async def test_a_request_whose_connection_goes_on_stays(moved_clock: MovedClock) -> None:
    ada, grace = await make_member("Ada"), await make_recipient("Grace")
    sent = await make_request(ada, grace)
    await requests.accept_request(grace, sent.id)

    moved_clock.move(days=1000)
    await apply_retention()

    assert await count("connection_request", f"id = '{sent.id}'") == 1
