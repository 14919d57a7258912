"""Saying that a finding is wrong, giving and taking back texts, and counting how often each was shown."""

from collections.abc import Iterable
from datetime import UTC, timedelta
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from importlib.resources import files
from uuid import UUID, uuid4

from msgspec.structs import replace

from api import clock
from api.accounts.schemas import Member
from api.database import fetch
from api.disagreements.schemas import LONGEST_TEXT, DisagreementCreate, DisagreementRead, Judged
from api.encoding import encoder
from api.errors import InvalidError, NotFoundError
from api.idempotency.services import once
from api.profiles.purposes import consent_version
from api.profiles.schemas import Purpose
from api.protections import Ended, What, protecting
from api.sealing import open_in, seal
from api.texts import problem_with, tidy
from embeddings.reason_findings import CODES

TEXTS_KEPT = timedelta(days=90)
MOST_GIVEN = 20
"""Texts of one member at a time."""
NEVER_KEPT = (
    "The text was not kept: words written for belief, caretaking or partnership never are, "
    "because they may tell something private about the other person."
)

_CODES = {Judged.REASON: CODES, Judged.MESSAGE: frozenset({"pitch"})}


async def disagree(actor: Member, *, draft: DisagreementCreate) -> DisagreementRead:
    """Keep that the actor calls a finding wrong: which, with what it was judged, and when; and the text, if it may be.

    A member counts once a day for each finding, so that the rates stay true; texts that they give are kept one by one.

    Raises:
        InvalidError: There is no such finding, or the text cannot be kept.
    """
    if draft.code not in _CODES[draft.judged]:
        raise InvalidError.field("code", "unknown", "There is no such finding.")
    text = tidy(draft.text) if draft.text is not None else None
    if text is not None:
        problem = problem_with(text, field="text", name="Your text", most=LONGEST_TEXT)
        if problem is not None:
            raise InvalidError(problem.detail, errors=(problem,))
    now = clock.now()
    async with once(actor) as doing:
        [kept] = await fetch(
            "INSERT INTO disagreement (id, member, code, judged, engine, day, created_at) "
            "VALUES ({}, {}, {}, {}, {}, {}, {}) ON CONFLICT (member, code, judged, day) DO UPDATE "
            "SET day = disagreement.day RETURNING engine, created_at",
            uuid4(),
            actor.id,
            draft.code,
            draft.judged,
            engine(),
            now.astimezone(UTC).date(),
            now,
        )
        # It was shown to them, be it by a check, which by itself counts nothing.
        await count_shown(actor, [draft.code], judged=draft.judged)
        read = DisagreementRead(draft.code, draft.judged, **kept)
        return await doing.answer(read if text is None else await _with_text(actor, draft, text, read))


async def take_text_back(actor: Member, text_id: UUID) -> None:
    """Delete a text that the actor gave; that they called a finding wrong stays counted.

    Raises:
        NotFoundError: The actor gave no such text, or its time is over.
    """
    async with protecting() as keep:
        gone = await fetch(
            "DELETE FROM disagreement_text WHERE id = {} AND member = {} RETURNING id", text_id, actor.id
        )
        if not gone:
            raise NotFoundError
        keep(Ended(What.GIFT, text_id))


def may_keep(purpose: Purpose) -> bool:
    """Whether words under a purpose may be kept: not under those that need consent, since they may quote the other."""
    return consent_version(purpose) is None


async def _with_text(actor: Member, draft: DisagreementCreate, text: str, read: DisagreementRead) -> DisagreementRead:
    """Keep a text, once however often it is given, or say why it is not."""
    if draft.purpose is None:
        return replace(read, text_not_kept="The text was not kept: say with it for which purpose it was written.")
    if not may_keep(draft.purpose):
        return replace(read, text_not_kept=NEVER_KEPT)
    given = await fetch("SELECT id, code, judged, text, created_at FROM disagreement_text WHERE member = {}", actor.id)
    open_in(given, text="disagreement_text.text")
    for one in given:
        if (one["code"], one["judged"], one["text"]) == (draft.code, draft.judged, text):
            return replace(read, text_id=one["id"], text_kept_until=one["created_at"] + TEXTS_KEPT)
    if len(given) >= MOST_GIVEN:
        return replace(
            read,
            text_not_kept=f"The text was not kept: we keep {MOST_GIVEN} of yours already. Take one of them back first.",
        )
    text_id, now = uuid4(), clock.now()
    await fetch(
        "INSERT INTO disagreement_text (id, member, code, judged, text, created_at) VALUES ({}, {}, {}, {}, {}, {})",
        text_id,
        actor.id,
        draft.code,
        draft.judged,
        seal(text, about="disagreement_text.text", row=text_id),
        now,
    )
    return replace(read, text_id=text_id, text_kept_until=now + TEXTS_KEPT)


async def count_shown(actor: Member, codes: Iterable[str], *, judged: Judged) -> None:
    """Count that findings stopped a member who wanted to send: each once a day, as when they are called wrong."""
    await fetch(
        "WITH counted AS (INSERT INTO finding_counted (id, member, code, judged, engine, day) "
        "SELECT gen_random_uuid(), {}, code, {}, {}, {} FROM unnest({}::text[]) AS given (code) "
        "ON CONFLICT (member, code, judged, engine, day) DO NOTHING RETURNING code, judged, engine, day) "
        "INSERT INTO finding_shown (id, code, judged, engine, day, times) "
        "SELECT gen_random_uuid(), code, judged, engine, day, 1 FROM counted ORDER BY code "
        "ON CONFLICT (code, judged, engine, day) DO UPDATE SET times = finding_shown.times + 1",
        actor.id,
        judged,
        engine(),
        clock.now().astimezone(UTC).date(),
        sorted(set(codes)),
    )


async def forget_texts() -> int:
    """Delete texts whose time is over, who disagreed so long ago, and who was stopped on a day that is over.

    Returns:
        How many disagreements lost their member.
    """
    now = clock.now()
    over = now - TEXTS_KEPT
    await fetch("DELETE FROM finding_counted WHERE day < {}", now.astimezone(UTC).date())
    await fetch("DELETE FROM disagreement_text WHERE created_at <= {}", over)
    forgotten = await fetch(
        "UPDATE disagreement SET member = NULL WHERE member IS NOT NULL AND created_at <= {} RETURNING code", over
    )
    return len(forgotten)


@cache
def engine() -> str:
    """With what this process judges: the version of Wherefore, what it learned and compares with, and the model."""
    learned = sha256()
    for file in sorted(files("embeddings").iterdir(), key=lambda file: file.name):
        if file.name.startswith("reason_") and file.name.endswith((".json", ".toml")):
            learned.update(file.read_bytes())
    return f"{version('wherefore')} {learned.hexdigest()[:8]} {encoder().model.name}"[:300]
