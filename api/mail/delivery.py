"""Handing one mail to the mail server, and saying of which kind it was when that did not work."""

import asyncio
import ssl
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from email.utils import format_datetime

from aiosmtplib import SMTP, SMTPException, SMTPNotSupported, SMTPRecipientsRefused, SMTPResponseException
from aiosmtplib.errors import SMTPAuthenticationError, SMTPDataError, SMTPSenderRefused

from api import clock
from api.mail.schemas import Mail
from api.smtp_settings import Smtp, Tls

CONNECT_SECONDS = 10.0
WHOLE_SECONDS = 30.0
_PERMANENT = 500


class NotDeliveredError(Exception):
    """The server did not take a mail; `kind` says why, without addresses and without its words."""

    def __init__(self, kind: str, *, for_good: bool = False, about_server: bool = False, hung: bool = False) -> None:
        """Say why.

        Args:
            kind: Such as "recipient refused (550)".
            for_good: Another try would end the same way.
            about_server: It has nothing to do with this mail: others would fare alike just now.
            hung: The server let us in and then did not answer in time, whether or not because of this mail.
        """
        super().__init__(kind)
        self.kind = kind
        self.for_good = for_good
        self.about_server = about_server
        self.hung = hung


def message_of(mail: Mail, *, to: str, sender: Address, message_id: str) -> EmailMessage:
    """A mail as it travels (RFC 5322), marked as written by a machine (RFC 3834) so that no other machine answers."""
    message = EmailMessage(policy=SMTP_POLICY)
    local, _, domain = to.rpartition("@")
    message["From"] = sender
    message["To"] = Address(username=local, domain=domain)
    message["Subject"] = mail.subject
    message["Date"] = format_datetime(clock.now())
    message["Message-ID"] = message_id
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    message.set_content(mail.text)
    message.add_alternative(mail.html, subtype="html")
    return message


async def deliver(message: EmailMessage, *, to: str, smtp: Smtp) -> None:
    """Hand a message to the server; it is delivered when the server has said so, whatever happens after.

    Raises:
        NotDeliveredError: The server did not take it.
    """
    client, let_in = _client(smtp), False
    try:
        async with asyncio.timeout(WHOLE_SECONDS):
            await _connect(client)
            let_in = True
            await _hand_over(client, message, to=to, smtp=smtp)
    except TimeoutError:
        raise NotDeliveredError("took too long", about_server=not let_in, hung=let_in) from None
    finally:
        client.close()


async def shake_hands(smtp: Smtp) -> None:
    """Go as far as a mail would, and send none.

    Raises:
        NotDeliveredError: The server does not let us in.
    """
    client = _client(smtp)
    try:
        await _connect(client)
    finally:
        client.close()


def _client(smtp: Smtp) -> SMTP:
    return SMTP(
        hostname=smtp.host,
        port=smtp.port,
        username=smtp.username,
        password=smtp.password,
        use_tls=smtp.tls is Tls.FROM_THE_START,
        start_tls=smtp.tls is Tls.STARTTLS,
        tls_context=None if smtp.tls is Tls.NONE else ssl.create_default_context(),
        # The machine's own name is nobody's business, and finding it out may take long.
        local_hostname=smtp.sender.domain,
        timeout=CONNECT_SECONDS,
    )


async def _connect(client: SMTP) -> None:
    """Go as far as the server lets us in: what fails here is never the fault of the mail."""
    try:
        async with asyncio.timeout(CONNECT_SECONDS):
            await client.connect()
    except SMTPAuthenticationError as error:
        raise NotDeliveredError(f"sign-in refused ({error.code})", about_server=True) from None
    except SMTPResponseException as error:
        raise NotDeliveredError(f"server refused us ({error.code})", about_server=True) from None
    except ssl.SSLError:
        raise NotDeliveredError("no trusted encryption", about_server=True) from None
    except SMTPException as error:
        # The library wraps what the system or OpenSSL said.
        kind = "no trusted encryption" if _from_ssl(error) else "server not reached"
        raise NotDeliveredError(kind, about_server=True) from None
    except TimeoutError:
        raise NotDeliveredError("server not reached", about_server=True) from None
    except (OSError, ValueError):
        raise NotDeliveredError("server not reached", about_server=True) from None


async def _hand_over(client: SMTP, message: EmailMessage, *, to: str, smtp: Smtp) -> None:
    try:
        await client.send_message(message, sender=smtp.sender.addr_spec, recipients=[to], timeout=WHOLE_SECONDS)
    except SMTPRecipientsRefused as error:
        code = error.recipients[0].code
        raise NotDeliveredError(f"recipient refused ({code})", for_good=code >= _PERMANENT) from None
    except SMTPSenderRefused as error:  # says something about our settings, which an operator can mend
        raise NotDeliveredError(f"sender refused ({error.code})", about_server=True) from None
    except SMTPDataError as error:
        raise NotDeliveredError(f"mail refused ({error.code})", for_good=error.code >= _PERMANENT) from None
    except SMTPResponseException as error:
        raise NotDeliveredError(f"refused ({error.code})", for_good=error.code >= _PERMANENT) from None
    except SMTPNotSupported:
        raise NotDeliveredError("address not supported", for_good=True) from None
    except (SMTPException, OSError):
        raise NotDeliveredError("connection lost", about_server=True) from None


def _from_ssl(error: BaseException) -> bool:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLError):
            return True
        cause = cause.__cause__ or cause.__context__
    return False
