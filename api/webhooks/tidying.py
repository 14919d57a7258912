"""What goes by itself: deliveries that waited too long or are too many, what is kept of others, and old secrets."""

from datetime import timedelta
from typing import Final

from piccolo.querystring import QueryString

from api import clock
from api.database import fetch
from api.webhooks import outbox
from api.webhooks.patience import OLDEST

KEPT: Final = timedelta(days=14)
"""What became of a delivery, from when it arrived or was given up."""
MOST_WAITING: Final = 1000
"""Deliveries that may wait for one webhook; of more the oldest are given up."""
MOST_KEPT: Final = 1000
"""Ended deliveries of one webhook that are kept; of more the oldest go."""
MOST_AT_A_TIME: Final = 500
"""What one round gives up, so that a round ends; the next one goes on."""


async def tidy_deliveries() -> int:
    """The job: give up what waited too long or is too many, forget what has ended; how many were given up."""
    given_up = 0
    for due in await outbox.waiting(QueryString("{} LIMIT {}", _hopeless(), MOST_AT_A_TIME)):
        if await outbox.may_be_sent(due):  # else it is gone without a trace
            await outbox.give_up(due)
            given_up += 1
    await forget_deliveries()
    await fetch(
        "UPDATE webhook SET old_secret = NULL, old_secret_until = NULL WHERE old_secret_until <= {}", clock.now()
    )
    return given_up


async def forget_deliveries() -> int:
    """Delete what is kept of deliveries that ended long ago, or of too many; how many."""
    over = clock.now() - KEPT
    gone = await fetch(
        "DELETE FROM webhook_delivery WHERE delivered_at <= {} OR dead_at <= {} OR id IN ("
        "SELECT id FROM (SELECT id, row_number() OVER (PARTITION BY webhook ORDER BY created_at DESC, id) AS place "
        "FROM webhook_delivery WHERE next_try_at IS NULL) AS ended WHERE place > {}) RETURNING id",
        over,
        over,
        MOST_KEPT,
    )
    return len(gone)


def _hopeless() -> QueryString:
    """Whether a delivery `d` has waited too long, be it for a webhook that is off, or there are too many after it."""
    return QueryString(
        "(d.queued_at <= {} OR d.id IN (SELECT id FROM (SELECT id, row_number() OVER "
        "(PARTITION BY webhook ORDER BY queued_at DESC, id) AS place FROM webhook_delivery "
        "WHERE next_try_at IS NOT NULL) AS waiting WHERE place > {}))",
        clock.now() - OLDEST,
        MOST_WAITING,
    )
