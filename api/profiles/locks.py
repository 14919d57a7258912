"""One change at a time for each member, so that rules over several rows hold."""

from uuid import UUID

from api.database import fetch
from api.errors import NotFoundError


async def lock_member(member_id: UUID, *, leaving_too: bool = False) -> None:
    """Hold back other changes to this member's profile until the caller's transaction ends.

    The weaker lock lets others refer to the member meanwhile, for example with a request to them.

    Args:
        member_id: Who.
        leaving_too: Whether also one who asked to be erased is held: they may stay after all.

    Raises:
        NotFoundError: The account is gone, or its member asked to be erased.
    """
    here = "SELECT id FROM account WHERE id = {} AND (erased_at IS NULL OR {}::boolean) FOR NO KEY UPDATE"
    if not await fetch(here, member_id, leaving_too):
        raise NotFoundError
