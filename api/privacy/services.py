"""What members do with all that is kept of them at once: leave, and come back."""

from datetime import datetime

from api.accounts.errors import WrongCredentialsError
from api.accounts.guesses import at_oneself, counted
from api.accounts.passwords import verify_password
from api.accounts.recent import needs_recent
from api.accounts.schemas import Credential, Member
from api.database import fetch_one
from api.privacy import erasure


async def leave(actor: Member, *, credential: Credential, password: str | None = None) -> datetime:
    """Hide the actor at once, for good in a week; when that will be.

    Raises:
        SignInAgainError: There is no password, and the actor has not proved lately who they are.
        WrongCredentialsError: There is a password, and it is not the actor's.
        TooManyError: Too many passwords were wrong just now.
        JournalUnavailableError: It could not be made to last; nothing was changed.
    """
    if password is None:
        needs_recent(credential)
    else:
        row = await fetch_one("SELECT password_hash FROM account WHERE id = {}", actor.id)
        async with counted(at_oneself(actor.id)):
            if not await verify_password(password, None if row is None else row["password_hash"]):
                raise WrongCredentialsError
    return await erasure.leave(actor)
