"""The command `wherefore rotate-keys`: a new key for all that is sealed, while a site may serve."""

import asyncpg
import click
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from api.sealing import keys
from api.sealing.rotation import NotNowError, retire, rotate
from api.settings import settings


async def rotate_keys() -> None:
    """Make a new key, or go on with the one that was made, and seal everything with it.

    Raises:
        click.ClickException: Somebody else is changing the keys.
    """
    connection = await asyncpg.connect(settings().database_url)
    try:
        with Progress(
            TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
        ) as progress:
            task = progress.add_task("Sealing", total=None)
            changed = await rotate(
                connection, tell=lambda done, total: progress.update(task, completed=done, total=total)
            )
            progress.update(task, completed=progress.tasks[0].total or 0)
    except NotNowError as error:
        raise click.ClickException(str(error)) from None
    finally:
        await connection.close()
    click.echo(f"{changed:,} rows were sealed with the key {keys.keys().present}; all that is sealed is under it now.")
    if not keys.are_in_environment():
        click.echo(f"Copy {keys.file()} to a safe place, apart from the copies of the database.")
    if len(keys.keys().sealing) > 1:
        click.echo(
            "The older keys still open older copies of the database. `wherefore rotate-keys --retire` removes them."
        )


async def retire_keys() -> None:
    """Take the older keys away.

    Raises:
        click.ClickException: Something is still sealed with one of them.
    """
    connection = await asyncpg.connect(settings().database_url)
    try:
        gone = await retire(connection)
    except NotNowError as error:
        raise click.ClickException(str(error)) from None
    finally:
        await connection.close()
    if not gone:
        click.echo("There is only one key, and it is in use.")
    elif keys.are_in_environment():
        click.echo(f"Nothing is sealed with {', '.join(gone)}: take it out of WHEREFORE_ENCRYPTION_KEYS on every host.")
    else:
        click.echo(
            f"Removed: {', '.join(gone)}. Copies of the database from before can only be read with a copy of them."
        )
