"""Members who asked to be erased: hidden from everybody, and kept out of everything but the way back."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from api.accounts.keys import digest
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

    def __init__(self, member_id: UUID, erased_at: datetime, *, proof: str) -> None:
        """Say until when it can be undone."""
        self.member_id = member_id
        self.proof = proof
        self.may_go_now = False
        self.goes_at = erased_at + UNDO
        super().__init__(
            f"This account will be deleted on {self.goes_at:%-d %B %Y}. Sign in on the site before then to keep it."
        )


async def refuse_leaving(member_id: UUID) -> None:
    """Hold that a member who has just proved who they are did not ask to be erased; last before they are let in.

    Raises:
        AccountLeavingError: They did.
    """
    row = await _leaving(member_id)
    if row is not None:
        raise AccountLeavingError(member_id, row["erased_at"], proof=_proof_of(row))


@contextmanager
def more_than_a_password() -> Iterator[None]:
    """Note that whoever is led to the decision by the block may delete everything at once.

    They read the mails of the account, or gave a code. Whoever knows a password alone, and perhaps made a passkey with
    it, must not close the way back of a week that its owner is told of by mail.
    """
    try:
        yield
    except AccountLeavingError as error:
        error.may_go_now = True
        raise


async def leaving_proof(member_id: UUID) -> str | None:
    """What whoever proves now that they are this member gets to show for it; None for who is not leaving.

    There is no session to end while somebody is leaving. So what they show is worth nothing any more as soon as a new
    password is set, or they stayed and left again.
    """
    row = await _leaving(member_id)
    return None if row is None else _proof_of(row)


async def _leaving(member_id: UUID) -> dict[str, Any] | None:
    return await fetch_one(
        "SELECT erased_at, password_hash FROM account WHERE id = {} AND erased_at IS NOT NULL", member_id
    )


def _proof_of(row: dict[str, Any]) -> str:
    return digest(f"{row['erased_at'].isoformat()} {row['password_hash']}").hex()
