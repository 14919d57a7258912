"""A real SMTP server for tests, which can be slow, refuse, hang up and go away; and the jobs that write to it."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any, cast
from uuid import UUID

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from api.database import fetch, fetch_one
from api.mail import services
from api.mail.letters import letter
from api.mail.schemas import MailKind
from api.settings import settings
from api.worker import JOBS

SENDER = "Wherefore <hello@wherefore.example>"
ADA = "ada@example.org"


class Postbox:
    """What a test server was handed, and how it behaves."""

    def __init__(self) -> None:
        """Behave well."""
        self.mails: list[EmailMessage] = []
        self.answers: dict[str, str] = {}
        """What to answer to MAIL, RCPT or DATA instead of taking it."""
        self.hang_up_at: str | None = None
        """At which step the connection is dropped: "greeting", "MAIL", "RCPT", "DATA" or "taken"."""
        self.seconds: dict[str, float] = {}
        """How long to wait before answering at a step, or to a recipient."""
        self.signed_in: list[str] = []
        self.encrypted: list[bool] = []
        self.connections = 0
        self.port = 0
        self.recipients: list[str] = []
        self.taken = asyncio.Event()

    async def at(self, step: str, server: SMTP) -> str | None:
        """Behave as told at one step of a conversation; what to answer, or None to go on."""
        await asyncio.sleep(self.seconds.get(step, 0))
        if self.hang_up_at == step:
            transport = server.transport
            assert transport is not None
            transport.abort()  # type: ignore[attr-defined]  # of every real transport
            return "451 gone"
        return self.answers.get(step)

    async def handle_MAIL(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: Any) -> str:  # noqa: N802
        self.encrypted.append(server._tls_protocol is not None or session.ssl is not None)
        if (answer := await self.at("MAIL", server)) is not None:
            return answer
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: Any) -> str:  # noqa: N802
        await asyncio.sleep(self.seconds.get(address, 0))
        if (answer := await self.at("RCPT", server)) is not None:
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if (answer := await self.at("DATA", server)) is not None:
            return answer
        mail = message_from_bytes(cast("bytes", envelope.content), policy=default)
        self.mails.append(mail)
        self.recipients += envelope.rcpt_tos
        self.taken.set()
        return await self.at("taken", server) or "250 OK"


class _SlowGreeting(SMTP):
    """aiosmtpd greets at once; here the greeting may be late, refusing, or never come."""

    async def _handle_client(self) -> None:
        postbox = cast("Postbox", self.event_handler)
        postbox.connections += 1
        answer = await postbox.at("greeting", self)
        if answer is not None:
            if postbox.hang_up_at != "greeting":
                await self.push(answer)
                cast("asyncio.Transport", self.transport).close()
            return
        await super()._handle_client()


@asynccontextmanager
async def smtp_server(
    postbox: Postbox,
    *,
    port: int = 0,
    starttls: ssl.SSLContext | None = None,
    tls: ssl.SSLContext | None = None,
    account: tuple[str, str] | None = None,
) -> AsyncIterator[Postbox]:
    """A server that hands mails to `postbox`, on a port of its own unless one is given."""

    def check(server: SMTP, session: Session, envelope: Envelope, mechanism: str, given: Any) -> AuthResult:
        assert isinstance(given, LoginPassword)
        postbox.signed_in.append(given.login.decode())
        right = account is not None and (given.login.decode(), given.password.decode()) == account
        return AuthResult(success=right, handled=False)

    serving: list[SMTP] = []

    def serve() -> SMTP:
        serving.append(
            _SlowGreeting(
                postbox,
                hostname="mail.wherefore.example",
                loop=asyncio.get_running_loop(),
                tls_context=starttls,
                require_starttls=starttls is not None,
                authenticator=check,
                auth_required=account is not None and starttls is not None,
                auth_require_tls=starttls is not None,
            )
        )
        return serving[-1]

    server = await asyncio.get_running_loop().create_server(serve, "127.0.0.1", port, ssl=tls)
    postbox.port = server.sockets[0].getsockname()[1]
    try:
        yield postbox
    finally:
        server.close()
        for one in serving:
            if one._handler_coroutine is not None:
                one._handler_coroutine.cancel()
            if one.transport is not None:
                one.transport.abort()  # type: ignore[attr-defined]  # of every real transport
        await asyncio.sleep(0.01)


def write_to(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    """Send through this server from now on."""
    monkeypatch.setenv("WHEREFORE_SMTP_URL", url)
    monkeypatch.setenv("WHEREFORE_MAIL_FROM", SENDER)
    settings.cache_clear()


def certificate(folder: Path, *, host: str = "localhost") -> tuple[ssl.SSLContext, Path]:
    """A server's side of TLS with a certificate made just now, and the file by which it can be trusted."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public, both = folder / "trusted.pem", folder / "server.pem"
    public.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    both.write_bytes(secret + public.read_bytes())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(both)
    return context, public


async def do_jobs(*names: str) -> int:
    """Do every job that was asked for and is due, as a worker would, and those that they ask for; how many.

    Args:
        names: Of the jobs to do; all when there are none.
    """
    done = 0
    while rows := await fetch(
        "DELETE FROM pgqueuer WHERE id = (SELECT id FROM pgqueuer WHERE status = 'queued' AND execute_after <= now() "
        "AND (cardinality({}::text[]) = 0 OR entrypoint = ANY({}::text[])) ORDER BY id LIMIT 1) "
        "RETURNING entrypoint, payload",
        list(names),
        list(names),
    ):
        await JOBS[rows[0]["entrypoint"]](rows[0]["payload"])
        done += 1
    return done


async def send_one(*, to: str = ADA) -> UUID:
    """Let a mail wait to be sent, to Ada unless told otherwise."""
    return await services.send(to=to, mail=letter(MailKind.PASSWORD_CHANGED))


async def row_of(mail_id: UUID) -> dict[str, object]:
    """What is kept of a mail."""
    row = await fetch_one("SELECT * FROM outgoing_mail WHERE id = {}", mail_id)
    assert row is not None
    return row
