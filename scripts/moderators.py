"""The command `wherefore promote-moderator`."""

import click

from api import database
from api.errors import NotFoundError
from api.moderation import moderators


async def set_moderator(email: str, *, is_moderator: bool) -> None:
    """Make a member a moderator, or an ordinary member again.

    Raises:
        click.ClickException: Nobody signs in with this address.
    """
    async with database.connected():
        try:
            name = await moderators.set_moderator(email=email, is_moderator=is_moderator)
        except NotFoundError as error:
            raise click.ClickException(f"Nobody signs in with {email}.") from error
    click.echo(f"{name} is {'a moderator' if is_moderator else 'an ordinary member'} now.")
