"""By what the one who reports can tell what it is about: what they may read now, and their own words."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

import msgspec

from api.accounts.schemas import Member
from api.database import fetch, fetch_one
from api.moderation.schemas import Target, TargetKind
from api.profiles.visibility import can_read_connection, can_read_statement, can_see_member
from api.sealing import open_in


class Recalled(msgspec.Struct, frozen=True):
    """What one report is about, as far as the one who makes or made it may read it now."""

    name: str | None = None
    """Whom, as the reporter sees them; as they knew them, where they have blocked them themself."""
    quoted: str | None = None
    """The statement or the message, as it stands there now."""
    words: str | None = None
    """What the reporter added."""


async def reports_recalled(actor: Member) -> dict[UUID, Recalled]:
    """What the actor's reports were about, by report.

    Nothing of it comes from the evidence: what is out of the actor's sight by now is not brought back into it.
    """
    rows = await fetch(
        "SELECT r.id, r.target, r.target_kind, r.words, coalesce(a.display_name, own.known_as) AS display_name "
        "FROM report AS r LEFT JOIN account AS a ON a.id = r.reported AND {} LEFT JOIN block AS own "
        "ON own.blocked = r.reported AND own.blocker = r.reporter AND own.because_of IS NULL WHERE r.reporter = {}",
        can_see_member(actor.id, "r.reported"),
        actor.id,
    )
    open_in(rows, words="report.words")
    texts = await _texts(actor, [Target(TargetKind(row["target_kind"]), row["target"]) for row in rows])
    return {row["id"]: Recalled(row["display_name"], texts.get(row["target"]), row["words"]) for row in rows}


async def target_recalled(actor: Member, target: Target, *, reported: UUID | None) -> Recalled:
    """What a report that the actor may make would be about, and whom; the same as they read of it afterwards."""
    row = await fetch_one(
        "SELECT coalesce(a.display_name, own.known_as) AS display_name FROM (SELECT {}::uuid AS id) AS r "
        "LEFT JOIN account AS a ON a.id = r.id AND {} "
        "LEFT JOIN block AS own ON own.blocked = r.id AND own.blocker = {} AND own.because_of IS NULL",
        reported,
        can_see_member(actor.id, "r.id"),
        actor.id,
    )
    texts = await _texts(actor, [target])
    return Recalled(row["display_name"] if row else None, texts.get(target.id))


async def _texts(actor: Member, targets: Iterable[Target]) -> dict[UUID, str]:
    """The statements and messages among what was reported that the actor may read, by their ids."""
    by_kind: dict[TargetKind, list[UUID]] = {kind: [] for kind in TargetKind}
    for target in targets:
        by_kind[target.kind].append(target.id)
    said: list[dict[str, Any]] = await fetch(
        "SELECT said.id, said.text FROM statement AS said WHERE said.id = ANY({}::uuid[]) AND {}",
        by_kind[TargetKind.STATEMENT],
        can_read_statement(actor.id, "said"),
    )
    open_in(said, text="statement.text")
    written: list[dict[str, Any]] = await fetch(
        "SELECT m.id, m.text FROM message AS m WHERE m.id = ANY({}::uuid[]) AND {}",
        by_kind[TargetKind.MESSAGE],
        can_read_connection(actor.id, "m.connection"),
    )
    open_in(written, text="message.text")
    return {row["id"]: row["text"] for row in (*said, *written)}
