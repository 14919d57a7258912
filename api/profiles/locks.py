"""One change at a time for each member, so that rules over several rows hold."""

from uuid import UUID

from api.database import fetch
from api.errors import NotFoundError


async def lock_member(member_id: UUID) -> None:
    """Hold back other changes to this member's profile until the caller's transaction ends.

    The weaker lock lets others refer to the member meanwhile, for example with a request to them.

    Raises:
        NotFoundError: The account is gone, or its member asked to be erased.
    """
    if not await fetch("SELECT id FROM account WHERE id = {} AND erased_at IS NULL FOR NO KEY UPDATE", member_id):
        raise NotFoundError
