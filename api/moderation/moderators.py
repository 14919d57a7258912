"""Who is a moderator: decided by whoever runs the site, and written down."""

from api.accounts import services
from api.accounts.fields import normal_email
from api.database import fetch, transaction
from api.moderation.audit import note


async def set_moderator(*, email: str, is_moderator: bool) -> str:
    """Make a member a moderator, or an ordinary member again; their name.

    Raises:
        NotFoundError: Nobody signs in with this address.
    """
    async with transaction():
        name = await services.set_moderator(email=email, is_moderator=is_moderator)
        [row] = await fetch("SELECT id FROM account WHERE email = {}", normal_email(email))
        await note(row["id"], "made_moderator" if is_moderator else "unmade_moderator")
    return name
