"""What somebody did to be protected holds again after a restore: each act of the journal, done to what is there.

On a database that was not restored it finds nothing to do, as each act names a row, or a version of one, that is not
there any more. It only ever takes away: what would give somebody more has to be done anew.
"""

from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

import asyncpg
import structlog

from api.accounts.closed_again import close_password, unmake_moderator
from api.connections.closed_again import part_again, refuse_again, take_back_again
from api.database import fetch
from api.errors import NotFoundError
from api.moderation.blocking import keep_apart_again
from api.moderation.holding_decisions import hold_again
from api.moderation.removal import take_out_again
from api.profiles.hidden_again import (
    delete_statement_again,
    empty,
    hide_text,
    rest_again,
    take_purpose_off_again,
)
from api.protections import (
    Became,
    Blocked,
    Ended,
    Noted,
    Parted,
    Refused,
    Suspended,
    What,
    mark,
    version_of,
)

logger = structlog.get_logger()

Kind = TypeVar("Kind")

_DELETED = {What.PASSKEY: "passkey", What.RECOVERY_CODE: "recovery_code", What.GIFT: "disagreement_text"}
_WORDS = {What.MESSAGE: "message", What.REASON: "connection_request", What.STEP: "request_event"}


async def protect_again(noted: list[Noted]) -> int:
    """Let hold what was noted and not struck out, in an order in which nothing undoes another; how much had not."""
    mended = await _as_they_became(noted)
    mended += await _ended(noted)
    done = "SELECT id FROM connection WHERE id = ANY({}::uuid[]) AND ended_at IS NOT NULL"
    mended += await _each(noted, Parted, lambda said: said.connection, part_again, done)
    done = (
        "SELECT id FROM connection_request WHERE id = ANY({}::uuid[]) "
        "AND (declined_silently_at IS NOT NULL OR state NOT IN ('pending', 'asked'))"
    )
    mended += await _each(noted, Refused, lambda said: said.request, refuse_again, done)
    done = "SELECT id FROM report WHERE id = ANY({}::uuid[]) AND decision IS NOT NULL"
    mended += await _each(noted, Suspended, lambda said: said.case, hold_again, done)
    done = "SELECT id FROM block WHERE id = ANY({}::uuid[]) AND because_of IS NULL"
    mended += await _each(noted, Blocked, lambda said: said.block, keep_apart_again, done)
    if mended:
        logger.warning("protections_replayed", acts=mended)
    return mended


async def _each(
    noted: Iterable[Noted],
    kind: type[Kind],
    row_of: Callable[[Kind], UUID],
    again: Callable[..., Awaitable[bool]],
    done: str,
) -> int:
    """Do every act of a kind again of which no row says that it holds."""
    acts = [(each.said, each.at) for each in noted if isinstance(each.said, kind)]
    if not acts:
        return 0
    hold = {row["id"] for row in await fetch(done, [row_of(said) for said, _ in acts])}
    return sum([await _safely(again, said, at=at) for said, at in acts if row_of(said) not in hold])


async def _ended(noted: Iterable[Noted]) -> int:
    of: dict[What, dict[UUID, set[tuple[str, datetime]]]] = {what: {} for what in What}
    for each in noted:
        if isinstance(each.said, Ended):
            of[each.said.what].setdefault(each.said.row, set()).add((each.said.version, each.at))
    mended = 0
    for what, table in _DELETED.items():
        mended += len(await fetch(f"DELETE FROM {table} WHERE id = ANY({{}}::uuid[]) RETURNING id", list(of[what])))
    for row in await _there("member_purpose", "id", of[What.PURPOSE]):
        mended += await _safely(take_purpose_off_again, row["id"])
    for row in await _there("connection_request", "id", of[What.REQUEST]):
        mended += await _safely(take_back_again, row["id"], at=min(at for _, at in of[What.REQUEST][row["id"]]))
    return mended + await _words(of)


async def _words(of: dict[What, dict[UUID, set[tuple[str, datetime]]]]) -> int:
    mended = 0
    for row in await _there("statement", "id", of[What.STATEMENT]):
        mended += await _safely(delete_statement_again, row["id"])
    for row in await _there("statement", "id, updated_at", of[What.TEXT]):
        if version_of(row["updated_at"]) in {version for version, _ in of[What.TEXT][row["id"]]}:
            mended += await _safely(hide_text, row["id"])
    for what, table in _WORDS.items():
        for row in await _there(table, "id", of[what]):
            mended += await _safely(take_out_again, what, row["id"])
    return mended


async def _as_they_became(noted: Iterable[Noted]) -> int:
    paused: dict[UUID, datetime | None] = {}
    moderators: dict[UUID, bool] = {}
    secrets: dict[UUID, bytes] = {}
    shown: dict[UUID, dict[str, bytes]] = {}
    for said in (each.said for each in noted if isinstance(each.said, Became)):
        if said.paused:
            paused[said.member] = said.paused_until
        if said.moderator is not None:
            moderators[said.member] = said.moderator
        if said.secret is not None:
            secrets[said.member] = said.secret
        shown.setdefault(said.member, {}).update(said.shown)
    columns = "id, is_moderator, password_hash, display_name, pronouns, place_id"
    mended = 0
    for row in await _there("account", columns, shown):
        member = row["id"]
        if (until := paused.get(member)) is not None:
            mended += await _safely(rest_again, member, until=until)
        if row["is_moderator"] and not moderators.get(member, True):
            mended += await _safely(unmake_moderator, member)
        kept = row["password_hash"]
        if kept is not None and secrets.get(member, mark(kept)) != mark(kept):
            mended += await _safely(close_password, member, kept=kept)
        if wrong := {name for name, value in shown[member].items() if mark(row[name]) != value}:
            mended += await _safely(empty, member, wrong)
    return mended


async def _there(table: str, columns: str, ids: Iterable[UUID]) -> list[dict[str, Any]]:
    wanted = list(ids)
    return await fetch(f"SELECT {columns} FROM {table} WHERE id = ANY({{}}::uuid[])", wanted) if wanted else []


async def _safely(again: Callable[..., Awaitable[bool]], *of: object, **more: object) -> bool:
    """Do one act again; one that cannot be done, as what it needs is not there, keeps no other from being done."""
    try:
        return await again(*of, **more)
    except (NotFoundError, asyncpg.IntegrityConstraintViolationError):
        logger.exception("protection_not_replayed", act=again.__name__)
        return False
