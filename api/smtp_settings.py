"""How mail leaves the house: what `WHEREFORE_SMTP_URL` and `WHEREFORE_MAIL_FROM` say, read and checked."""

from email.headerregistry import Address
from email.utils import parseaddr
from enum import StrEnum
from urllib.parse import parse_qsl, unquote, urlsplit

import msgspec


class Tls(StrEnum):
    """How the way to the mail server is kept from others."""

    FROM_THE_START = "smtps"
    STARTTLS = "starttls"
    NONE = "none"


class Smtp(msgspec.Struct, frozen=True, kw_only=True):
    """A mail server and the address we write from."""

    host: str
    port: int
    username: str | None
    password: str | None
    tls: Tls
    sender: Address


class SmtpUnusableError(Exception):
    """One of the two settings cannot be used; the message is one line that names it and shows no password."""


_EXAMPLE = "give it like smtp://name:password@mail.example:587?starttls=required or smtps://…"
_PORTS = {"smtp": 587, "smtps": 465}
_HERE = {"localhost", "127.0.0.1", "::1"}


def read_smtp(url: str, sender: str) -> Smtp:
    """The mail server that the settings name.

    Raises:
        SmtpUnusableError: They cannot be used.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
        options = dict(parse_qsl(parts.query, strict_parsing=True)) if parts.query else {}
    except ValueError:  # a port that is no number, brackets that do not close
        raise SmtpUnusableError(f"WHEREFORE_SMTP_URL cannot be read; {_EXAMPLE}.") from None
    starttls = options.pop("starttls", "required")
    if parts.scheme not in _PORTS or not parts.hostname or parts.path.strip("/") or parts.fragment or options:
        raise SmtpUnusableError(f"WHEREFORE_SMTP_URL cannot be used; {_EXAMPLE}.")
    if starttls not in {"required", "no"} or (parts.scheme == "smtps" and "starttls" in parts.query):
        raise SmtpUnusableError("WHEREFORE_SMTP_URL: starttls is 'required' or 'no', and smtps:// needs none.")
    if bool(parts.username) != bool(parts.password):
        raise SmtpUnusableError("WHEREFORE_SMTP_URL needs a name and a password, or neither.")
    plain = parts.scheme == "smtp" and starttls == "no"
    if plain and parts.username and parts.hostname not in _HERE:
        raise SmtpUnusableError("WHEREFORE_SMTP_URL would send the password in the clear; leave out starttls=no.")
    return Smtp(
        host=parts.hostname,
        port=_PORTS[parts.scheme] if port is None else port,
        username=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
        tls=Tls.FROM_THE_START if parts.scheme == "smtps" else Tls.NONE if plain else Tls.STARTTLS,
        sender=_sender(sender),
    )


def _sender(text: str) -> Address:
    if not text:
        raise SmtpUnusableError("WHEREFORE_MAIL_FROM is missing; give the address that mails come from.")
    name, address = parseaddr(text)
    local, _, domain = address.rpartition("@")
    bad = SmtpUnusableError(
        f"WHEREFORE_MAIL_FROM is {text!r}; give an address, like Wherefore <hello@wherefore.example>."
    )
    if not local or not domain or not address.isascii() or not text.isprintable():
        raise bad
    try:
        return Address(display_name=name or "Wherefore", username=local, domain=domain)
    except Exception:  # noqa: BLE001 - the parser raises kinds of its own for what it cannot read
        raise bad from None
