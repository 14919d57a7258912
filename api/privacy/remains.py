"""What is kept about a member in rows that refer to no account, and so would not go with it."""

from uuid import UUID

from api.database import fetch
from api.mail.services import forget_mails_to


async def erase_what_refers_to_nobody(member_id: UUID, *, email: str) -> None:
    """Delete a member's traces in rows without a foreign key to their account, within the transaction that erases it.

    Args:
        member_id: Whose.
        email: Their address, which some rows know instead of the id.
    """
    await forget_mails_to(email)
    await fetch("DELETE FROM pending_account WHERE email = {}", email)
    for word in (str(member_id), email):
        await fetch(
            "DELETE FROM pgqueuer WHERE status <> 'picked' AND position(convert_to({}, 'UTF8') IN payload) > 0", word
        )
