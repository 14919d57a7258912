"""The commands `wherefore backup`, `restore` and `backup-identity`."""

import asyncio
import signal
import time
from pathlib import Path

import click
from pyrage.x25519 import Identity

from api.backups.encryption import identity, new_identity, recipient
from api.backups.errors import BackupError, SecretError
from api.settings import write_once
from scripts.command_options import data_dir_option
from scripts.serve import untouched_database

_file = click.Path(dir_okay=False, path_type=Path)


@click.command("backup")
@click.argument("to", type=click.Path(path_type=Path))
@click.option(
    "--recipient", "keys", multiple=True, help="A public key (age1…) to encrypt for; may be given several times."
)
@data_dir_option
def backup_command(to: Path, keys: tuple[str, ...]) -> None:
    """Write the whole database as it is now to a file, or into a folder, and read it back; the site goes on serving.

    The encryption keys are not in it: keep a copy of them elsewhere. docs/backup.md tells more.
    """
    recipients = [recipient(key) for key in keys]
    _end_like_ctrl_c()
    began = time.monotonic()
    with untouched_database(alone=False) as url:
        from api.backups.taking import back_up, in_words  # noqa: PLC0415 - slow, and PostgreSQL starts meanwhile

        taken = asyncio.run(back_up(url, to=to, recipients=recipients, say=click.echo))
    click.echo(
        f"Wrote {taken.about.members:,} members, {taken.rows:,} rows, {in_words(taken.size)} to {taken.path} "
        f"in {time.monotonic() - began:.0f} s, and read it back"
        f"{'.' if recipients else '. It is not encrypted: whoever has the file has the names and addresses in it.'}"
    )


@click.command("restore")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--identity", "key_file", type=_file, help="A file with secret keys (AGE-SECRET-KEY-1…), one a line.")
@click.option("--check", "only_check", is_flag=True, help="Only read the file and say whether it is whole.")
@click.option("--replace", is_flag=True, help="Although there are members: they are replaced by those of the backup.")
@click.option("--journal", type=_file, help="The journal of erasures (erasures.jsonl) of the lost machine.")
@click.option("--without-journal", is_flag=True, help="Although nobody knows who has left since.")
@click.option("--keep-sign-ins", is_flag=True, help="Leave sessions and tokens as they were; for a move.")
@data_dir_option
def restore_command(
    file: Path,
    key_file: Path | None,
    journal: Path | None,
    *,
    only_check: bool,
    replace: bool,
    without_journal: bool,
    keep_sign_ins: bool,
) -> None:
    """Put a backup into the database, all of it or nothing; the site must be stopped.

    Refuses where there are members already, unless --replace says so. Whoever left after the backup was made does not
    come back. docs/backup.md tells more.
    """
    identities = _identities(key_file)
    _end_like_ctrl_c()
    began = time.monotonic()
    if only_check:
        _check(file, identities)
        return
    with untouched_database(alone=True) as url:
        from api.backups.restoring import Wishes, restore  # noqa: PLC0415 - slow, and PostgreSQL starts meanwhile

        wishes = Wishes(replace=replace, journal=journal, without_journal=without_journal, keep_sign_ins=keep_sign_ins)
        done = asyncio.run(restore(url, file, identities, wishes, say=click.echo))
    click.echo(
        f"Put back {done.about.members:,} members as they were on {done.about.made_at:%Y-%m-%d %H:%M} UTC, in "
        f"{time.monotonic() - began:.0f} s. {done.replayed.accounts:,} of them decided otherwise about their account "
        f"since, and {done.replayed.protections:,} times somebody was protected from something; that holds again."
        f"{'' if keep_sign_ins else ' Everybody signs in anew, and programs need new tokens.'}"
    )
    if done.replayed.unreadable:
        click.echo(
            f"{done.replayed.unreadable:,} lines of the journal cannot be read: cut off by a crash, which loses "
            "nothing that was done, or damaged, or of a site with other keys. What they say does not hold again. If "
            "you have another copy of the journal, restore once more with --journal FILE.",
            err=True,
        )


@click.command("backup-identity")
@click.argument("file", type=_file)
def backup_identity_command(file: Path) -> None:
    """Make a secret key in a file, and print the public one for `wherefore backup --recipient`."""
    if file.exists():
        raise BackupError(f"{file} is there already; it was not changed.")
    secret = new_identity()
    public = secret.to_public()
    try:
        write_once(file.absolute(), f"# public key: {public}\n{secret}\n")
    except OSError as error:
        raise BackupError(f"{file} cannot be written ({error.strerror}).") from error
    click.echo(f"{public}\nKeep {file} where the backups are not: without it nobody can open them.")


BACKUPS = (backup_command, restore_command, backup_identity_command)


def _check(file: Path, identities: list[Identity]) -> None:
    from api.backups.restoring import check  # noqa: PLC0415 - slow

    about, sums = check(file, identities)
    click.echo(
        f"The backup is whole: {about.members:,} members, {sum(total.rows for total in sums.tables.values()):,} rows, "
        f"made on {about.made_at:%Y-%m-%d %H:%M} UTC by Wherefore {about.wherefore} on PostgreSQL {about.postgresql}. "
        f"It needs the encryption keys {', '.join(about.keys) or '(none)'}."
    )


def _identities(file: Path | None) -> list[Identity]:
    if file is None:
        return []
    lines = [line.strip() for line in _read(file).splitlines()]
    return [identity(line) for line in lines if line and not line.startswith("#")]


def _read(file: Path) -> str:
    try:
        return file.read_text()
    except (OSError, UnicodeError) as error:
        raise SecretError(f"{file} cannot be read ({type(error).__name__}).") from error


def _end_like_ctrl_c() -> None:
    """Leave nothing unfinished behind when somebody stops the machine."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
