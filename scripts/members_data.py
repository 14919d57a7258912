"""The commands `wherefore export-member` and `wherefore erase-member`."""

import asyncio
from pathlib import Path

import click

from api import database
from api.accounts.schemas import Member
from api.database import fetch_one
from api.privacy.erasure import erase
from api.privacy.export_document import export_document


async def export_member(email: str, *, output: Path | None) -> None:
    """Write everything that is kept of a member to a file, or to standard output.

    Raises:
        click.ClickException: Nobody signs in with this address.
    """
    async with database.connected():
        member = await _member(email)
        pieces = [piece async for piece in export_document(member)]
    if output is None:
        click.echo(b"".join(pieces))
        return
    await asyncio.to_thread(output.touch, 0o600)
    await asyncio.to_thread(output.write_bytes, b"".join(pieces))
    click.echo(f"Wrote everything that is kept of {member.display_name} to {output}.")


async def erase_member(email: str) -> None:
    """Delete a member and all that hangs on them at once and for good, also from backups that are put back later.

    Raises:
        click.ClickException: Nobody signs in with this address.
    """
    async with database.connected():
        member = await _member(email)
        await erase(member.id)
    click.echo(f"{member.display_name} is erased.")


async def _member(email: str) -> Member:
    row = await fetch_one("SELECT id, display_name FROM account WHERE email = {}", email.strip().lower())
    if row is None:
        raise click.ClickException(f"Nobody signs in with {email}.")
    return Member(id=row["id"], display_name=row["display_name"])
