"""A member who comes back is matched again on what they wrote."""

from collections.abc import Mapping
from uuid import UUID

from api.accounts.schemas import Member
from api.profiles import queries
from api.profiles.services import statements_to_match
from api.profiles.vectors import Searchable, check_encoded, replace_vector


async def texts_to_match(member_id: UUID) -> list[str]:
    """What a member is matched on as soon as they are back."""
    return [statement.text for statement in await _to_match(member_id)]


async def give_vectors_back(member_id: UUID, vectors: Mapping[str, str]) -> None:
    """Let a member be matched on what they wrote, within the transaction that brings them back.

    Args:
        member_id: Who comes back.
        vectors: What `literals` made of `texts_to_match`.

    Raises:
        UnencodedError: Some of them are missing.
    """
    found = await _to_match(member_id)
    check_encoded((statement.text for statement in found), vectors)
    for statement in found:
        await replace_vector(statement, vectors)


async def _to_match(member_id: UUID) -> list[Searchable]:
    purposes = await queries.my_purposes(Member(id=member_id, display_name=""))
    return [found for mine in purposes for found in await statements_to_match(member_id, mine.purpose)]
