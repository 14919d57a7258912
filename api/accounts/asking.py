"""Asking for a link by mail. Whether there is an account is found out by a job: no answer, and no time, tells of it."""

from uuid import UUID, uuid4

import msgspec

from api import clock, jobs
from api.accounts.errors import LinkDeadError
from api.accounts.fields import normal_email, problem_with_email
from api.accounts.links import look_at_ended_link, make_link
from api.accounts.recent import needs_recent
from api.accounts.schemas import Asked, Credential, LinkPurpose, Member
from api.database import fetch, fetch_one, transaction
from api.errors import InvalidError
from api.limits.caller import calling_from
from api.limits.errors import TooManyError
from api.limits.limit import Limit
from api.limits.policies import LINK_ACCOUNT, MAILS_AGAIN, MAILS_ASKED, NEW_ADDRESS, RESET_ACCOUNT
from api.limits.services import spend
from api.mail.letters import letter
from api.mail.schemas import MailKind
from api.mail.services import send
from api.sealing import opened, seal

_LIMITS = {
    LinkPurpose.RESET: RESET_ACCOUNT,
    LinkPurpose.SIGN_IN: LINK_ACCOUNT,
    LinkPurpose.NEW_ADDRESS: NEW_ADDRESS,
}
_MAILS = {
    LinkPurpose.RESET: (MailKind.RESET_PASSWORD, "/reset/"),
    LinkPurpose.SIGN_IN: (MailKind.SIGN_IN_LINK, "/sign-in/link/"),
    LinkPurpose.NEW_ADDRESS: (MailKind.CONFIRM_NEW_ADDRESS, "/settings/email/"),
}


async def ask_for_reset(*, email: str) -> None:
    """Mail a link that sets a new password, if this is a member's address.

    Raises:
        InvalidError: It is no address.
        TooManyError: Too many were asked for.
    """
    await _ask(LinkPurpose.RESET, email=email)


async def ask_for_sign_in(*, email: str) -> None:
    """Mail a link that signs in, if this is a member's address.

    Raises:
        InvalidError: It is no address.
        TooManyError: Too many were asked for.
    """
    await _ask(LinkPurpose.SIGN_IN, email=email)


async def ask_for_new_address(actor: Member, *, credential: Credential, email: str) -> None:
    """Mail a link to the address that the actor wants to have from now on; the account keeps its own until then.

    Raises:
        SignInAgainError: The actor has not proved lately who they are.
        InvalidError: It is no address.
        TooManyError: Too many were asked for.
    """
    needs_recent(credential)
    await _ask(LinkPurpose.NEW_ADDRESS, email=email, actor=actor)


async def mail_link_again(token: str, *, purpose: LinkPurpose) -> None:
    """Mail another link in the place of one that has run out, or that was followed by a newer one.

    Whoever holds the old one reads the mailbox. So strangers who used up all mails of a day shut nobody out.

    Raises:
        LinkDeadError: It was used, or is older than a day, or never was.
        TooManyError: Too many were asked for in this way.
    """
    if (link := await look_at_ended_link(token, purpose=purpose)) is None:
        raise LinkDeadError
    await spend(MAILS_AGAIN, who=f"email {link.email}")
    async with transaction():
        if await account_of(link.email) != link.account:
            raise LinkDeadError
        await _mail_link(link.account, purpose=purpose, email=link.email)


async def answer_asked(about: bytes) -> None:
    """Mail what somebody asked for, or nothing: the job `answer_asked`, about an `Asked`."""
    asked = msgspec.json.decode(about, type=Asked).id
    if not await _has_room(asked):
        await fetch("DELETE FROM mail_asked WHERE id = {}", asked)
        return
    async with transaction():
        row = await fetch_one("DELETE FROM mail_asked WHERE id = {} RETURNING id, purpose, email, account", asked)
        if row is None:  # answered already
            return
        email, purpose = opened(row["email"], about="mail_asked.email", row=row["id"]), LinkPurpose(row["purpose"])
        if purpose is LinkPurpose.NEW_ADDRESS:
            await _answer_new_address(row["account"], email=email)
        elif (account := await account_of(email)) is not None:
            await _mail_link(account, purpose=purpose, email=email)


async def account_of(email: str) -> UUID | None:
    """Whose account has this address; also of a member who asked to be erased, as they may stay after all.

    They have it until the caller's transaction ends: no link goes to an address that is taken from an account just now.
    """
    row = await fetch_one("SELECT id FROM account WHERE email = {} FOR UPDATE", email)
    return None if row is None else row["id"]


async def has_room(email: str, *, what: str) -> bool:
    """Whether one more mail may go to an address that anybody can type; counts it. Only jobs ask, so nobody is told.

    Args:
        email: In its normal form; it may be nobody's.
        what: Of which kind the mail is; each has room of its own.
    """
    try:
        await spend(MAILS_ASKED, who=f"{what} {email}")
    except TooManyError:
        return False
    return True


async def spend_from_here(limit: Limit, *, email: str) -> None:
    """Count one question about an address for whoever asks it, and for nobody at another network address.

    So it tells nothing of what others asked, nor do they use up what its owner may ask.

    Raises:
        TooManyError: There were too many.
    """
    await spend(limit, who=f"email {email} from {calling_from()}")


async def is_taken(email: str, *, but_for: UUID | None = None) -> bool:
    """Whether an account has this address, or had it until lately and may still have it back.

    Args:
        email: In its normal form.
        but_for: An account whose own it may be.
    """
    row = await fetch_one(
        "SELECT 1 AS one FROM account WHERE email = {} AND id IS DISTINCT FROM {} UNION ALL "
        "SELECT 1 FROM mailed_link WHERE email = {} AND account IS DISTINCT FROM {} AND purpose = {} "
        "AND expires_at > {} LIMIT 1",
        email,
        but_for,
        email,
        but_for,
        LinkPurpose.UNDO,
        clock.now(),
    )
    return row is not None


async def _ask(purpose: LinkPurpose, *, email: str, actor: Member | None = None) -> None:
    normal = normal_email(email)
    if (problem := problem_with_email(normal)) is not None:
        raise InvalidError(problem.detail, errors=(problem,))
    if actor is None:
        await spend_from_here(_LIMITS[purpose], email=normal)
    else:
        await spend(_LIMITS[purpose], who=f"member {actor.id}")
    asked = uuid4()
    async with transaction():
        await fetch(
            "INSERT INTO mail_asked (id, purpose, email, account, created_at) VALUES ({}, {}, {}, {}, {})",
            asked,
            purpose,
            seal(normal, about="mail_asked.email", row=asked),
            None if actor is None else actor.id,
            clock.now(),
        )
        await jobs.enqueue("answer_asked", Asked(asked))


async def _has_room(asked: UUID) -> bool:
    """Whether what was asked for may be mailed; a change of address is limited by the account that asks."""
    row = await fetch_one("SELECT id, purpose, email FROM mail_asked WHERE id = {}", asked)
    if row is None or row["purpose"] == LinkPurpose.NEW_ADDRESS:
        return True
    return await has_room(opened(row["email"], about="mail_asked.email", row=row["id"]), what=row["purpose"])


async def _answer_new_address(account: UUID, *, email: str) -> None:
    if await account_of(email) == account:
        return
    if await is_taken(email, but_for=account):
        await send(to=email, mail=letter(MailKind.ADDRESS_IS_TAKEN))
        return
    await _mail_link(account, purpose=LinkPurpose.NEW_ADDRESS, email=email)


async def _mail_link(account: UUID, *, purpose: LinkPurpose, email: str) -> None:
    kind, path = _MAILS[purpose]
    token = await make_link(account, purpose=purpose, email=email)
    await send(to=email, mail=letter(kind, path=path + token))
