"""The command `wherefore outbox`."""

import click

from api import database
from api.mail.queries import mails_kept, mails_seen
from api.mail.schemas import MailSeen
from api.settings import settings


async def show_outbox() -> None:
    """Print how the latest mails fared and, where no mail goes out, what they say: somebody must pass them on."""
    async with database.connected():
        if settings().smtp is None:
            for kept in await mails_kept():
                click.echo(f"{kept.created_at:%Y-%m-%d %H:%M} UTC  {kept.kind.value}")
                click.echo(f"To: {kept.recipient}\nSubject: {kept.subject}\n\n{kept.text}\n{'-' * 60}")
        seen = await mails_seen()
    if not seen:
        click.echo("There are no mails.")
    for mail in seen:
        click.echo(f"{mail.created_at:%Y-%m-%d %H:%M} UTC  {mail.kind.value:24} {_fate(mail)}")


def _fate(mail: MailSeen) -> str:
    if mail.sent_at is not None:
        return f"sent, at try {mail.tries}"
    if mail.dead_at is not None:
        return f"given up at try {mail.tries}: {mail.last_error}"
    if mail.next_try_at is None:
        return "kept here"
    return f"waits after try {mail.tries}: {mail.last_error}" if mail.last_error else "waits"
