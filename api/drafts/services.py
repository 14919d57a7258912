"""Keeping what a member has begun to write, and forgetting it."""

from typing import Final
from uuid import UUID

import msgspec
from piccolo.querystring import QueryString

from api import clock
from api.accounts.schemas import Member
from api.database import fetch, transaction
from api.drafts.errors import DraftsFullError
from api.drafts.queries import KEPT, draft_at, draft_id
from api.drafts.schemas import LONGEST_DRAFT, Draft, DraftWords, Place
from api.errors import InvalidError, NotFoundError
from api.sealing import seal
from api.texts import problem_with, tidy

LONGEST_WHERE: Final = 500
MOST_DRAFTS: Final = 60
"""Of one member. Nothing older is thrown away to make room: nobody would know that it happened."""


async def keep(actor: Member, *, words: DraftWords, provided: QueryString) -> Draft | None:
    """Keep what the actor has written so far, in the place of what was kept there before. Nothing written is no draft.

    Args:
        actor: Whose words they are.
        words: What was written, and where it belongs.
        provided: What must hold at that moment: that the other is still there for the actor.

    Raises:
        InvalidError: It is too long to be kept, or has characters that cannot be kept.
        DraftsFullError: The actor has begun as much as is kept for one.
        NotFoundError: What must hold does not.
    """
    words = _tidied(words)
    if not (words.text or words.where):
        await forget_at(actor, words.place)
        return None
    return await store(actor, words=words, provided=provided)


async def store(actor: Member, *, words: DraftWords, provided: QueryString) -> Draft:
    """Keep words that were tidied and looked through; the rest as for `keep`."""
    key, now = draft_id(actor, words.place), clock.now()
    async with transaction():
        # Of several at once each counts those that came before it.
        await fetch("SELECT pg_advisory_xact_lock(hashtextextended({}, 60))", str(actor.id))
        kept = await fetch(
            "INSERT INTO draft (id, member, content, changed_at) SELECT {}, {}, {}, {} WHERE {} "
            "AND (EXISTS (SELECT 1 FROM draft AS d WHERE d.id = {}) "
            "OR (SELECT count(*) FROM draft AS d WHERE d.member = {}) < {}) "
            "ON CONFLICT (id) DO UPDATE SET content = excluded.content, changed_at = excluded.changed_at RETURNING id",
            key,
            actor.id,
            seal(msgspec.json.encode(words).decode(), about="draft.content", row=key),
            now,
            provided,
            key,
            actor.id,
            MOST_DRAFTS,
        )
    if kept:
        return Draft(key, words, now)
    [there] = await fetch("SELECT {} AS so", provided)
    raise DraftsFullError(MOST_DRAFTS) if there["so"] else NotFoundError


async def forget(actor: Member, key: UUID) -> None:
    """Throw a draft of the actor's away.

    Raises:
        NotFoundError: The actor has no such draft.
    """
    if not await fetch("DELETE FROM draft WHERE id = {} AND member = {} RETURNING id", key, actor.id):
        raise NotFoundError


async def forget_at(actor: Member, place: Place) -> None:
    """Throw away what the actor had begun in a place, if anything."""
    await fetch("DELETE FROM draft WHERE id = {} AND member = {}", draft_id(actor, place), actor.id)


async def forget_sent(actor: Member, place: Place, *, text: str) -> None:
    """Throw away a draft because its words were sent, within the transaction that sends them.

    Other words than those that were sent stay: somebody may be writing them at this moment in another window.
    """
    found = await draft_at(actor, place)
    if found is not None and found.words.text == tidy(text):
        await forget_at(actor, place)


async def forget_old_drafts() -> int:
    """Delete drafts that nobody has gone on with for long; how many."""
    return len(await fetch("DELETE FROM draft WHERE changed_at <= {} RETURNING id", clock.now() - KEPT))


def _tidied(words: DraftWords) -> DraftWords:
    text, where = tidy(words.text), tidy(words.where)
    problems = [
        problem_with(text, field="text", name="What you wrote", least=0, most=LONGEST_DRAFT),
        problem_with(where, field="where", name="Where you have met", least=0, most=LONGEST_WHERE),
    ]
    found = tuple(problem for problem in problems if problem is not None)
    if found:
        raise InvalidError(found[0].detail, errors=found)
    return msgspec.structs.replace(words, text=text, where=where)
