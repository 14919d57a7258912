"""Match lists: when one is due it is computed from what the viewer may read, and kept in rows."""

import asyncio
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4
from weakref import WeakKeyDictionary

import msgspec
from msgspec.structs import replace
from piccolo.querystring import QueryString

from api import clock, jobs
from api.accounts.schemas import Member
from api.database import fetch, fetch_one, transaction
from api.encoding import encoder
from api.matching.candidates import digest_of_others, read_pool
from api.matching.entries import START, Part, as_part, entries, part_of
from api.matching.freshness import Due, ListState, due, due_ahead, is_short
from api.matching.marking import KnownMarks, as_kept, mark_first, still_right
from api.matching.ranking import Entry, fitting, rank
from api.matching.sharing import shares_of
from api.profiles.errors import PurposeOffError
from api.profiles.list_orders import ListOrder, order_lists
from api.profiles.schemas import Purpose

_COMPUTING = 0x57484546  # any constant: what keeps these advisory locks apart from others
COMPUTED_AT_ONCE = 3
"""Lists in one process, those that wait for another's lock included: each holds a connection, which all others need."""
_turns: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore] = WeakKeyDictionary()

# What the viewer's list was computed from, and what it would be computed from now; no row where the purpose is off.
# The model is part of it: after it has changed every list is computed anew.
_STATE = """
    SELECT {} AS part, viewer.own AS own_now, kept.computed_at,
        coalesce(kept.own, '') AS own, coalesce(kept.others, '') AS others, coalesce(kept.stale, false) AS stale,
        kept.own_edits_on, coalesce(kept.own_edits, 0) AS own_edits,
        (SELECT count(*) FROM match_entry WHERE match_entry.match_list = kept.id) AS entries
    FROM (
        SELECT account.id, switched.purpose, encode(sha256(convert_to(concat_ws('|', {}::varchar,
            CASE WHEN account.meets <> 'online' THEN account.place_id END,
            extract(epoch FROM switched.switched_on_at), (
                SELECT string_agg(
                    concat_ws('|', written.id, extract(epoch FROM written.updated_at)), '|' ORDER BY written.id
                )
                FROM statement AS written WHERE written.author = account.id
                AND written.purpose = switched.purpose AND written.audience = 'purpose'
            )), 'UTF8')), 'hex') AS own
        FROM account JOIN member_purpose AS switched ON switched.member = account.id AND switched.purpose = {}
        WHERE account.id = {}
    ) AS viewer
    LEFT JOIN match_list AS kept ON kept.viewer = viewer.id AND kept.purpose = viewer.purpose
"""

_KEEP = """
    INSERT INTO match_list (id, viewer, purpose, computed_at, others, own, stale, own_edits_on, own_edits)
    VALUES ({}, {}, {}, {}, {}, {}, false, {}, {})
    ON CONFLICT (viewer, purpose) DO UPDATE SET computed_at = excluded.computed_at, others = excluded.others,
        own = excluded.own, stale = false, own_edits_on = excluded.own_edits_on, own_edits = excluded.own_edits
    WHERE match_list.computed_at <= excluded.computed_at
    RETURNING id
"""


async def refreshed(actor: Member, purpose: Purpose, *, most: int) -> Part:
    """The beginning of the actor's stored list, brought up to date if it is time to.

    One that is merely old stays as it is for this visit, and a job is asked for that computes it.

    Raises:
        PurposeOffError: The actor has not switched the purpose on.
    """
    state, part = await _state(actor.id, purpose, part=part_of(actor.id, after=START, most=most))
    if is_short(state):
        state = replace(state, others_now=await digest_of_others(actor.id, purpose))
    why = due(state, clock.now())
    if why is Due.SOON:
        await order_lists(actor.id, [purpose], after=timedelta(0), priority=jobs.LAST)
    elif why is not Due.NOT_YET:
        await _compute(actor.id, purpose, when=due)
        return await entries(actor.id, purpose, after=START, most=most)
    return as_part(part, most=most)


async def compute_ordered(order: bytes) -> bool:
    """Compute a list that was asked for by `order_lists`, if it is still time to; whether it was computed."""
    asked = msgspec.json.decode(order, type=ListOrder)
    try:
        computed = await _compute(asked.viewer, asked.purpose, when=due_ahead)
    except PurposeOffError:
        return False  # switched off since, or the account is gone
    if computed:
        await mark_first(asked.viewer, asked.purpose)
    return computed


async def _compute(viewer_id: UUID, purpose: Purpose, *, when: Callable[[ListState, datetime], Due]) -> bool:
    """Compute a list if it is due once no one else does: another visit or a job may have just done so."""
    async with _turn(), transaction():
        await fetch("SELECT pg_advisory_xact_lock(hashtextextended({}, {}))", f"{viewer_id} {purpose}", _COMPUTING)
        now = clock.now()
        state, _ = await _state(viewer_id, purpose)
        state = replace(state, others_now=await digest_of_others(viewer_id, purpose))
        why = when(state, now)
        if why in {Due.NOT_YET, Due.SOON}:
            return False
        pool = await read_pool(viewer_id, purpose)
        found = await asyncio.to_thread(fitting, pool)
        entries = await asyncio.to_thread(rank, found, await shares_of(found.members, purpose))
        used = state.own_edits_today(now) + (why is Due.OWN_EDIT)
        await _store(viewer_id, purpose, entries, at=now, state=state, own_edits=used)
    return True


def _turn() -> asyncio.Semaphore:
    """What lets only so many lists be computed at once."""
    return _turns.setdefault(asyncio.get_running_loop(), asyncio.Semaphore(COMPUTED_AT_ONCE))


async def _state(viewer_id: UUID, purpose: Purpose, *, part: QueryString | None = None) -> tuple[ListState, str | None]:
    """What is known of a stored list, and with it a part of its rows as of the same moment."""
    found = await fetch_one(_STATE, part or QueryString("NULL"), encoder().model.name, purpose, viewer_id)
    if found is None:
        raise PurposeOffError
    return msgspec.convert(found, ListState), found["part"]


async def _store(
    viewer_id: UUID, purpose: Purpose, entries: list[Entry], *, at: datetime, state: ListState, own_edits: int
) -> None:
    """Replace the stored list in one go. Of two that were computed at once, the one that began later stays."""
    async with transaction():
        # Locked before anything is written, and in order: whoever leaves meanwhile either waits or is left out.
        held = await fetch(
            "SELECT id FROM account WHERE id = ANY({}::uuid[]) ORDER BY id FOR KEY SHARE",
            [viewer_id, *(entry.member for entry in entries)],
        )
        present = {row["id"] for row in held}
        if viewer_id not in present:
            return
        kept = await fetch_one(
            _KEEP,
            uuid4(),
            viewer_id,
            purpose,
            at,
            state.others_now,
            state.own_now,
            at.astimezone(UTC).date(),
            own_edits,
        )
        if kept is None:
            return
        before = await fetch(
            "DELETE FROM match_entry WHERE match_list = {} RETURNING member, first_page_on, reasons, marks", kept["id"]
        )
        days = {row["member"]: row["first_page_on"] for row in before}
        # Another text of the viewer's own, or another model, would have other marks.
        marks = await still_right(before, since=state.computed_at) if state.own == state.own_now else {}
        await _write_entries(kept["id"], [entry for entry in entries if entry.member in present], days, marks)


async def _write_entries(list_id: UUID, entries: list[Entry], days: dict[UUID, date | None], marks: KnownMarks) -> None:
    await fetch(
        "INSERT INTO match_entry (id, match_list, position, member, strength, reasons, first_page_on, marks) "
        "SELECT gen_random_uuid(), {}, entry.position, entry.member, entry.strength, entry.reasons::jsonb, entry.day, "
        "entry.marks::jsonb FROM unnest({}::int[], {}::uuid[], {}::varchar[], {}::text[], {}::date[], {}::text[]) "
        "AS entry(position, member, strength, reasons, day, marks)",
        list_id,
        list(range(len(entries))),
        [entry.member for entry in entries],
        [str(entry.strength) for entry in entries],
        [msgspec.json.encode(entry.pairs).decode() for entry in entries],
        [days.get(entry.member) for entry in entries],
        [as_kept(entry.pairs, marks) for entry in entries],
    )
