"""What the database takes for open is what the machine takes for open, for every row there could be."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from api.connections import request_machine
from api.connections.queries import is_open
from api.connections.request_machine import OPEN, RequestFacts
from api.connections.schemas import Box, RequestState
from api.database import fetch
from tests.moved_clock import MovedClock

pytestmark = pytest.mark.usefixtures("database")

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
SILENCES = ((None, False), (-1, False), (-1, True))
"""When it was declined in silence, and whether for good."""


def _moment(days: int | None) -> datetime | None:
    return None if days is None else NOW + timedelta(days=days)


def _rows() -> list[RequestFacts]:
    left = (None, -3, -2, -1, 0)
    return [
        RequestFacts(
            state=state,
            rounds=0,
            created_at=NOW - timedelta(days=31),
            opened_at=NOW - timedelta(days=31),
            expires_at=NOW + timedelta(days=expires),
            asked_at=_moment(-4 if state is RequestState.ASKED else None),
            closed_at=_moment(None if state in OPEN else -1),
            sender_left_at=_moment(sender_left),
            recipient_left_at=_moment(recipient_left),
            declined_silently_at=_moment(declined),
            closed_silently=for_good,
        )
        for state, expires, sender_left, recipient_left, (declined, for_good) in product(
            RequestState, (-2, -1, 0, 1), left, left, SILENCES
        )
    ]


@pytest.mark.parametrize(
    ("box", "seen"),
    [(Box.SENT, request_machine.as_sender_sees), (Box.RECEIVED, request_machine.as_recipient_sees)],
)
async def test_the_database_and_the_machine_agree_on_what_is_open(
    box: Box, seen: Callable[[RequestFacts], RequestState], moved_clock: MovedClock
) -> None:
    moved_clock._now = NOW
    rows = _rows()
    names = ("state", "expires_at", "sender_left_at", "recipient_left_at", "declined_silently_at")

    found = await fetch(
        "SELECT {} AS open FROM unnest({}::text[], {}::timestamptz[], {}::timestamptz[], {}::timestamptz[], "
        f"{{}}::timestamptz[]) WITH ORDINALITY AS r({', '.join(names)}, number) ORDER BY number",
        is_open(box),
        *([getattr(row, name) for row in rows] for name in names),
    )

    by_the_machine = [seen(request_machine.settled(row, NOW)) in OPEN for row in rows]
    assert [row["open"] for row in found] == by_the_machine
    assert set(by_the_machine) == {True, False}
