"""A member who comes back is matched again on what they wrote."""

from uuid import UUID

from api.accounts.schemas import Member
from api.profiles import queries
from api.profiles.services import statements_to_match
from api.profiles.vectors import literals, replace_vector


async def give_vectors_back(member_id: UUID) -> None:
    """Let a member be matched on what they wrote, within the transaction that brings them back."""
    for mine in await queries.my_purposes(Member(id=member_id, display_name="")):
        found = await statements_to_match(member_id, mine.purpose)
        vectors = await literals(statement.text for statement in found)
        for statement in found:
            await replace_vector(statement, vectors)
