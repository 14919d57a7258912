"""The command `wherefore`: what operators and developers do with an installation."""

import asyncio
import os
import sys
from pathlib import Path
from typing import Any

import click

from api.backups.errors import BackupError
from api.embedded import EmbeddedError
from api.migrations import DatabaseUnsuitableError
from api.settings import SettingError
from embeddings.models import ModelError
from scripts.backups import BACKUPS
from scripts.command_options import data_dir_option
from scripts.doctor import doctor_command
from scripts.measuring import GROUPS
from scripts.serve import CannotListenError, end, running_database, serve, shared_database

_MENDABLE = (SettingError, EmbeddedError, DatabaseUnsuitableError, ModelError, CannotListenError, BackupError)


class OneLine(click.Group):
    """Turns the errors that an operator can mend into one line and exit status 2."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command."""
        try:
            return super().invoke(ctx)
        except _MENDABLE as error:
            click.echo(f"wherefore: {error}", err=True)
            end(2)
        except KeyboardInterrupt:
            click.echo("Stopped.")
            end(130)


@click.group(cls=OneLine)
@click.version_option(package_name="wherefore")
def main() -> None:
    """Say why you want to meet people, and connect by a reason that is about the other person."""


@main.command("serve")
@click.option("--port", type=click.IntRange(1, 65535), help="The port to listen on (8000).")
@click.option("--host", help="The address to listen on (127.0.0.1).")
@click.option("--workers", type=click.IntRange(1, 64), help="How many processes serve (1).")
@click.option(
    "--demo",
    type=click.IntRange(0),
    default=0,
    help="Demo members to put into an empty database (0; with scripts/run 300).",
)
@data_dir_option
def serve_command(port: int | None, host: str | None, workers: int | None, demo: int) -> None:
    """Start everything and serve the site until Ctrl-C.

    Everything is PostgreSQL (unless WHEREFORE_DATABASE_URL names one), the tables, demo members if asked for, the
    pages and the JSON API. docs/settings.md tells what else can be set, by environment variables.
    """
    for name, value in (("PORT", port), ("HOST", host), ("WORKERS", workers)):
        if value is not None:
            os.environ[f"WHEREFORE_{name}"] = str(value)
    serve(demo_members=demo)


@main.command("migrate")
@data_dir_option
def migrate_command() -> None:
    """Bring the database to the shape that this version needs."""
    with running_database():
        click.echo("The database has the shape that this version needs.")


@main.command("seed")
@click.option("--members", type=click.IntRange(1), default=300, show_default=True, help="How many members to make.")
@click.option(
    "--seed", "number", type=int, default=7, show_default=True, help="The same number makes the same members."
)
@click.option("--bulk", is_flag=True, help="By COPY, for up to millions; can be stopped and goes on when run again.")
@click.option(
    "--texts",
    type=click.IntRange(1),
    default=200_000,
    show_default=True,
    help="With --bulk: how many distinct texts there are. Encoding them is what takes the time (10 minutes on two "
    "processors); up to about 80,000 members every text is its own.",
)
@click.option("--through-api", "url", help="The address of a server, which is seeded by its public API alone.")
@click.option("--token", envvar="WHEREFORE_TOKEN", help="With --through-api: of a member there (or WHEREFORE_TOKEN).")
@click.option(
    "--state",
    type=click.Path(dir_okay=False, path_type=Path),
    help="With --through-api: where what is done is kept, to go on from; named after the server where nothing is said.",
)
@data_dir_option
def seed_command(
    members: int, number: int, texts: int, *, bulk: bool, url: str | None, token: str | None, state: Path | None
) -> None:
    """Add believable demo members, with requests and connections in every state.

    With --bulk there are that many members besides the demo ones, who have written but not met anybody yet, and as
    whom nobody can sign in.

    With --through-api they join any server as anybody does, and what they do happens now. The token makes nobody: it
    shows that whoever seeds is a member there. Stopped in the middle, the same command goes on where it was.
    """
    if url is not None:
        from scripts.seed_through_api import seed_through_api  # noqa: PLC0415 - only for other servers

        seed_through_api(url=url, token=token, members=members, number=number, state=state)
        return
    with running_database():
        if bulk:
            from scripts.seed_bulk import seed_bulk  # noqa: PLC0415 - only for many

            asyncio.run(seed_bulk(members=members, number=number, texts=texts))
        else:
            from scripts.seed import seed  # noqa: PLC0415 - slow, and PostgreSQL starts meanwhile

            asyncio.run(seed(members=members, number=number))


@main.command("worker")
@click.option("--processes", type=click.IntRange(1, 64), default=1, show_default=True, help="How many do jobs.")
@data_dir_option
def worker_command(processes: int) -> None:
    """Do jobs until Ctrl-C and serve nothing, beside processes that serve.

    They do jobs as well, unless WHEREFORE_JOBS is no; each is done once, by whoever is free first. It does not matter
    which is started first: this waits for the database.
    """
    from scripts.worker import work  # noqa: PLC0415 - only where it is wanted

    work(processes=processes, say=_say_at_once)


def _say_at_once(line: str) -> None:
    click.echo(line)
    sys.stdout.flush()


@main.command("outbox")
@data_dir_option
def outbox_command() -> None:
    """Print how the latest mails fared and, where no mail server is set, what they say."""
    with shared_database():
        from scripts.outbox import show_outbox  # noqa: PLC0415 - it imports the engine

        asyncio.run(show_outbox())


@main.command("promote-moderator")
@click.argument("email")
@click.option("--undo", is_flag=True, help="They are an ordinary member again.")
@data_dir_option
def promote_moderator_command(email: str, *, undo: bool) -> None:
    """Let the member with this address see what moderators see, from their next page on."""
    with shared_database():
        from scripts.moderators import set_moderator  # noqa: PLC0415 - it imports the engine

        asyncio.run(set_moderator(email, is_moderator=not undo))


@main.command("export-member")
@click.argument("email")
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="A file; else it is printed.")
@data_dir_option
def export_member_command(email: str, output: Path | None) -> None:
    """Write everything that is kept of the member with this address, as JSON: what they could take out themselves."""
    with shared_database():
        from scripts.members_data import export_member  # noqa: PLC0415 - it imports the engine

        asyncio.run(export_member(email, output=output))


@main.command("erase-member")
@click.argument("email")
@click.option("--yes", is_flag=True, help="Do not ask first.")
@data_dir_option
def erase_member_command(email: str, *, yes: bool) -> None:
    """Delete the member with this address and all that hangs on them, at once and for good."""
    if not yes:
        click.confirm(f"Delete {email} for good? Nobody can undo it", abort=True)
    with shared_database():
        from scripts.members_data import erase_member  # noqa: PLC0415 - it imports the engine

        asyncio.run(erase_member(email))


@main.command("reembed")
@click.option("--model", help="A folder or a hub name (what WHEREFORE_MODEL says).")
@click.option("--remove-others", is_flag=True, help="Then remove the vectors of all other models.")
@data_dir_option
def reembed_command(model: str | None, *, remove_others: bool) -> None:
    """Give all statements that take part in matching a vector of a model, while the site serves with another.

    Can be stopped at any moment and goes on when run again. docs/languages.md tells how to change the model.
    """
    if model is not None:
        os.environ["WHEREFORE_MODEL"] = model
    with shared_database():
        from scripts.reembed import reembed  # noqa: PLC0415 - slow, and PostgreSQL starts meanwhile

        asyncio.run(reembed(remove_others=remove_others))


@main.command("rotate-keys")
@click.option("--retire", is_flag=True, help="Take the older keys away, once nothing is sealed with them any more.")
@data_dir_option
def rotate_keys_command(*, retire: bool) -> None:
    """Seal all that is sealed with a new key, while the site serves.

    Can be stopped at any moment and goes on when run again. Then copy the file of the keys, and run it with --retire.
    docs/encryption.md tells more.
    """
    with shared_database():
        from scripts.rotate_keys import retire_keys, rotate_keys  # noqa: PLC0415 - it imports the engine

        asyncio.run(retire_keys() if retire else rotate_keys())


for group in GROUPS:
    main.add_command(group)
for command in (*BACKUPS, doctor_command):
    main.add_command(command)


if __name__ == "__main__":
    main()
