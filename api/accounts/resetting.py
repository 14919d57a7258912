"""What whoever reads a member's mail can do with it: set a new password, or sign in."""

from api.accounts.errors import LinkDeadError
from api.accounts.holding import hold
from api.accounts.leaving import AccountLeavingError, more_than_a_password
from api.accounts.links import end_links, look_at_link, use_up_link
from api.accounts.passwords import hash_password, problems_with_password
from api.accounts.schemas import LinkPurpose, Member, PendingSignIn, SessionCreated
from api.accounts.second_factor import check_code, has_second_factor
from api.accounts.signing_in import let_in
from api.accounts.ways_in import end_every_credential
from api.database import fetch, fetch_one, transaction
from api.errors import InvalidError
from api.mail.letters import letter
from api.mail.schemas import MailKind
from api.mail.services import send
from api.protections import Became, mark, protecting


async def asks_for_code(token: str) -> bool:
    """Whether a new password by this link needs a code of the member's app too.

    Raises:
        LinkDeadError: The link does nothing any more.
    """
    return await has_second_factor((await look_at_link(token, purpose=LinkPurpose.RESET)).account)


async def reset_password(token: str, *, password: str, code: str = "") -> None:
    """Set a new password by a mailed link. Everything else that opened the account is dead, and its member is told.

    Raises:
        LinkDeadError: The link does nothing any more.
        InvalidError: The password is not good enough; the link still works.
        WrongCodeError: The member has an app for codes, and this is none of it; the link still works.
        TooManyError: There were too many wrong codes.
    """
    link = await look_at_link(token, purpose=LinkPurpose.RESET)
    row = await fetch_one("SELECT email, display_name FROM account WHERE id = {}", link.account)
    if row is None:
        raise LinkDeadError
    if problems := await problems_with_password(password, words=[row["email"], row["display_name"]]):
        raise InvalidError(problems[0].detail, errors=tuple(problems))
    if await has_second_factor(link.account):  # or a mailbox alone would open the account
        await check_code(link.account, code, resetting=True)
    password_hash = await hash_password(password)
    async with protecting() as keep:
        await hold(link.account)
        await use_up_link(token, purpose=LinkPurpose.RESET)
        keep(Became(link.account, secret=mark(password_hash)))
        await fetch("UPDATE account SET password_hash = {} WHERE id = {}", password_hash, link.account)
        await end_every_credential(link.account)
        await end_links(link.account)
        await send(to=row["email"], mail=letter(MailKind.PASSWORD_CHANGED))


async def sign_in_by_link(token: str, *, label: str = "") -> SessionCreated | PendingSignIn:
    """Sign in whoever reads a member's mail, or ask them for a code first.

    Raises:
        LinkDeadError: The link does nothing any more.
        AccountLeavingError: They asked to be erased, and no code is asked for. The link is used up all the same.
    """
    async with transaction():
        await hold((await look_at_link(token, purpose=LinkPurpose.SIGN_IN)).account)
        link = await use_up_link(token, purpose=LinkPurpose.SIGN_IN)
        row = await fetch_one(
            "SELECT id, display_name, suspended_at IS NOT NULL AS suspended FROM account WHERE id = {}", link.account
        )
        if row is None:
            raise LinkDeadError
        member = Member(id=row["id"], display_name=row["display_name"], suspended=row["suspended"])
        try:
            with more_than_a_password():
                return await let_in(member, label=label)
        except AccountLeavingError as error:  # nothing was written since
            leaving = error
    raise leaving
