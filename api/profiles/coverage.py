"""How far the vectors of each model are: whether nothing is missing, and who serves with which model."""

from datetime import timedelta

from api import clock
from api.database import fetch, fetch_one, patient_transaction

LOOKED_AT_EVERY = timedelta(hours=1)
"""Vectors of one model go missing only while processes serve with different ones, so a look now and then is enough."""
SERVED_WITHIN = timedelta(minutes=10)
"""Whoever serves says so every minute, and while it catches up every five."""

UNENCODED = """
    FROM statement AS written
    JOIN member_purpose AS switched ON switched.member = written.author AND switched.purpose = written.purpose
    WHERE written.audience = 'purpose' AND NOT EXISTS (SELECT 1 FROM statement_vector AS there
        WHERE there.statement = written.id AND there.purpose = written.purpose AND there.model = {})
    AND written.author NOT IN (SELECT id FROM account WHERE erased_at IS NOT NULL)
"""
"""Statements that others may be matched on and that have no vector of a model. Who asked to be erased has none."""


async def how_many_missing(model: str) -> int:
    """How many statements that take part in matching have no vector of a model; takes seconds for millions."""
    async with patient_transaction():
        rows = await fetch(f"SELECT count(*) AS missing {UNENCODED}", model)
        return int(rows[0]["missing"])


async def write_down(model: str, *, missing: int) -> None:
    """Keep what was just found out."""
    await fetch(
        "INSERT INTO model_coverage (model, missing, looked_at) VALUES ({}, {}, {}) "
        "ON CONFLICT (model) DO UPDATE SET missing = excluded.missing, looked_at = excluded.looked_at",
        model,
        missing,
        clock.now(),
    )


async def missing_when_last_looked(model: str) -> int | None:
    """How many vectors of a model were missing when somebody last looked; None when nobody has."""
    row = await fetch_one("SELECT missing FROM model_coverage WHERE model = {}", model)
    return None if row is None else row["missing"]


async def is_covered(model: str) -> bool:
    """Whether nothing was missing when somebody looked within the hour, and the model has been served with since.

    Until a model is served with, each edit takes the edited statement's vector of it away again.
    """
    return await is_served(model) and bool(
        await fetch(
            "SELECT 1 FROM model_coverage WHERE model = {} AND missing = 0 AND looked_at > {}",
            model,
            clock.now() - LOOKED_AT_EVERY,
        )
    )


async def say_served(model: str) -> None:
    """Say that a process serves with a model."""
    await fetch("UPDATE model_coverage SET served_at = {} WHERE model = {}", clock.now(), model)


async def is_served(model: str) -> bool:
    """Whether somebody has served with a model in the last minutes."""
    return bool(
        await fetch(
            "SELECT 1 FROM model_coverage WHERE model = {} AND served_at > {}", model, clock.now() - SERVED_WITHIN
        )
    )


async def other_models_served(model: str) -> list[str]:
    """The names of other models with which somebody has served in the last minutes."""
    rows = await fetch(
        "SELECT model FROM model_coverage WHERE model <> {} AND served_at > {} ORDER BY model",
        model,
        clock.now() - SERVED_WITHIN,
    )
    return [row["model"] for row in rows]
