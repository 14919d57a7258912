"""Members who asked to be erased: hidden from everybody, and kept out of everything but the way back."""

from datetime import datetime, timedelta
from uuid import UUID

from api.database import fetch_one
from api.errors import WhereforeError

UNDO = timedelta(days=7)
"""For so long after they asked, whoever signs in may stay after all."""


class AccountLeavingError(WhereforeError):
    """Whoever just proved who they are has asked to be erased; they may stay after all, and do nothing else.

    A page leads them to where they can say so.
    """

    code = "account-leaving"
    title = "This account is being deleted"
    status = 403

    def __init__(self, member_id: UUID, erased_at: datetime) -> None:
        """Say until when it can be undone."""
        self.member_id = member_id
        self.goes_at = erased_at + UNDO
        super().__init__(
            f"This account will be deleted on {self.goes_at:%-d %B %Y}. Sign in on the site before then to keep it."
        )


async def refuse_leaving(member_id: UUID) -> None:
    """Hold that a member who has just proved who they are did not ask to be erased; last before they are let in.

    Raises:
        AccountLeavingError: They did.
    """
    row = await fetch_one("SELECT erased_at FROM account WHERE id = {} AND erased_at IS NOT NULL", member_id)
    if row is not None:
        raise AccountLeavingError(member_id, row["erased_at"])
