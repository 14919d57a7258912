"""Mails go to a server that is trusted, encrypted, and to no other."""

from pathlib import Path

import pytest

from api.mail import services
from tests.api.mail.posting import Postbox, certificate, do_jobs, row_of, send_one, smtp_server, write_to

pytestmark = pytest.mark.usefixtures("database")


async def test_starttls_is_used_and_the_certificate_checked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    context, trusted = certificate(tmp_path)
    async with smtp_server(Postbox(), starttls=context, account=("post", "a secret")) as postbox:
        write_to(monkeypatch, f"smtp://post:a%20secret@localhost:{postbox.port}")
        refused = await send_one()
        await do_jobs()
        monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
        await send_one()
        await services.send_due_mails()

    assert (await row_of(refused))["last_error"] == "no trusted encryption"
    assert (len(postbox.mails), postbox.encrypted, postbox.signed_in) == (1, [True], ["post"])


async def test_a_certificate_for_another_host_is_not_trusted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    context, trusted = certificate(tmp_path, host="elsewhere.example")
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    async with smtp_server(Postbox(), starttls=context) as postbox:
        write_to(monkeypatch, f"smtp://localhost:{postbox.port}")
        mail_id = await send_one()
        await do_jobs()

    assert (await row_of(mail_id))["last_error"] == "no trusted encryption"
    assert postbox.mails == []


async def test_a_server_without_starttls_gets_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    async with smtp_server(Postbox()) as postbox:
        write_to(monkeypatch, f"smtp://127.0.0.1:{postbox.port}")
        await send_one()
        await do_jobs()

    assert (postbox.mails, postbox.encrypted) == ([], [])


async def test_tls_from_the_start_works(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    context, trusted = certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    async with smtp_server(Postbox(), tls=context) as postbox:
        write_to(monkeypatch, f"smtps://localhost:{postbox.port}")
        await send_one()
        await do_jobs()

    assert len(postbox.mails) == 1


async def test_a_wrong_password_is_no_fault_of_the_mail(monkeypatch: pytest.MonkeyPatch) -> None:
    async with smtp_server(Postbox(), account=("post", "right")) as postbox:
        write_to(monkeypatch, f"smtp://post:wrong@127.0.0.1:{postbox.port}?starttls=no")
        mail_id = await send_one()
        await do_jobs()

    row = await row_of(mail_id)
    assert (row["last_error"], row["dead_at"]) == ("sign-in refused (535)", None)
