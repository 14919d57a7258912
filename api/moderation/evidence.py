"""What is sealed with a report: the reported words and their context, as far as the one who reports could read them.

Whoever received a request or a message may report it also when it is out of their sight by now: after the connection
ended, the request was withdrawn, or one blocked the other. A member is reported by who sees them, or has blocked them
themself; a single statement only by who can read it. Else whoever is kept apart from its author could ask whether it
is still there, and its purpose still on. Whether the other blocked the one who reports changes nothing for either.
"""

from typing import Any
from uuid import UUID

import msgspec
from piccolo.querystring import QueryString

from api.accounts.schemas import Member
from api.connections.schemas import AnchorKind
from api.conversations.reported import messages_up_to, talk_of
from api.database import fetch, fetch_one
from api.errors import InvalidError, NotFoundError
from api.limits.people import see_one
from api.moderation.schemas import Evidence, Part, PartKind, Side, Target, TargetKind
from api.profiles.schemas import Purpose
from api.profiles.visibility import (
    are_connected,
    both_have_its_purpose,
    can_read_statement,
    can_see_member,
    have_open_request,
)
from api.sealing import open_in

MESSAGES_BEFORE = 10
"""How many messages before the reported one are sealed with it, of both sides."""

_KINDS: dict[str, PartKind] = {
    "question": "question",
    "answer": "answer",
    "declined": "refusal",
    "accepted": "crossed_reason",
}


class Found(msgspec.Struct, frozen=True):
    """Whom a report is about, and the evidence; nobody when their account has gone."""

    reported: UUID | None
    evidence: Evidence


async def gather(actor: Member, target: Target) -> Found:
    """Whom and what a report is about.

    Raises:
        NotFoundError: There is no such thing, or it never was the actor's to see.
        QuotaReachedError: It is about somebody whom the actor has not seen lately, and they may see nobody new now.
        InvalidError: It is the actor's own.
    """
    return await _GATHERED[target.kind](actor, target.id)


async def _request(actor: Member, request_id: UUID) -> Found:
    row = await fetch_one(
        "SELECT id, sender, recipient, purpose, anchor_kind, anchor_text, reason, created_at FROM connection_request "
        "WHERE id = {} AND (sender = {} OR recipient = {})",
        request_id,
        actor.id,
        actor.id,
    )
    if row is None:
        raise NotFoundError
    open_in([row], reason="connection_request.reason", anchor_text="connection_request.anchor_text")
    other = row["recipient"] if row["sender"] == actor.id else row["sender"]
    sides = _Sides(actor.id)
    parts = []
    if row["anchor_text"] is not None:
        met = row["anchor_kind"] == AnchorKind.MET
        by = row["sender"] if met else row["recipient"]
        parts.append(Part(kind="met" if met else "anchor", text=row["anchor_text"], by=sides.of(by)))
    parts.append(sides.part("reason", row["reason"], row["sender"], id=request_id, at=row["created_at"]))
    events = await fetch(
        "SELECT id, actor, kind, text, at FROM request_event WHERE request = {} AND text IS NOT NULL "
        "AND NOT only_recipient_sees ORDER BY at, number",
        request_id,
    )
    open_in(events, text="request_event.text")
    parts += [sides.part(_KINDS[one["kind"]], one["text"], one["actor"], id=one["id"], at=one["at"]) for one in events]
    return await _found(actor, other, TargetKind.REQUEST, parts, purpose=row["purpose"])


async def _message(actor: Member, message_id: UUID) -> Found:
    talk = await talk_of(actor.id, message_id)
    if talk is None:
        raise NotFoundError
    sides = _Sides(actor.id)
    promises = ((talk.reason, talk.asker), (talk.crossed_reason, talk.accepter))
    parts = [Part(kind="reason", text=text, by=sides.of(by)) for text, by in promises if text is not None]
    said = await messages_up_to(message_id, before=MESSAGES_BEFORE)
    parts += [
        Part(
            kind="message",
            text=one.text,
            by=sides.of(one.author),
            id=one.id,
            concerned=one.id == message_id,
            at=one.created_at,
        )
        for one in said
    ]
    return await _found(actor, said[-1].author, TargetKind.MESSAGE, parts, purpose=talk.purpose)


async def _member(actor: Member, member_id: UUID) -> Found:
    row = await fetch_one(
        "SELECT pronouns, display_name FROM account AS a WHERE a.id = {} AND ({} OR {})",
        member_id,
        can_see_member(actor.id, "a.id"),
        was_blocked_by(actor.id, "a.id"),
    )
    await _count(actor, member_id, there=row is not None)
    if row is None:
        raise NotFoundError
    parts = [Part(kind="name", text=row["display_name"], by="reported")]
    if row["pronouns"]:
        parts.append(Part(kind="pronouns", text=row["pronouns"], by="reported"))
    parts += await _statements(actor, QueryString("said.author = {}", member_id), whole=True)
    return await _found(actor, member_id, TargetKind.MEMBER, parts)


async def _statement(actor: Member, statement_id: UUID) -> Found:
    parts = await _statements(actor, QueryString("said.id = {}", statement_id), whole=False)
    row = await fetch_one("SELECT author FROM statement WHERE id = {}", statement_id)
    await _count(actor, row["author"] if parts and row is not None else statement_id, there=bool(parts))
    if not parts or row is None:
        raise NotFoundError
    return await _found(actor, row["author"], TargetKind.STATEMENT, parts, purpose=parts[0].purpose)


_GATHERED = {
    TargetKind.REQUEST: _request,
    TargetKind.MESSAGE: _message,
    TargetKind.MEMBER: _member,
    TargetKind.STATEMENT: _statement,
}


async def _count(actor: Member, member_id: UUID, *, there: bool) -> None:
    """Count whoever the actor has not seen lately, as looking at them does: else a report would tell who is there.

    Raises:
        QuotaReachedError: The actor may see nobody new just now; the same whether or not there is such a member.
    """
    known = await fetch(
        "SELECT 1 FROM account AS a WHERE a.id = {} AND (a.id = {} OR {} OR {} OR {})",
        member_id,
        actor.id,
        are_connected(actor.id, "a.id"),
        have_open_request(actor.id, "a.id"),
        was_blocked_by(actor.id, "a.id"),
    )
    if not known:
        await see_one(actor.id, member_id, there=there)


async def _statements(actor: Member, narrowed: QueryString, *, whole: bool) -> list[Part]:
    """Statements that the actor can read, or, with the whole of a member, could before they blocked the author."""
    rows = await fetch(
        "SELECT said.id, said.purpose, said.role, said.text, said.audience, said.updated_at FROM statement AS said "
        "WHERE {} AND ({} OR ({} AND {} AND said.audience = 'purpose' AND {})) "
        "ORDER BY said.purpose, said.created_at, said.id",
        narrowed,
        can_read_statement(actor.id, "said"),
        whole,
        was_blocked_by(actor.id, "said.author"),
        both_have_its_purpose(actor.id, "said"),
    )
    open_in(rows, text="statement.text")
    return [
        Part(
            kind="statement",
            text=row["text"],
            by="reported",
            id=row["id"],
            concerned=not whole,
            at=row["updated_at"],
            purpose=row["purpose"],
            role=row["role"],
            audience=row["audience"],
        )
        for row in rows
    ]


def was_blocked_by(blocker_id: UUID, member_column: str) -> QueryString:
    """Whether the member blocked the other, who then is out of their sight by their own wish.

    Not when they only blocked another account under the same address: of that they know nothing.
    """
    return QueryString(
        f"EXISTS (SELECT 1 FROM block AS own WHERE own.blocker = {{}} AND own.blocked = {member_column} "
        "AND own.because_of IS NULL)",
        blocker_id,
    )


class _Sides:
    """Who of the two a piece of evidence comes from."""

    def __init__(self, reporter_id: UUID) -> None:
        self._reporter_id = reporter_id

    def of(self, member_id: UUID | None) -> Side:
        return "reporter" if member_id == self._reporter_id else "reported"

    def part(self, kind: PartKind, text: str, by: UUID | None, **more: Any) -> Part:
        """A piece of what was reported as a whole: the words of the reported side are concerned."""
        side = self.of(by)
        return Part(kind=kind, text=text, by=side, concerned=side == "reported", **more)


async def _found(
    actor: Member, reported: UUID | None, kind: TargetKind, parts: list[Part], *, purpose: Purpose | None = None
) -> Found:
    if reported == actor.id:
        raise InvalidError.field("target", "own", "This is your own. You can only report what others wrote.")
    rows = await fetch("SELECT id, display_name FROM account WHERE id = ANY({}::uuid[])", [actor.id, reported])
    names = {row["id"]: row["display_name"] for row in rows}
    return Found(
        reported,
        Evidence(
            kind=kind,
            reporter_name=names.get(actor.id, actor.display_name),
            reported_name=names.get(reported, "Somebody who has left"),
            purpose=purpose,
            parts=parts,
        ),
    )
