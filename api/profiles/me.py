"""What members change about themselves."""

import re
from datetime import datetime, timedelta

from msgspec import UNSET

from api import clock
from api.accounts.fields import problem_with_details, problem_with_display_name
from api.accounts.pretences import problem_with_pretence
from api.accounts.schemas import Member
from api.database import fetch, fetch_one, transaction
from api.errors import FieldError, InvalidError
from api.profiles import queries
from api.profiles.list_orders import order_all_lists
from api.profiles.locks import lock_member
from api.profiles.places import is_place
from api.profiles.schemas import LONGEST_PRONOUNS, MeRead, MeUpdate
from api.profiles.vectors import place_vectors
from api.protections import Became, mark, protecting
from api.texts import problem_with, tidy
from api.unchanged import check_unchanged

SHOWN = frozenset({"display_name", "pronouns", "place_id"})
"""What others see, and a member may have had to change: an older one must not come back."""
MOST_LANGUAGES = 10
MOST_REQUESTS = 20
LONGEST_PAUSE = timedelta(days=10 * 365)

# The short tags of BCP 47 that say a language and where or how it is written: de, pt-BR, zh-Hant.
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})?")


async def update_me(actor: Member, *, change: MeUpdate) -> MeRead:
    """Change the actor's own account; what is left out stays.

    Raises:
        InvalidError: With an error for every field that cannot be used.
        ChangedMeanwhileError: It is not as the call expects it.
    """
    tidied = _tidied(change)
    errors = tuple(problem for problem in _problems(tidied) if problem is not None)
    if errors:
        raise InvalidError("Some of what you wrote needs to be put right.", errors=errors)
    said = {name: value for name in change.__struct_fields__ if (value := getattr(tidied, name)) is not UNSET}
    async with protecting() as keep:
        await lock_member(actor.id)
        await check_unchanged(queries.me, actor)
        before = await fetch_one("SELECT account.* FROM account WHERE id = {}", actor.id) or {}
        # What is as it was is noted nowhere, and nothing is computed anew for it.
        values = {name: value for name, value in said.items() if before.get(name) != value}
        if not values:
            return await queries.me(actor)
        if SHOWN & values.keys():
            keep(Became(actor.id, shown={name: mark(values[name]) for name in SHOWN & values.keys()}))
        if "paused_until" in values:
            keep(Became(actor.id, paused=True, paused_until=change.paused_until or None))
        columns = ", ".join(f"{name} = {{}}" for name in values)
        await fetch(f"UPDATE account SET {columns} WHERE id = {{}}", *values.values(), actor.id)
        if {"place_id", "meets"} & values.keys():
            await place_vectors(actor.id)
            await order_all_lists(actor.id)
        return await queries.me(actor)


async def end_pauses() -> int:
    """The job: forget pauses that are over, which decide nothing any more; how many there were."""
    async with transaction():
        # In the order in which everyone holds several accounts, so that nobody waits in a circle.
        ended = await fetch(
            "SELECT id FROM account WHERE paused_until <= {} ORDER BY id FOR NO KEY UPDATE", clock.now()
        )
        ids = [row["id"] for row in ended]
        await fetch("UPDATE account SET paused_until = NULL WHERE id = ANY({}::uuid[])", ids)
    return len(ids)


def _tidied(change: MeUpdate) -> MeUpdate:
    return MeUpdate(
        display_name=change.display_name if change.display_name is UNSET else tidy(change.display_name),
        pronouns=tidy(change.pronouns) or None if isinstance(change.pronouns, str) else change.pronouns,
        place_id=change.place_id,
        meets=change.meets,
        languages=change.languages if change.languages is UNSET else list(dict.fromkeys(change.languages)),
        request_capacity=change.request_capacity,
        paused_until=change.paused_until,
    )


def _problems(change: MeUpdate) -> list[FieldError | None]:
    return [
        problem_with_display_name(change.display_name) if isinstance(change.display_name, str) else None,
        problem_with(change.pronouns, field="pronouns", name="What you wrote", most=LONGEST_PRONOUNS, lines=False)
        or problem_with_details(change.pronouns, field="pronouns", called="What you wrote")
        or problem_with_pretence(change.pronouns, field="pronouns", called="What you wrote")
        if isinstance(change.pronouns, str)
        else None,
        FieldError("/place_id", "no-such-place", "Choose a place from the list.")
        if isinstance(change.place_id, int) and not is_place(change.place_id)
        else None,
        _problem_with_languages(change.languages) if isinstance(change.languages, list) else None,
        FieldError("/request_capacity", "out-of-range", f"Choose a number from 1 to {MOST_REQUESTS}.")
        if isinstance(change.request_capacity, int) and not 1 <= change.request_capacity <= MOST_REQUESTS
        else None,
        _problem_with_pause(change.paused_until) if isinstance(change.paused_until, datetime) else None,
    ]


def _problem_with_languages(languages: list[str]) -> FieldError | None:
    if len(languages) > MOST_LANGUAGES:
        return FieldError("/languages", "too-many", f"Choose at most {MOST_LANGUAGES} languages.")
    wrong = [tag for tag in languages if not _LANGUAGE.fullmatch(tag)]
    if wrong:
        return FieldError("/languages", "no-such-language", 'Give languages as short tags such as "en" or "pt-BR".')
    return None


def _problem_with_pause(until: datetime) -> FieldError | None:
    if until.tzinfo is None:
        return FieldError("/paused_until", "no-time-zone", 'Give the time with its offset, such as "…T12:00:00Z".')
    if not clock.now() < until < clock.now() + LONGEST_PAUSE:
        return FieldError("/paused_until", "out-of-range", "Choose a time that is still to come, within ten years.")
    return None
