"""What members do with all that is kept of them at once: leave, and come back."""

import asyncio
from collections.abc import Mapping
from datetime import datetime
from uuid import UUID
from weakref import WeakValueDictionary

from api.accounts.errors import WrongCredentialsError
from api.accounts.guesses import at_oneself, counted
from api.accounts.holding import hold
from api.accounts.leaving import leaving_proof
from api.accounts.passwords import verify_password
from api.accounts.recent import needs_recent
from api.accounts.schemas import Credential, Member, Proof, SessionCreated
from api.accounts.services import open_session
from api.database import fetch_one, transaction
from api.errors import NotFoundError
from api.limits.policies import LEAVING
from api.limits.services import spend
from api.privacy import erasure
from api.profiles.returning import texts_to_match
from api.profiles.vectors import with_vectors

_coming_back: WeakValueDictionary[UUID, asyncio.Lock] = WeakValueDictionary()
"""By whom: whoever asks for it many times at once has their statements read by the model once."""


async def leave(actor: Member, *, credential: Credential, password: str | None = None) -> datetime:
    """Hide the actor at once, for good in a week; when that will be.

    Raises:
        SignInAgainError: There is no password, and the actor has not proved lately who they are.
        WrongCredentialsError: There is a password, and it is not the actor's, or not any more.
        NotSignedInError: The session was ended meanwhile, or the token.
        TooManyError: Too many passwords were wrong just now, or they left and came back often.
        JournalUnavailableError: It could not be made to last; nothing was changed.
    """
    proof = None
    if password is None:
        needs_recent(credential)
    else:
        row = await fetch_one("SELECT password_hash FROM account WHERE id = {}", actor.id)
        async with counted(at_oneself(actor.id)):
            if not await verify_password(password, None if row is None else row["password_hash"]):
                raise WrongCredentialsError
        proof = Proof(member=actor, password_hash=None if row is None else row["password_hash"])
    # Whoever comes back has all of their statements read anew by the model, and nobody must be kept from coming back.
    await spend(LEAVING, who=f"member {actor.id}")
    return await erasure.leave(actor, credential=credential, proof=proof)


async def come_back(member_id: UUID, *, proof: str, label: str = "") -> SessionCreated:
    """Keep the account of a member who asked to be erased and has proved who they are, and sign them in.

    Raises:
        NotFoundError: They are gone, are back already, or have a new password since they proved it.
        JournalUnavailableError: It could not be made to last; nothing was changed.
    """

    async def bring_back(vectors: Mapping[str, str]) -> SessionCreated:
        async with transaction():
            await hold(member_id)
            if await leaving_proof(member_id) != proof:
                raise NotFoundError
            return await open_session(await erasure.bring_back(member_id, vectors), label=label)

    async with _coming_back.setdefault(member_id, asyncio.Lock()):
        if await leaving_proof(member_id) != proof:
            raise NotFoundError  # before the model has to do anything for whoever asks
        return await with_vectors(await texts_to_match(member_id), bring_back)
