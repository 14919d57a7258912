"""What members read: about themselves, and about others as far as they may see them."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

import msgspec

from api.accounts.schemas import Meets, Member
from api.database import fetch, fetch_as, fetch_one
from api.encoding import reads_well
from api.errors import NotFoundError
from api.limits.people import see_one
from api.pagination import DEFAULT_LIMIT, Moment, Page, beyond, page_of
from api.profiles.places import place_label
from api.profiles.purposes import purposes
from api.profiles.schemas import (
    MemberRead,
    MemberSummary,
    MeRead,
    MyPurposeRead,
    Purpose,
    PurposeCard,
    QuotedStatement,
    Role,
    StatementRead,
)
from api.profiles.visibility import are_connected, can_read_statement, can_see_member, has_purpose_on, have_open_request
from api.sealing import open_in

SUMMARY = "o.display_name, o.pronouns, o.place_id, o.meets"
"""The columns of `summary_of` beside the id, from `account AS o`."""
STATEMENT_COLUMNS = "id, purpose, role, text, audience, created_at, updated_at, language"


async def me(actor: Member) -> MeRead:
    """The actor's own account.

    Raises:
        NotFoundError: It is gone.
    """
    row = await fetch_one(
        "SELECT id, email, display_name, pronouns, place_id, meets, languages, request_capacity, paused_until, "
        "created_at FROM account WHERE id = {}",
        actor.id,
    )
    if row is None:
        raise NotFoundError
    return MeRead(**row | {"meets": Meets(row["meets"]), "place": place_label(row["place_id"])})


async def my_purposes(actor: Member) -> list[MyPurposeRead]:
    """The purposes that the actor has switched on, in the order in which purposes are shown."""
    found = await fetch_as(
        MyPurposeRead,
        "SELECT switched.purpose, switched.switched_on_at, consent.version AS consent_version, "
        "consent.given_at AS consent_given_at FROM member_purpose AS switched LEFT JOIN consent "
        "ON consent.member = switched.member AND consent.purpose = switched.purpose AND consent.withdrawn_at IS NULL "
        "WHERE switched.member = {}",
        actor.id,
    )
    order = [read.purpose for read in purposes()]
    return sorted(found, key=lambda mine: order.index(mine.purpose))


async def has_purpose(member_id: UUID, purpose: Purpose) -> bool:
    """Whether a member has switched a purpose on, with a consent that stands where it needs one."""
    return bool(
        await fetch(
            f"SELECT 1 FROM account AS a WHERE a.id = {{}} AND {has_purpose_on('a.id', '{}::varchar')}",
            member_id,
            purpose,
        )
    )


async def fetch_statements(sql: str, *values: object) -> list[StatementRead]:
    """The rows of a statement that yields `STATEMENT_COLUMNS`, as their author reads them."""
    rows = await fetch(sql, *values)
    open_in(rows, text="statement.text")
    return [msgspec.convert(row | {"read_well": reads_well(row["language"])}, StatementRead) for row in rows]


async def my_statement(actor: Member, statement_id: UUID) -> StatementRead:
    """One of the actor's own statements.

    Raises:
        NotFoundError: The actor has no such statement.
    """
    found = await fetch_statements(
        f"SELECT {STATEMENT_COLUMNS} FROM statement WHERE id = {{}} AND author = {{}}",
        statement_id,
        actor.id,
    )
    if not found:
        raise NotFoundError
    return found[0]


async def my_statements(
    actor: Member, *, purpose: Purpose | None = None, limit: int = DEFAULT_LIMIT, cursor: str | None = None
) -> Page[StatementRead]:
    """The actor's own statements, oldest first, of one purpose or all.

    Raises:
        InvalidError: The cursor is not one of this list.
    """
    found = await fetch_statements(
        f"SELECT {STATEMENT_COLUMNS} FROM statement WHERE author = {{}} AND ({{}}::varchar IS NULL OR purpose = {{}}) "
        "AND {} ORDER BY created_at, id LIMIT {}",
        actor.id,
        purpose,
        purpose,
        beyond(cursor, "(created_at, id) > ({}, {})"),
        limit + 1,
    )
    last = found[:limit][-1] if found else None
    return page_of(found, limit=limit, position=None if last is None else Moment(last.created_at, last.id))


async def all_read_poorly(actor: Member, *, purpose: Purpose) -> bool:
    """Whether all that the actor may be found by under a purpose is in languages that are read less well."""
    rows = await fetch(
        "SELECT language FROM statement WHERE author = {} AND purpose = {} AND audience = 'purpose'", actor.id, purpose
    )
    return bool(rows) and not any(reads_well(row["language"]) for row in rows)


async def member(actor: Member, member_id: UUID) -> MemberRead:
    """A member as the actor may see them. Whoever is new to the actor counts for their quota of people seen.

    Those with whom they are connected or have an open request cost nothing: who writes to somebody wants to be read.

    Raises:
        QuotaReachedError: The actor may see nobody new just now; the same whether or not there is such a member.
        NotFoundError: There is no such member, or the actor may not see them.
    """
    row = await _see(actor, member_id)
    return MemberRead(
        id=row["id"],
        display_name=row["display_name"],
        pronouns=row["pronouns"],
        place=place_label(row["place_id"]),
        meets=Meets(row["meets"]),
        languages=row["languages"],
        purposes=await _cards(actor, member_id),
        connected=row["connected"],
    )


async def see_member(actor: Member, member_id: UUID) -> None:
    """Count a member as `member` does, for whatever else tells whether there is one.

    Raises:
        QuotaReachedError: The actor may see nobody new just now; the same whether or not there is such a member.
        NotFoundError: There is no such member, or the actor may not see them.
    """
    await _see(actor, member_id)


async def member_summaries(actor: Member, member_ids: Iterable[UUID]) -> dict[UUID, MemberSummary]:
    """Those of these members whom the actor may see at this moment, in brief, by id."""
    rows = await fetch(
        f"SELECT o.id, {SUMMARY} FROM account AS o WHERE o.id = ANY({{}}::uuid[]) AND {{}}",
        list(set(member_ids)),
        can_see_member(actor.id, "o.id"),
    )
    return {row["id"]: summary_of(row["id"], row) for row in rows}


def summary_of(member_id: UUID, row: dict[str, Any]) -> MemberSummary:
    """A member in brief, from a row with the columns of `SUMMARY`, which are taken out of it."""
    place_id, meets = row.pop("place_id"), Meets(row.pop("meets"))
    return MemberSummary(member_id, row.pop("display_name"), row.pop("pronouns"), place_label(place_id), meets)


async def _see(actor: Member, member_id: UUID) -> dict[str, Any]:
    row = await fetch_one(
        "SELECT id, display_name, pronouns, place_id, meets, languages, {} AS connected, {} AS asked FROM account "
        "WHERE id = {} AND {}",
        are_connected(actor.id, "account.id"),
        have_open_request(actor.id, "account.id"),
        member_id,
        can_see_member(actor.id, "account.id"),
    )
    if row is None or not (row["connected"] or row["asked"] or member_id == actor.id):
        await see_one(actor.id, member_id, there=row is not None)
    if row is None:
        raise NotFoundError
    return row


async def _cards(actor: Member, member_id: UUID) -> list[PurposeCard]:
    rows = await fetch(
        "SELECT quoted.id, quoted.purpose, quoted.role, quoted.text, quoted.language FROM statement AS quoted "
        "WHERE quoted.author = {} AND {} ORDER BY quoted.role, quoted.created_at, quoted.id",
        member_id,
        can_read_statement(actor.id, "quoted"),
    )
    open_in(rows, text="statement.text")
    cards = [
        PurposeCard(
            purpose=read.purpose,
            statements=[
                QuotedStatement(row["id"], Role(row["role"]), row["text"], row["language"])
                for row in rows
                if row["purpose"] == read.purpose
            ],
        )
        for read in purposes()
    ]
    return [card for card in cards if card.statements]
