"""What was put off until a time that no clock should ever have shown is brought back.

A clock that ran ahead for a while leaves such times behind once it is right again: the next run of what is done every
minute, the next try of a mail, the claim of a process that has died. Each is put off by so much at most, as those who
write it say; whatever waits for longer waits for a time that was wrong.
"""

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, Final

import structlog

from api import clock
from api.database import fetch
from api.engine import DatabaseUnavailableError
from api.mail import services as mail
from api.webhooks import outbox, patience

if TYPE_CHECKING:
    from pgqueuer import PgQueuer

logger = structlog.get_logger()

SECONDS_BETWEEN_LOOKS: float = 30
LITTLE: Final = timedelta(minutes=1)
"""So far the clocks of several machines may be apart."""
_JOBS: Final = timedelta(hours=1)

_BY_POSTGRESQL: Final[tuple[tuple[str, str, timedelta], ...]] = (
    ("pgqueuer", "execute_after", _JOBS),
    ("pgqueuer", "heartbeat", timedelta(0)),
    ("pgqueuer_schedules", "heartbeat", timedelta(0)),
)
"""Table, column, and how far ahead it may lie when PostgreSQL writes it by its own clock."""
_BY_US: Final[tuple[tuple[str, str, timedelta], ...]] = (
    ("outgoing_mail", "next_try_at", max(mail.TRY_AGAIN_AFTER)),
    ("outgoing_mail", "claimed_until", mail.CLAIMED_FOR),
    ("webhook_delivery", "next_try_at", max(patience.TRY_AGAIN_AFTER) * (1 + patience.JITTER)),
    ("webhook", "rest_until", patience.LONGEST_REST * (1 + patience.JITTER)),
    ("webhook", "claimed_until", outbox.CLAIMED_FOR),
)
"""The same for what we write by ours."""


async def keeping_time(runner: "PgQueuer") -> None:
    """Look every half minute, by a clock that never jumps; it cannot be one of the jobs that it brings back."""
    while True:
        try:
            brought_back = await bring_back(runner)
        except DatabaseUnavailableError:
            brought_back = 0
        if brought_back:
            logger.warning("clock_jumped", brought_back=brought_back)
        await asyncio.sleep(SECONDS_BETWEEN_LOOKS)


async def bring_back(runner: "PgQueuer") -> int:
    """Let be done now what waits for longer than it can have been put off; how much that was."""
    now, found = clock.now(), 0
    for table, column, most in _BY_US:
        found += len(
            await fetch(
                f"UPDATE {table} SET {column} = {{}} WHERE {column} > {{}} RETURNING 1 AS one", now, now + most + LITTLE
            )
        )
    for table, column, most in _BY_POSTGRESQL:
        found += len(
            await fetch(
                f"UPDATE {table} SET {column} = now() WHERE {column} > now() + {{}} RETURNING 1 AS one", most + LITTLE
            )
        )
    for schedule, executor in runner.sm.registry.items():
        found += len(
            await fetch(
                "UPDATE pgqueuer_schedules SET next_run = now() "
                "WHERE entrypoint = {} AND expression = {} AND next_run > now() + {} RETURNING 1 AS one",
                schedule.entrypoint,
                schedule.expression,
                executor.next_in() + LITTLE,
            )
        )
    return found
