"""What members read of the texts they gave, and moderators of all disagreements."""

from datetime import UTC

import msgspec

from api import clock
from api.accounts.schemas import Member
from api.database import fetch, fetch_as
from api.disagreements.schemas import FindingSeen, GivenText, TextKept
from api.disagreements.services import TEXTS_KEPT
from api.errors import NotFoundError
from api.sealing import open_in

MOST_TEXTS = 50


async def given_texts(actor: Member) -> list[GivenText]:
    """The texts that the actor let be kept, newest first."""
    rows = await fetch(
        "SELECT id, code, judged, text, created_at, created_at + {} AS kept_until FROM disagreement_text "
        "WHERE member = {} AND created_at > {} ORDER BY created_at DESC, id",
        TEXTS_KEPT,
        actor.id,
        clock.now() - TEXTS_KEPT,
    )
    open_in(rows, text="disagreement_text.text")
    return msgspec.convert(rows, list[GivenText])


async def findings_called_wrong(actor: Member) -> list[FindingSeen]:
    """How often each finding was shown and called wrong within 90 days, the most often called wrong first.

    Raises:
        NotFoundError: The actor is no moderator.
    """
    _check_moderator(actor)
    since = (clock.now() - TEXTS_KEPT).astimezone(UTC).date()
    return await fetch_as(
        FindingSeen,
        "SELECT code, judged, engine, coalesce(s.times, 0) AS shown, coalesce(d.times, 0) AS called_wrong FROM "
        "(SELECT code, judged, engine, sum(times)::int AS times FROM finding_shown WHERE day >= {} GROUP BY 1, 2, 3) "
        "AS s FULL JOIN (SELECT code, judged, engine, count(*)::int AS times FROM disagreement WHERE day >= {} "
        "GROUP BY 1, 2, 3) AS d USING (code, judged, engine) "
        "ORDER BY called_wrong DESC, shown DESC, code, judged, engine",
        since,
        since,
    )


async def texts_kept(actor: Member) -> list[TextKept]:
    """The latest texts that their writers let be kept, newest first.

    Raises:
        NotFoundError: The actor is no moderator.
    """
    _check_moderator(actor)
    rows = await fetch(
        "SELECT id, code, judged, text, created_at FROM disagreement_text WHERE created_at > {} "
        "ORDER BY created_at DESC, id LIMIT {}",
        clock.now() - TEXTS_KEPT,
        MOST_TEXTS,
    )
    open_in(rows, text="disagreement_text.text")
    return msgspec.convert(rows, list[TextKept])


def _check_moderator(actor: Member) -> None:
    if not actor.is_moderator:
        raise NotFoundError
