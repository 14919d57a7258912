"""Saying that a finding is wrong, and counting how often each was shown."""

from collections.abc import Iterable
from datetime import UTC, timedelta
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from importlib.resources import files
from uuid import uuid4

from api import clock
from api.accounts.schemas import Member
from api.database import fetch, transaction
from api.disagreements.schemas import DisagreementCreate, DisagreementRead, Judged
from api.encoding import encoder
from api.errors import InvalidError
from api.texts import problem_with, tidy
from embeddings.reason_findings import CODES

TEXTS_KEPT = timedelta(days=90)
LONGEST_TEXT = 4000

_CODES = {Judged.REASON: CODES, Judged.MESSAGE: frozenset({"pitch"})}


async def disagree(actor: Member, *, draft: DisagreementCreate) -> DisagreementRead:
    """Keep that the actor calls a finding wrong: which, with what it was judged, and when.

    A member counts once a day for each finding, so that the rates stay true; a text that they add later is kept.

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
    async with transaction():
        [kept] = await fetch(
            "INSERT INTO disagreement (id, member, code, judged, engine, day, text, created_at) "
            "VALUES ({}, {}, {}, {}, {}, {}, {}, {}) ON CONFLICT (member, code, judged, day) DO UPDATE "
            "SET text = coalesce(excluded.text, disagreement.text) "
            "RETURNING code, judged, engine, created_at, text IS NOT NULL AS has_text, xmax = 0 AS is_new",
            uuid4(),
            actor.id,
            draft.code,
            draft.judged,
            engine(),
            now.astimezone(UTC).date(),
            text,
            now,
        )
        if kept.pop("is_new") and not draft.tried_to_send:
            await count_shown([draft.code], judged=draft.judged)
    until = kept["created_at"] + TEXTS_KEPT if kept.pop("has_text") else None
    return DisagreementRead(**kept | {"judged": Judged(kept["judged"])}, text_kept_until=until)


async def count_shown(codes: Iterable[str], *, judged: Judged) -> None:
    """Count that findings stopped somebody who wanted to send; nothing else of it is kept."""
    await fetch(
        "INSERT INTO finding_shown (id, code, judged, engine, day, times) "
        "SELECT gen_random_uuid(), code, {}, {}, {}, 1 FROM unnest({}::text[]) AS given (code) "
        "ON CONFLICT (code, judged, engine, day) DO UPDATE SET times = finding_shown.times + 1",
        judged,
        engine(),
        clock.now().astimezone(UTC).date(),
        sorted(set(codes)),
    )


async def forget_texts() -> int:
    """Delete texts whose time is over, and who disagreed with them; how many disagreements there were."""
    forgotten = await fetch(
        "UPDATE disagreement SET text = NULL, member = NULL WHERE member IS NOT NULL AND created_at <= {} "
        "RETURNING code",
        clock.now() - TEXTS_KEPT,
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
