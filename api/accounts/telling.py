"""Telling members by mail that the ways into their account have changed, in case it was not them."""

from uuid import UUID

from api.database import fetch_one
from api.mail.letters import letter
from api.mail.schemas import MailKind
from api.mail.services import send


async def tell(member_id: UUID, kind: MailKind, *, path: str | None = None) -> None:
    """Tell a member of a change, once the caller's transaction is committed; `path` is as in `letter`."""
    row = await fetch_one("SELECT email FROM account WHERE id = {}", member_id)
    if row is not None:
        await send(to=row["email"], mail=letter(kind, path=path))
