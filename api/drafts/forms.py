"""Forms of pages that a member has begun to fill in, such as an answer or a report: kept until they are sent."""

from collections.abc import Collection, Mapping

from piccolo.querystring import QueryString

from api.accounts.schemas import Member
from api.drafts.queries import draft_at, drafts
from api.drafts.schemas import LONGEST_DRAFT, Draft, DraftKind, DraftWords, Place
from api.drafts.services import forget_at, store
from api.errors import InvalidError
from api.texts import problem_with, tidy

FORMS = frozenset(DraftKind) - {DraftKind.REASON, DraftKind.MESSAGE}


async def keep_form(
    actor: Member, place: Place, fields: Mapping[str, Collection[str]], *, words: Collection[str]
) -> None:
    """Keep a form as far as it is filled in, in the place of what was kept there before.

    Whoever calls has made sure that the actor may see what the form is about; nobody else ever reads it.

    Args:
        actor: Who fills it in.
        place: Where it belongs.
        fields: What stands in each of its fields.
        words: The fields in which somebody writes. Where nothing stands in any, nothing is kept.

    Raises:
        InvalidError: It is too long to be kept, or has characters that cannot be kept.
        DraftsFullError: The actor has begun as much as is kept for one.
    """
    tidied = {name: [tidy(value) for value in values] for name, values in fields.items()}
    if not any(value for name in words for value in tidied.get(name, [])):
        await forget_at(actor, place)
        return
    everything = " ".join(value for values in tidied.values() for value in values)
    problem = problem_with(everything, field="", name="What you wrote", least=0, most=LONGEST_DRAFT)
    if problem is not None:
        raise InvalidError(problem.detail, errors=(problem,))
    await store(actor, words=DraftWords(place, "", fields=tidied), provided=QueryString("TRUE"))


async def begun_fields(actor: Member, place: Place) -> dict[str, list[str]]:
    """What stands in the fields of a form that the actor has begun; nothing where nothing is kept."""
    found = await draft_at(actor, place)
    return {} if found is None else found.words.fields


async def form_drafts(actor: Member) -> list[Draft]:
    """All forms that the actor has begun to fill in, the latest first."""
    return [draft for draft in await drafts(actor) if draft.words.place.kind in FORMS]
