"""Reading matches: rows of the stored list, with everything that may have changed since looked up anew."""

from collections.abc import Sequence
from uuid import UUID

from api.accounts.schemas import Member
from api.database import fetch
from api.errors import NotFoundError
from api.limits.people import Seen, see, see_one
from api.matching.considered import NOT_USED, USED
from api.matching.entries import (
    MARK,
    START,
    Marks,
    MarksOfPair,
    Position,
    Quote,
    QuotedPair,
    Row,
    entries,
    entry_of,
    mark_of,
)
from api.matching.explanation import kind_of
from api.matching.lists import refreshed
from api.matching.marking import with_marks
from api.matching.of_the_day import in_order, keep_shown, shown_before, today
from api.matching.schemas import (
    ChoiceState,
    Closeness,
    EmptyMatches,
    HeldBack,
    MarkedStatement,
    MatchExplained,
    MatchPage,
    MatchRead,
    ReasonPair,
    Strength,
    WhyEmpty,
)
from api.pagination import DEFAULT_LIMIT, open_cursor, seal_cursor
from api.profiles import queries as profiles
from api.profiles.errors import PurposeOffError
from api.profiles.places import place_label
from api.profiles.schemas import MemberSummary, Purpose
from api.profiles.visibility import are_connected, can_see_member, have_open_request

_STEP = 16
"""A cursor has room for so many members, or twice as many, and so on."""
_MOST_GIVEN = 400
"""Twice a list: who goes on reading for days, while it changes, does not get cursors that fit into no address."""

DAYS_CHOSEN_FROM = 4
"""The first page goes round among so many days' people of each purpose, as long as they are the first of its list."""


async def matches(
    actor: Member, *, purpose: Purpose, limit: int = DEFAULT_LIMIT, cursor: str | None = None
) -> MatchPage:
    """Members worth meeting for a purpose, best first, those put off until later at the end.

    The first part brings the list up to date when it is due; further parts go on in the list as it is. Whoever is new
    to the actor counts for their quota of people seen; beyond it they are left out, and the page says so.

    Raises:
        PurposeOffError: The actor has not switched the purpose on.
        InvalidError: The cursor is not one of this list.
    """
    shown, following = await _rows(actor, purpose, limit=limit, cursor=cursor)
    seen = await see(actor.id, [row.member for _, row in shown])
    items = await _read(purpose, [row for _, row in shown if row.member in seen.shown])
    return MatchPage(items, following, _held_back(seen))


async def people_of_the_day(actor: Member, *, purposes: Sequence[Purpose], most: int) -> MatchPage:
    """A few matches for the first page: the same ones all day, others tomorrow, nobody twice.

    They are the first of each purpose in turn, those first who were not on it for longest, and nobody whom the actor
    put off. Another takes the place of whoever cannot be met any more, whatever the cause, so that nothing tells it.
    Only those that are shown count as seen.

    Raises:
        PurposeOffError: The actor has not switched one of the purposes on.
    """
    lists = [(purpose, (await _rows(actor, purpose, limit=DAYS_CHOSEN_FROM * most))[0]) for purpose in purposes]
    longest = max((len(rows) for _, rows in lists), default=0)
    placed = [(purpose, rows[place]) for place in range(longest) for purpose, rows in lists if place < len(rows)]
    shown = await shown_before(actor)
    chosen = [one for one in shown if one.day == today() and one.purpose in purposes]
    read = {(purpose, row.member) for purpose, (_, row) in placed}
    for one in chosen:  # further down by now
        if (one.purpose, one.member) not in read:
            part = await entry_of(actor.id, one.purpose, member_id=one.member)
            placed += [(one.purpose, row) for row in part.rows]
    already, others = in_order([(purpose, row) for purpose, (at, row) in placed if not at.later], shown)
    fresh = others[: max(most - len(already), 0)]
    seen = await see(actor.id, [row.member for _, row in (*already, *fresh)])
    await keep_shown(actor, [row for _, row in fresh if row.member in seen.shown])
    items = [(await _read(purpose, [row]))[0] for purpose, row in (*already, *fresh) if row.member in seen.shown]
    return MatchPage(items, None, _held_back(seen))


def _held_back(seen: Seen) -> HeldBack | None:
    return None if seen.reached is None else HeldBack(seen.reached.more_at, seen.reached.detail)


async def _rows(
    actor: Member, purpose: Purpose, *, limit: int, cursor: str | None = None
) -> tuple[list[tuple[Position, Row]], str | None]:
    """A part of a list, and where the next begins; nobody in it counts as seen yet."""
    given = _given(cursor, actor, purpose)
    if cursor is None:
        part = await refreshed(actor, purpose, most=limit + 1)
    else:
        part = await entries(actor.id, purpose, after=START, most=limit + 1, given=given)
    found = part.rows
    while len(found) <= limit and part.end is not None:
        part = await entries(actor.id, purpose, after=part.end, most=limit + 1, given=given)
        found += part.rows
    shown = found[:limit]
    following = (
        _cursor(given + [mark_of(row.member) for _, row in shown], actor, purpose) if len(found) > limit else None
    )
    return shown, following


async def explained(actor: Member, *, purpose: Purpose, member_id: UUID) -> MatchExplained:
    """Why a member is on the actor's list as it was last computed, and what played no part in it.

    Raises:
        QuotaReachedError: They are new to the actor, who may see nobody new just now; on the list or not.
        NotFoundError: They are not on it, or cannot be met just now.
    """
    part = await entry_of(actor.id, purpose, member_id=member_id)
    await see_one(actor.id, member_id, there=bool(part.rows))  # before any work that a refusal would take longer for
    if not part.rows:
        raise NotFoundError
    [found] = await _read(purpose, [row for _, row in part.rows])
    return MatchExplained(found, used=list(USED), not_used=list(NOT_USED))


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
        if other != purpose and (await _rows(actor, other, limit=1))[0]:
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


def _given(cursor: str | None, actor: Member, purpose: Purpose) -> list[bytes]:
    """Whom the parts before a cursor had, as `mark_of` knows them."""
    if cursor is None:
        return []
    packed = open_cursor(cursor, belongs_to=_list_of(actor, purpose))
    return [packed[at : at + MARK] for at in range(0, len(packed), MARK)]


def _cursor(given: list[bytes], actor: Member, purpose: Purpose) -> str:
    """Whom this part and those before it had: the list may be computed anew before the next one is read.

    No place in the list would do, as everybody may move by one. Sealed, and in steps of some length: who cannot be met
    just now, or is held back, is nobody's to tell.
    """
    given = given[-_MOST_GIVEN:]
    filled = given + [bytes(MARK)] * (-len(given) % _STEP)
    return seal_cursor(b"".join(filled), belongs_to=_list_of(actor, purpose))


def _list_of(actor: Member, purpose: Purpose) -> str:
    return f"matches {actor.id} {purpose}"


async def _read(purpose: Purpose, rows: list[Row]) -> list[MatchRead]:
    """The matches in these rows."""
    return [_match(row, purpose) for row in await with_marks(rows)]


def _match(row: Row, purpose: Purpose) -> MatchRead:
    """One match. What was taken back speaks for nobody: the strength is told as far as it can still be read."""
    return MatchRead(
        MemberSummary(row.member, row.display_name, row.pronouns, place_label(row.place_id), row.meets),
        purpose,
        row.strength if len(row.pairs) == row.kept else Strength.SOME,
        [_reason(pair, None if row.marks is None else row.marks[pair.number]) for pair in row.pairs],
    )


def _reason(pair: QuotedPair, marks: MarksOfPair | None) -> ReasonPair:
    of_mine, of_theirs = marks or ([], [])
    return ReasonPair(
        kind_of(pair.mine.role, pair.theirs.role),
        Closeness.CLOSE if pair.close else Closeness.LOOSE,
        _marked(pair.mine, of_mine),
        _marked(pair.theirs, of_theirs),
    )


def _marked(quote: Quote, marks: Marks) -> MarkedStatement:
    return MarkedStatement(quote.id, quote.role, quote.text, quote.language, marks)
