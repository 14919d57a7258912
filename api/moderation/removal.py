"""Taking out the words that broke a rule, and putting them back when a decision is overturned."""

from collections.abc import Mapping
from contextlib import suppress
from difflib import SequenceMatcher
from uuid import UUID

from msgspec.structs import replace

from api.accounts.schemas import Member
from api.connections.reported import TAKEN_OUT, reason_of, replace_reason, replace_step, step_of
from api.conversations import reported as talks
from api.database import fetch
from api.errors import NotFoundError, WhereforeError
from api.moderation import sealed
from api.moderation.schemas import Part
from api.profiles.locks import lock_member
from api.profiles.queries import my_statement
from api.profiles.schemas import Audience, Purpose, Role, StatementCreate
from api.profiles.services import add_statements, delete_statement
from api.profiles.vectors import check_encoded
from api.protections import Ended, What, line_of, protecting
from embeddings.reason_disguises import fold

STEPS = frozenset({"question", "answer", "refusal", "crossed_reason"})
NEARLY = 0.8
"""How much of the signs of a statement must stand where they stood for it to be the one that was reported."""
REMOVABLE = frozenset({"statement", "message", "reason", *STEPS})


def can_be_removed(part: Part) -> bool:
    """Whether a piece of evidence stands in a row of its own from which it can be taken."""
    return part.by == "reported" and part.id is not None and part.kind in REMOVABLE


async def take_out(author_id: UUID, parts: list[Part], *, case_id: UUID) -> list[Part]:
    """Take words out; what their author made something else of meanwhile, or deleted, is left as it is.

    Returns:
        What was taken out, as it stood there then: whoever had made a statement one for fewer, or a draft, since it
        was reported, gets back that and not what others read once. Also what another decision has taken out already:
        it comes back when neither stands any more.
    """
    async with protecting() as keep:
        found = [(part, await _replace(author_id, part, part.id)) for part in parts if part.id is not None]
        out = await held_out(author_id, but_for=case_id)
        held = [
            taken or next((one for one in out if (one.id, one.text) == (part.id, part.text)), None)
            for part, taken in found
        ]
        gone = [part for part in held if part is not None]
        for part in gone:
            if part.id is not None and part.kind != "statement":  # whose deletion is noted
                keep(Ended(_what(part.kind), part.id), line=line_of(part.id))
    return gone


async def held_out(author_id: UUID, *, but_for: UUID) -> list[Part]:
    """Words of a member that other decisions than one have taken out, of those that stand."""
    rows = await fetch(
        "SELECT id, removed FROM report WHERE reported = {} AND id <> {} AND removed IS NOT NULL "
        "AND appeal_outcome IS DISTINCT FROM 'overturned'",
        author_id,
        but_for,
    )
    return [
        part
        for row in rows
        for part in sealed.opened_struct(list[Part], row["removed"], column="removed", report=row["id"]) or []
    ]


async def take_out_again(what: What, row_id: UUID) -> bool:
    """Take words out again that a restore has brought back; whether they were there."""
    text_of = {What.REASON: reason_of, What.STEP: step_of}.get(what, talks.text_of)
    there = await text_of(row_id)
    if there is None or there == TAKEN_OUT:
        return False
    if what is What.MESSAGE:
        await talks.replace_text(row_id, TAKEN_OUT)
        return True
    return await (replace_reason if what is What.REASON else replace_step)(row_id, old=there, new=TAKEN_OUT)


async def put_back(author_id: UUID, parts: list[Part], *, case_id: UUID, vectors: Mapping[str, str]) -> list[Part]:
    """Put words back, but for those that another decision has taken out as well; which.

    Where there is no room for them any more, their author still has them in their notice.

    Raises:
        UnencodedError: What others are to be matched on has no vector yet.
    """
    author = Member(author_id, "")
    await lock_member(author_id)  # of two decisions that are overturned at once, the second sees the first
    held = {part.id for part in await held_out(author_id, but_for=case_id)}
    back = [part for part in parts if part.id not in held]
    statements = (part for part in back if part.kind == "statement")
    check_encoded((part.text for part in statements if part.audience is Audience.PURPOSE), vectors)
    for part in back:
        if part.kind == "statement":
            with suppress(WhereforeError):  # the purpose is off, or has as many statements as it can have
                await add_statements(author, drafts=[_draft(part)], encoded=vectors)
        else:
            await _put_text(part, part.id or author_id, old=TAKEN_OUT, new=part.text)
    return back


def _what(kind: str) -> What:
    return What.STEP if kind in STEPS else What.REASON if kind == "reason" else What.MESSAGE


async def _replace(author_id: UUID, part: Part, row_id: UUID) -> Part | None:
    if part.kind != "statement":
        return part if await _put_text(part, row_id, old=part.text, new=TAKEN_OUT) else None
    author = Member(author_id, "")
    try:
        written = await my_statement(author, row_id)
        if not _still_says(written.text, part.text):
            return None
        await delete_statement(author, row_id, leaving_too=True)  # or they would bring it back by staying after all
    except NotFoundError:  # they deleted it themself
        return None
    return replace(part, text=written.text, role=written.role, audience=written.audience)


def _still_says(now: str, then: str) -> bool:
    """Whether a statement is the one that was reported: a point or a letter more makes no other of it."""
    if now == then:
        return True
    return SequenceMatcher(None, fold(now).text, fold(then).text, autojunk=False).ratio() >= NEARLY


async def _put_text(part: Part, row_id: UUID, *, old: str, new: str) -> bool:
    if part.kind == "reason":
        return await replace_reason(row_id, old=old, new=new)
    if part.kind in STEPS:
        return await replace_step(row_id, old=old, new=new)
    if await talks.text_of(row_id) != old:
        return False
    await talks.replace_text(row_id, new)
    return True


def _draft(part: Part) -> StatementCreate:
    return StatementCreate(
        purpose=part.purpose or Purpose.INTEREST,
        role=part.role or Role.ABOUT,
        text=part.text,
        audience=part.audience or Audience.NOBODY,
    )
