"""Reading matches: rows of the stored list, with everything that may have changed since looked up anew."""

from uuid import UUID

import msgspec

from api.accounts.schemas import Member
from api.database import fetch
from api.errors import NotFoundError
from api.matching.considered import NOT_USED, USED
from api.matching.entries import START, MarksOfPair, Position, Row, entries, entry_of, quotes
from api.matching.explanation import kind_of
from api.matching.lists import refresh
from api.matching.marking import with_marks
from api.matching.ranking import KeptPair
from api.matching.schemas import (
    ChoiceState,
    Closeness,
    EmptyMatches,
    MarkedStatement,
    MatchExplained,
    MatchRead,
    ReasonPair,
    Strength,
    WhyEmpty,
)
from api.pagination import DEFAULT_LIMIT, Page, decode_cursor, page_of
from api.profiles import queries as profiles
from api.profiles.errors import PurposeOffError
from api.profiles.schemas import Purpose
from api.profiles.visibility import are_connected, can_see_member, have_open_request


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
        position = START
    elif await profiles.has_purpose(actor.id, purpose):
        position = decode_cursor(cursor, Position)
    else:
        raise PurposeOffError
    found: list[tuple[Position, MatchRead]] = []
    while len(found) <= limit:
        rows = await entries(actor.id, purpose, after=position, most=limit + 1)
        found += await _read(actor, purpose, rows)
        if len(rows) <= limit:
            break
        position = rows[-1].place
    last = found[:limit][-1][0] if found else None
    return page_of([match for _, match in found], limit=limit, position=last)


async def explained(actor: Member, *, purpose: Purpose, member_id: UUID) -> MatchExplained:
    """Why a member is on the actor's list as it was last computed, and what played no part in it.

    Raises:
        NotFoundError: They are not on it, or cannot be met just now.
    """
    found = await _read(actor, purpose, await entry_of(actor.id, purpose, member_id=member_id))
    if not found:
        raise NotFoundError
    return MatchExplained(found[0][1], used=list(USED), not_used=list(NOT_USED))


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


async def _read(actor: Member, purpose: Purpose, rows: list[Row]) -> list[tuple[Position, MatchRead]]:
    """The matches in these rows that still have a reason, with their places in the order of reading."""
    quoted = await quotes(actor.id, purpose, rows)
    summaries = await profiles.member_summaries(actor, [row.member for row in rows])
    found = []
    for row in await with_marks(rows, quoted):
        reasons = [
            _reason(pair, quoted, marks or ([], []))
            for pair, marks in zip(row.pairs, row.marks, strict=True)
            if pair.mine in quoted and pair.theirs in quoted
        ]
        if reasons and row.member in summaries:
            found.append((row.place, MatchRead(summaries[row.member], purpose, _strength(row, reasons), reasons)))
    return found


def _strength(row: Row, reasons: list[ReasonPair]) -> Strength:
    """How much there is in common, as far as it can still be read: what was taken back speaks for nobody."""
    return row.strength if len(reasons) == len(row.pairs) else Strength.SOME


def _reason(pair: KeptPair, quoted: dict[UUID, MarkedStatement], marks: MarksOfPair) -> ReasonPair:
    mine, theirs = quoted[pair.mine], quoted[pair.theirs]
    return ReasonPair(
        kind=kind_of(mine.role, theirs.role),
        closeness=Closeness.CLOSE if pair.close else Closeness.LOOSE,
        mine=msgspec.structs.replace(mine, marks=marks[0]),
        theirs=msgspec.structs.replace(theirs, marks=marks[1]),
    )
