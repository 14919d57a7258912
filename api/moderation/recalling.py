"""By what the one who reported can still tell their reports apart: what they may read now, and their own words."""

from uuid import UUID

import msgspec

from api.accounts.schemas import Member
from api.database import fetch
from api.profiles.visibility import can_read_connection, can_read_statement, can_see_member
from api.sealing import open_in


class Recalled(msgspec.Struct, frozen=True):
    """What one report was about, as far as the one who made it may read it now."""

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
        "SELECT r.id, r.target, r.words, coalesce(a.display_name, own.known_as) AS display_name FROM report AS r "
        "LEFT JOIN account AS a ON a.id = r.reported AND {} LEFT JOIN block AS own ON own.blocked = r.reported "
        "AND own.blocker = r.reporter AND own.because_of IS NULL WHERE r.reporter = {}",
        can_see_member(actor.id, "r.reported"),
        actor.id,
    )
    open_in(rows, words="report.words")
    texts = await _statements(actor) | await _messages(actor)
    return {row["id"]: Recalled(row["display_name"], texts.get(row["target"]), row["words"]) for row in rows}


async def _statements(actor: Member) -> dict[UUID, str]:
    rows = await fetch(
        "SELECT said.id, said.text FROM report AS r JOIN statement AS said ON said.id = r.target "
        "WHERE r.reporter = {} AND r.target_kind = 'statement' AND {}",
        actor.id,
        can_read_statement(actor.id, "said"),
    )
    open_in(rows, text="statement.text")
    return {row["id"]: row["text"] for row in rows}


async def _messages(actor: Member) -> dict[UUID, str]:
    rows = await fetch(
        "SELECT m.id, m.text FROM report AS r JOIN message AS m ON m.id = r.target "
        "WHERE r.reporter = {} AND r.target_kind = 'message' AND {}",
        actor.id,
        can_read_connection(actor.id, "m.connection"),
    )
    open_in(rows, text="message.text")
    return {row["id"]: row["text"] for row in rows}
