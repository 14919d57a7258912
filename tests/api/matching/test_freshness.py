"""When a list is computed anew."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from api.matching.freshness import Due, ListState, due, due_ahead

NOON = datetime(2030, 5, 4, 12, tzinfo=UTC)
FRESH_AND_LONG = ListState(own_now="same", computed_at=NOON, own="same", others_now="7", others="7", entries=40)

changed = {"others_now": "8"}
edited = {"others_now": "8", "own_now": "other"}
used_up = {"own_edits": 20, "own_edits_on": NOON.date()}
day = timedelta(days=1, seconds=1)
hour, moment = timedelta(hours=1, seconds=1), timedelta(seconds=1)


@pytest.mark.parametrize(
    ("state", "later", "expected"),
    [
        ({"computed_at": None}, moment, Due.CHANGED),
        ({}, moment, Due.NOT_YET),
        ({}, hour, Due.SOON),
        ({}, day, Due.CHANGED),
        (changed, moment, Due.NOT_YET),
        (changed, hour, Due.SOON),
        (changed, day, Due.CHANGED),
        (changed | {"entries": 19}, moment, Due.CHANGED),
        (changed | {"entries": 20}, moment, Due.NOT_YET),
        ({"entries": 0}, moment, Due.NOT_YET),
        ({"entries": 0}, hour, Due.SOON),
        (edited, moment, Due.OWN_EDIT),
        ({"stale": True}, moment, Due.OWN_EDIT),
        (edited | used_up, moment, Due.NOT_YET),
        (edited | used_up, hour, Due.SOON),
        (edited | used_up | {"own_edits": 19}, moment, Due.OWN_EDIT),
        (edited | used_up, timedelta(days=1), Due.OWN_EDIT),
    ],
)
def test_a_list_is_computed_when_it_is_due(state: dict[str, object], later: timedelta, expected: Due) -> None:
    assert due(msgspec.structs.replace(FRESH_AND_LONG, **state), NOON + later) is expected


@pytest.mark.parametrize(
    ("state", "later", "expected"),
    [
        ({"computed_at": None}, moment, Due.CHANGED),
        (changed, moment, Due.NOT_YET),
        (changed, hour, Due.CHANGED),
        (edited, moment, Due.OWN_EDIT),
        (edited | used_up | {"own_edits": 9}, moment, Due.OWN_EDIT),
        (edited | used_up | {"own_edits": 10}, moment, Due.NOT_YET),
        (edited | used_up | {"own_edits": 10}, hour, Due.CHANGED),
    ],
)
def test_a_job_leaves_the_last_own_edits_of_a_day_for_visits(
    state: dict[str, object], later: timedelta, expected: Due
) -> None:
    assert due_ahead(msgspec.structs.replace(FRESH_AND_LONG, **state), NOON + later) is expected
