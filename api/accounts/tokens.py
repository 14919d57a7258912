"""Tokens: what programs act with for a member."""

from datetime import timedelta
from uuid import UUID, uuid4

from api import clock
from api.accounts.errors import SecondFactorNeededError, TooManyTokensError
from api.accounts.fields import problem_with_name, raise_any
from api.accounts.holding import hold_proved, hold_signed_in
from api.accounts.keys import digest, new_token
from api.accounts.leaving import refuse_leaving
from api.accounts.recent import needs_recent
from api.accounts.schemas import Credential, Member, Scope, TokenCreate, TokenCreated, TokenDraft
from api.accounts.scopes import as_kept, still_open
from api.accounts.second_factor import check_code, has_second_factor
from api.accounts.services import prove
from api.accounts.telling import tell
from api.database import fetch, fetch_one, transaction
from api.errors import FieldError, InvalidError, NotFoundError
from api.limits.policies import NEW_TOKENS
from api.limits.services import spend
from api.mail.schemas import MailKind
from api.texts import tidy

MOST_TOKENS = 100
"""Of one account at a time: they are listed on one page."""


async def create_token(draft: TokenCreate) -> TokenCreated:
    """Give a program a token with which it acts for whoever knows the password. Without scopes it may do everything.

    Raises:
        InvalidError: The name or the scopes cannot be used.
        WrongCredentialsError: There is no such account, or this is not its password.
        AccountLeavingError: Its member asked to be erased.
        SecondFactorNeededError: It is, and a code is needed too.
        WrongCodeError: The code is not right, or was used before.
        TooManyError: Too many were made just now, or too many passwords or codes were wrong.
        TooManyTokensError: They have as many as anybody may have.
    """
    _check_token(draft)
    proof = await prove(email=draft.email, password=draft.password)
    if coded := await has_second_factor(proof.member.id):
        if draft.code is None:
            raise SecondFactorNeededError
        await check_code(proof.member.id, draft.code)
    await spend(NEW_TOKENS, who=f"member {proof.member.id}")
    async with transaction():
        await hold_proved(proof)
        if not coded and await has_second_factor(proof.member.id):
            raise SecondFactorNeededError  # switched on at this moment
        return await _keep_token(proof.member, draft)


async def make_token(actor: Member, *, credential: Credential, draft: TokenDraft) -> TokenCreated:
    """Give a program a token with which it acts for the signed-in actor.

    Raises:
        SignInAgainError: The actor has not proved lately who they are.
        InvalidError: The name or the scopes cannot be used.
        NotSignedInError: The session was ended meanwhile.
        TooManyError: Too many were made just now.
        TooManyTokensError: They have as many as anybody may have.
    """
    needs_recent(credential)
    _check_token(draft)
    await spend(NEW_TOKENS, who=f"member {actor.id}")
    async with transaction():
        await hold_signed_in(actor, credential)
        return await _keep_token(actor, draft)


async def revoke_token(actor: Member, token_id: UUID) -> None:
    """Make one of the actor's tokens worthless.

    Raises:
        NotFoundError: The actor has no such token.
    """
    if not await fetch("DELETE FROM access_token WHERE id = {} AND account = {} RETURNING id", token_id, actor.id):
        raise NotFoundError


def _check_token(draft: TokenDraft) -> None:
    nothing = draft.scopes is not None and not draft.scopes
    raise_any(
        [
            problem_with_name(tidy(draft.name), field="name", called="The token's name"),
            FieldError("/scopes", "missing", "Say what the token may do, or leave this out.") if nothing else None,
        ]
    )


async def _keep_token(member: Member, draft: TokenDraft) -> TokenCreated:
    await refuse_leaving(member.id)
    scopes = await _scopes(member, draft)
    token, token_id, now = new_token(), uuid4(), clock.now()
    expires_at = now + timedelta(days=draft.expires_in_days)
    await fetch("DELETE FROM access_token WHERE account = {} AND expires_at <= {}", member.id, now)
    if len(await fetch("SELECT 1 FROM access_token WHERE account = {}", member.id)) >= MOST_TOKENS:
        raise TooManyTokensError
    await fetch(
        "INSERT INTO access_token (id, account, token_hash, name, scopes, created_at, expires_at) "
        "VALUES ({}, {}, {}, {}, {}, {}, {})",
        token_id,
        member.id,
        digest(token),
        tidy(draft.name),
        scopes,
        now,
        expires_at,
    )
    await tell(member.id, MailKind.TOKEN_MADE)
    return TokenCreated(id=token_id, token=token, scopes=scopes, expires_at=expires_at)


async def _scopes(member: Member, draft: TokenDraft) -> list[Scope]:
    """What a new token is given.

    Raises:
        InvalidError: It is to do what moderators do, and its member is none.
    """
    row = await fetch_one(
        "SELECT is_moderator AND suspended_at IS NULL AS judges FROM account WHERE id = {}", member.id
    )
    is_moderator = row is not None and bool(row["judges"])
    scopes = as_kept(draft.scopes, is_moderator=is_moderator)
    if scopes != still_open(scopes, is_moderator=is_moderator):
        raise InvalidError.field("scopes", "not-yours", "Only a moderator's token can have the scope 'moderation'.")
    return scopes
