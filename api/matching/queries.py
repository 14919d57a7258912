"""Reading matches: rows of the stored list, with everything that may have changed since looked up anew."""

from typing import Annotated, Any, NamedTuple
from uuid import UUID

import msgspec
from msgspec import Meta

from api import clock
from api.accounts.schemas import Member
from api.database import fetch
from api.matching.lists import refresh
from api.matching.ranking import MOST_ENTRIES
from api.matching.schemas import ChoiceState, EmptyMatches, MatchRead, ReasonPair, Strength, WhyEmpty
from api.pagination import DEFAULT_LIMIT, Page, decode_cursor, page_of
from api.profiles import queries as profiles
from api.profiles.errors import PurposeOffError
from api.profiles.schemas import Purpose, QuotedStatement, Role
from api.profiles.visibility import are_connected, can_read_statement, can_see_member, have_open_request


class _Position(NamedTuple):
    """A place in the order of reading."""

    later: bool
    """Whether the member was put off until later: they come after all others."""
    position: Annotated[int, Meta(ge=-1, le=MOST_ENTRIES)]


_START = _Position(later=False, position=-1)


async def matches(
    actor: Member, *, purpose: Purpose, limit: int = DEFAULT_LIMIT, cursor: str | None = None
) -> Page[MatchRead]:
    """Members worth meeting for a purpose, best first, those put off until later at the end.

    The first part brings the list up to date when it is due; further parts go on in the list as it is.

    Raises:
        PurposeOffError: The actor has not switched the purpose on.
        InvalidError: The cursor is not one of this list.
    """
    if cursor is None:
        await refresh(actor, purpose)
        position = _START
    elif await profiles.has_purpose(actor.id, purpose):
        position = decode_cursor(cursor, _Position)
    else:
        raise PurposeOffError
    found: list[tuple[_Position, MatchRead]] = []
    while len(found) <= limit:
        rows = await _entries(actor.id, purpose, after=position, most=limit + 1)
        found += await _read(actor, purpose, rows)
        if len(rows) <= limit:
            break
        position = _position(rows[-1])
    last = found[:limit][-1][0] if found else None
    return page_of([match for _, match in found], limit=limit, position=last)


async def why_empty(actor: Member, *, purpose: Purpose) -> EmptyMatches:
    """What an empty list is empty of, and where the actor is more likely to find someone.

    Raises:
        PurposeOffError: The actor has not switched the purpose on.
    """
    switched_on = [mine.purpose for mine in await profiles.my_purposes(actor)]
    if purpose not in switched_on:
        raise PurposeOffError
    nearest = None
    for other in switched_on:
        if other != purpose and (await matches(actor, purpose=other, limit=1)).items:
            nearest = other
            break
    read_poorly = await profiles.all_read_poorly(actor, purpose=purpose)
    return EmptyMatches(why=await _why(actor.id, purpose), nearest_purpose=nearest, read_poorly=read_poorly)


async def _why(viewer_id: UUID, purpose: Purpose) -> WhyEmpty:
    if not await fetch("SELECT 1 FROM statement_vector WHERE member = {} AND purpose = {} LIMIT 1", viewer_id, purpose):
        return WhyEmpty.ADD_STATEMENTS
    set_aside = await fetch(
        "SELECT 1 FROM match_choice AS chosen JOIN statement_vector AS theirs "
        "ON theirs.member = chosen.member AND theirs.purpose = {} "
        "WHERE chosen.viewer = {} AND chosen.state = {} AND {} LIMIT 1",
        purpose,
        viewer_id,
        ChoiceState.NOT_FOR_ME,
        can_see_member(viewer_id, "chosen.member"),
    )
    if set_aside:
        return WhyEmpty.ALL_SET_ASIDE
    met = await fetch(
        "SELECT 1 FROM statement_vector AS theirs WHERE theirs.purpose = {} AND theirs.member <> {} AND ({} OR {}) "
        "AND {} LIMIT 1",
        purpose,
        viewer_id,
        have_open_request(viewer_id, "theirs.member"),
        are_connected(viewer_id, "theirs.member"),
        can_see_member(viewer_id, "theirs.member"),
    )
    return WhyEmpty.ALL_ASKED if met else WhyEmpty.NOBODY_YET


async def _entries(viewer_id: UUID, purpose: Purpose, *, after: _Position, most: int) -> list[dict[str, Any]]:
    """Rows of the stored list whose members could still be met."""
    return await fetch(
        _ENTRIES,
        ChoiceState.LATER,
        viewer_id,
        purpose,
        clock.now(),
        ChoiceState.NOT_FOR_ME,
        are_connected(viewer_id, "entry.member"),
        have_open_request(viewer_id, "entry.member"),
        can_see_member(viewer_id, "entry.member"),
        clock.now(),
        *after,
        most,
    )


_ENTRIES = """
    SELECT * FROM (
        SELECT entry.member, entry.position, entry.strength, entry.reasons, kept.computed_at,
            coalesce(chosen.state = {}, false) AS later
        FROM match_list AS kept
        JOIN match_entry AS entry ON entry.match_list = kept.id
        JOIN account AS other ON other.id = entry.member
        LEFT JOIN match_choice AS chosen ON chosen.viewer = kept.viewer AND chosen.member = entry.member
        WHERE kept.viewer = {} AND kept.purpose = {}
        AND (other.paused_until IS NULL OR other.paused_until <= {})
        AND chosen.state IS DISTINCT FROM {}
        AND NOT {} AND NOT {} AND {}
        AND other.request_capacity > (
            SELECT count(*) FROM connection_request AS waiting WHERE waiting.recipient = other.id
            AND waiting.state = 'pending' AND waiting.declined_silently_at IS NULL AND waiting.expires_at > {}
        )
    ) AS readable
    WHERE (later, position) > ({}, {}) ORDER BY later, position LIMIT {}
"""


async def _read(actor: Member, purpose: Purpose, rows: list[dict[str, Any]]) -> list[tuple[_Position, MatchRead]]:
    """The matches in these rows that still have a reason, with their places in the order of reading."""
    pairs = {row["member"]: msgspec.json.decode(row["reasons"], type=list[tuple[UUID, UUID]]) for row in rows}
    quoted = await _quotes(
        actor.id, purpose, rows, {key for of_one in pairs.values() for pair in of_one for key in pair}
    )
    summaries = await profiles.member_summaries(actor, pairs)
    found = []
    for row in rows:
        reasons = [
            ReasonPair(mine=quoted[mine], theirs=quoted[theirs])
            for mine, theirs in pairs[row["member"]]
            if mine in quoted and theirs in quoted
        ]
        if reasons and row["member"] in summaries:
            match = MatchRead(summaries[row["member"]], purpose, Strength(row["strength"]), reasons)
            found.append((_position(row), match))
    return found


async def _quotes(
    viewer_id: UUID, purpose: Purpose, rows: list[dict[str, Any]], keys: set[UUID]
) -> dict[UUID, QuotedStatement]:
    """Those of the statements that the viewer may read and that are as they were when the list was computed."""
    if not rows:
        return {}
    found = await fetch(
        "SELECT quoted.id, quoted.role, quoted.text, quoted.language FROM statement AS quoted "
        "WHERE quoted.id = ANY({}::uuid[]) AND quoted.purpose = {} AND quoted.audience = 'purpose' "
        "AND quoted.updated_at <= {} AND {}",
        list(keys),
        purpose,
        rows[0]["computed_at"],
        can_read_statement(viewer_id, "quoted"),
    )
    return {row["id"]: QuotedStatement(row["id"], Role(row["role"]), row["text"], row["language"]) for row in found}


def _position(row: dict[str, Any]) -> _Position:
    return _Position(row["later"], row["position"])
