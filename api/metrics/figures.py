"""Figures about the site as a whole, measured by a job: how conversations go, how evenly members are shown, and jobs.

Nothing here is about anybody: what is counted is rounded to fives, a rate or a middle is told of at least twenty, and
none is told for one purpose, as some of those are sensitive.
"""

from datetime import datetime, timedelta

import msgspec

from api import clock
from api.database import fetch, fetch_one, transaction
from api.matching.exposure import SHOWN_FIRST
from api.matching.sharing import COMPUTED_WITHIN

FEWEST = 20
"""Of fewer people or conversations nothing is told."""
ROUNDED_TO = 5
BOTH_WITHIN = timedelta(days=14)
"""Both wrote, twice or more, within so long: that is what counts as a two-way conversation."""
LOOKED_AT = timedelta(days=28)
AGAIN_AFTER = timedelta(hours=1)
"""What takes the database a moment is measured so often; jobs are looked at every time."""

_TALKED = """
    SELECT count(*) AS made, count(*) FILTER (WHERE first_wrote >= 2 AND second_wrote >= 2) AS talked FROM (
        SELECT connection.id,
            count(*) FILTER (WHERE message.author = connection.asker) AS first_wrote,
            count(*) FILTER (WHERE message.author = connection.accepter) AS second_wrote
        FROM connection LEFT JOIN message ON message.connection = connection.id
            AND message.created_at < connection.created_at + {}
        WHERE connection.created_at >= {} AND connection.created_at < {}
        GROUP BY connection.id
    ) AS each_of_them
"""

# Silence is never looked at: only requests that were asked about or accepted, and when that was first.
_ANSWERED = """
    SELECT count(*) AS answered, percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds) AS middle FROM (
        SELECT extract(epoch FROM min(event.at) - request.created_at) AS seconds
        FROM connection_request AS request JOIN request_event AS event ON event.request = request.id
        WHERE request.created_at >= {} AND request.created_at < {} AND event.kind IN ('asked', 'accepted')
        GROUP BY request.id
    ) AS each_of_them
"""

_SHOWN = """
    SELECT count(*) AS members, sum(lists) AS lists,
        sum((2 * place - everyone - 1) * lists) / nullif(max(everyone) * sum(lists), 0) AS gini
    FROM (
        SELECT lists, row_number() OVER (ORDER BY lists) AS place, count(*) OVER () AS everyone FROM (
            SELECT count(entry.position) AS lists FROM (SELECT DISTINCT member FROM statement_vector) AS writing
            LEFT JOIN (
                SELECT entry.member, entry.position FROM match_list AS kept JOIN match_entry AS entry
                ON entry.match_list = kept.id AND entry.position < {} WHERE kept.computed_at > {}
            ) AS entry ON entry.member = writing.member
            GROUP BY writing.member
        ) AS each_of_them
    ) AS in_order
"""

_JOBS = """
    SELECT count(*) AS waiting, coalesce(extract(epoch FROM now() - min(execute_after)), 0) AS oldest
    FROM pgqueuer WHERE status = 'queued' AND execute_after < now()
"""


_WEBHOOKS_WAITING = "SELECT count(*) AS waiting FROM webhook_delivery WHERE next_try_at IS NOT NULL"

_WEBHOOKS = """
    SELECT count(*) FILTER (WHERE delivered_at > {}) AS sent, count(*) FILTER (WHERE dead_at > {}) AS given_up,
        coalesce(sum((
            SELECT count(*) FROM unnest(tried_at, outcomes) AS attempt (at, outcome)
            WHERE attempt.at > {} AND attempt.outcome !~ '^2[0-9][0-9]$'
        )), 0) AS failed
    FROM webhook_delivery WHERE next_try_at IS NOT NULL OR delivered_at > {} OR dead_at > {}
"""


class Figure(msgspec.Struct, frozen=True):
    """One that was measured."""

    name: str
    value: float


async def measure() -> int:
    """Measure jobs, and the rest where that is due; how many figures there are. One process at a time does it."""
    now = clock.now()
    found = await _of_jobs()
    if await _is_due(now):
        found |= await _of_everyone(now)
    async with transaction():
        for name, value in found.items():
            if value is None:
                await fetch("DELETE FROM site_figure WHERE name = {}", name)
            else:
                await fetch(
                    "INSERT INTO site_figure (name, value, measured_at) VALUES ({}, {}, {}) ON CONFLICT (name) "
                    "DO UPDATE SET value = excluded.value, measured_at = excluded.measured_at",
                    name,
                    float(value),
                    now,
                )
    return len(found)


async def figures() -> dict[str, float]:
    """All that were measured, as they were measured last."""
    return {row["name"]: row["value"] for row in await fetch("SELECT name, value FROM site_figure")}


async def _is_due(now: datetime) -> bool:
    row = await fetch_one("SELECT measured_at FROM site_figure WHERE name = 'measured_at'")
    return row is None or row["measured_at"] <= now - AGAIN_AFTER


async def _of_jobs() -> dict[str, float | None]:
    [row] = await fetch(_JOBS)
    [webhooks] = await fetch(_WEBHOOKS_WAITING)
    return {
        "jobs_waiting": row["waiting"],
        "jobs_oldest_seconds": row["oldest"],
        "webhooks_waiting": rounded(webhooks["waiting"]),
    }


async def _of_everyone(now: datetime) -> dict[str, float | None]:
    until = now - BOTH_WITHIN
    async with transaction():
        await fetch("SET LOCAL statement_timeout = 0")
        [talked] = await fetch(_TALKED, BOTH_WITHIN, until - LOOKED_AT, until)
        [answered] = await fetch(_ANSWERED, now - LOOKED_AT, now)
        [shown] = await fetch(_SHOWN, SHOWN_FIRST, now - COMPUTED_WITHIN)
        [webhooks] = await fetch(_WEBHOOKS, *[now - AGAIN_AFTER] * 5)
        [members] = await fetch("SELECT count(*) AS members FROM account WHERE erased_at IS NULL")
    enough_shown = min(shown["members"], shown["lists"] or 0) >= FEWEST
    return {
        "measured_at": now.timestamp(),
        "members": rounded(members["members"]),
        "two_way_conversation_ratio": ratio(talked["talked"], talked["made"]),
        "first_answer_seconds": _to_the_hour(answered["middle"]) if answered["answered"] >= FEWEST else None,
        "exposure_gini": round(float(shown["gini"]), 2) if enough_shown else None,
        **{f"webhooks_{name}": rounded(int(webhooks[name])) for name in ("sent", "failed", "given_up")},
    }


def rounded(number: int) -> int:
    """A number of people, or of what is sent to them, rounded so that nobody can be told from the rest by it."""
    return ROUNDED_TO * round(number / ROUNDED_TO)


def ratio(some: int, everyone: int) -> float | None:
    """How many of them, of numbers that are rounded first; None of too few."""
    return None if everyone < FEWEST else min(1.0, rounded(some) / rounded(everyone))


def _to_the_hour(seconds: float) -> float:
    return 3600 * max(1, round(float(seconds) / 3600))
