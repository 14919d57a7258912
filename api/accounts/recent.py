"""Proving once more who one is, before what could let somebody else in or take everything out."""

from datetime import timedelta
from uuid import UUID

from api import clock
from api.accounts.errors import SignInAgainError
from api.accounts.guesses import mark_of_browser
from api.accounts.keys import digest, new_key
from api.accounts.schemas import Credential, Member, SessionCreated
from api.database import fetch
from api.errors import NotSignedInError

RECENT = timedelta(minutes=15)
"""For how long a proof of who one is counts for dangerous changes."""


def is_recent(credential: Credential) -> bool:
    """Whether whoever holds this proved who they are so lately that a dangerous change may be taken from them."""
    return credential.proved_at is not None and clock.now() < credential.proved_at + RECENT


def needs_recent(credential: Credential) -> None:
    """Hold that a dangerous change is asked for by the member, not by whoever found their browser or token.

    Raises:
        SignInAgainError: They have not proved who they are in the last 15 minutes.
    """
    if not is_recent(credential):
        raise SignInAgainError


async def renew_session(actor: Member, *, session_id: UUID | None) -> SessionCreated:
    """Note that the actor has just proved who they are, and give their session a new key.

    Raises:
        NotSignedInError: The session was ended meanwhile, or there is none.
    """
    key, now = new_key(), clock.now()
    rows = await fetch(
        "UPDATE session SET token_hash = {}, proved_at = {} WHERE id = {} AND account = {} AND expires_at > {} "
        "RETURNING expires_at",
        digest(key),
        now,
        session_id,
        actor.id,
        now,
    )
    if not rows:
        raise NotSignedInError
    return SessionCreated(
        token=key, member=actor, expires_at=rows[0]["expires_at"], known=await mark_of_browser(actor.id)
    )
