"""Mails go out once, through a real SMTP server, for what was committed; what they said is forgotten then."""

import asyncio
from pathlib import Path
from uuid import UUID

import pytest

from api.database import fetch, fetch_one, transaction
from api.mail import delivery, services
from api.mail.letters import letter
from api.mail.schemas import MailKind
from tests.api.mail.posting import Postbox, certificate, do_jobs, smtp_server, write_to
from tests.moved_clock import MovedClock

pytestmark = pytest.mark.usefixtures("database")

ADA = "ada@example.org"


async def _send(kind: MailKind = MailKind.PASSWORD_CHANGED) -> UUID:
    return await services.send(to=ADA, mail=letter(kind))


async def _row(mail_id: UUID) -> dict[str, object]:
    row = await fetch_one("SELECT * FROM outgoing_mail WHERE id = {}", mail_id)
    assert row is not None
    return row


async def test_a_mail_arrives_with_all_its_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    async with smtp_server(Postbox()) as postbox:
        write_to(monkeypatch, f"smtp://127.0.0.1:{postbox.port}?starttls=no")
        await _send()
        await do_jobs()

    (mail,) = postbox.mails
    assert (mail["To"], mail["From"]) == (ADA, "Wherefore <hello@wherefore.example>")
    assert mail["Auto-Submitted"] == "auto-generated"
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]
    assert postbox.recipients == [ADA]


async def test_what_a_sent_mail_said_is_forgotten_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    async with smtp_server(Postbox()) as postbox:
        write_to(monkeypatch, f"smtp://127.0.0.1:{postbox.port}?starttls=no")
        mail_id = await _send()
        await do_jobs()

    row = await _row(mail_id)
    assert row["sent_at"] is not None
    assert (row["recipient"], row["text"], row["html"]) == (None, None, None)


async def test_a_waiting_mail_is_sealed(monkeypatch: pytest.MonkeyPatch) -> None:
    write_to(monkeypatch, "smtp://127.0.0.1:9?starttls=no")

    row = await _row(await _send())

    told = " ".join(str(value) for value in row.values())
    assert ADA not in told
    assert "new password" not in told


async def test_nothing_is_sent_for_what_was_rolled_back(monkeypatch: pytest.MonkeyPatch) -> None:
    async with smtp_server(Postbox()) as postbox:
        write_to(monkeypatch, f"smtp://127.0.0.1:{postbox.port}?starttls=no")
        async with transaction() as current:
            await _send()
            await current.rollback()
        await do_jobs()
        await services.send_due_mails()

    assert postbox.mails == []
    assert await fetch("SELECT 1 FROM outgoing_mail") == []


async def test_two_workers_send_a_mail_once(monkeypatch: pytest.MonkeyPatch) -> None:
    async with smtp_server(Postbox()) as postbox:
        postbox.seconds["DATA"] = 0.2
        write_to(monkeypatch, f"smtp://127.0.0.1:{postbox.port}?starttls=no")
        await _send()
        await asyncio.gather(*[services.send_due_mails() for _ in range(8)])
        await do_jobs()

    assert len(postbox.mails) == 1


async def test_a_mail_whose_worker_died_is_sent_by_another_under_the_same_id(
    monkeypatch: pytest.MonkeyPatch, moved_clock: MovedClock
) -> None:
    async with smtp_server(Postbox()) as postbox:
        write_to(monkeypatch, f"smtp://127.0.0.1:{postbox.port}?starttls=no")
        await _send()
        postbox.seconds["taken"] = 30
        dying = asyncio.create_task(services.send_due_mails())
        await postbox.taken.wait()
        dying.cancel()
        await asyncio.wait([dying])
        postbox.seconds.clear()

        too_early = await services.send_due_mails()
        moved_clock.move(seconds=services.CLAIMED_FOR.total_seconds())
        later = await services.send_due_mails()

    assert (too_early, later) == (0, 1)
    assert len({mail["Message-ID"] for mail in postbox.mails}) == 1


async def test_starttls_is_used_and_the_certificate_checked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    context, trusted = certificate(tmp_path)
    async with smtp_server(Postbox(), starttls=context, account=("post", "a secret")) as postbox:
        write_to(monkeypatch, f"smtp://post:a%20secret@localhost:{postbox.port}")
        refused = await _send()
        await do_jobs()
        monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
        await _send()
        await services.send_due_mails()

    assert (await _row(refused))["last_error"] == "no trusted encryption"
    assert (len(postbox.mails), postbox.encrypted, postbox.signed_in) == (1, [True], ["post"])


async def test_a_certificate_for_another_host_is_not_trusted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    context, trusted = certificate(tmp_path, host="elsewhere.example")
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    async with smtp_server(Postbox(), starttls=context) as postbox:
        write_to(monkeypatch, f"smtp://localhost:{postbox.port}")
        mail_id = await _send()
        await do_jobs()

    assert (await _row(mail_id))["last_error"] == "no trusted encryption"
    assert postbox.mails == []


async def test_a_server_without_starttls_gets_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    async with smtp_server(Postbox()) as postbox:
        write_to(monkeypatch, f"smtp://127.0.0.1:{postbox.port}")
        await _send()
        await do_jobs()

    assert (postbox.mails, postbox.encrypted) == ([], [])


async def test_tls_from_the_start_works(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    context, trusted = certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    async with smtp_server(Postbox(), tls=context) as postbox:
        write_to(monkeypatch, f"smtps://localhost:{postbox.port}")
        await _send()
        await do_jobs()

    assert len(postbox.mails) == 1


async def test_a_wrong_password_is_no_fault_of_the_mail(monkeypatch: pytest.MonkeyPatch) -> None:
    async with smtp_server(Postbox(), account=("post", "right")) as postbox:
        write_to(monkeypatch, f"smtp://post:wrong@127.0.0.1:{postbox.port}?starttls=no")
        mail_id = await _send()
        await do_jobs()

    row = await _row(mail_id)
    assert (row["last_error"], row["dead_at"]) == ("sign-in refused (535)", None)


@pytest.mark.parametrize("step", ["greeting", "MAIL", "RCPT", "DATA"])
async def test_a_dropped_connection_is_tried_again(
    monkeypatch: pytest.MonkeyPatch, moved_clock: MovedClock, step: str
) -> None:
    async with smtp_server(Postbox()) as postbox:
        write_to(monkeypatch, f"smtp://127.0.0.1:{postbox.port}?starttls=no")
        postbox.hang_up_at = step
        mail_id = await _send()
        await do_jobs()
        put_off = await _row(mail_id)
        postbox.hang_up_at = None
        moved_clock.move(minutes=1)
        await services.send_due_mails()

    assert (put_off["sent_at"], put_off["dead_at"]) == (None, None)
    assert put_off["last_error"] in {"connection lost", "server not reached"}
    assert len(postbox.mails) == 1


@pytest.mark.parametrize("step", ["RCPT", "DATA"])
async def test_a_refusal_for_good_ends_it_at_once(monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    async with smtp_server(Postbox()) as postbox:
        write_to(monkeypatch, f"smtp://127.0.0.1:{postbox.port}?starttls=no")
        postbox.answers[step] = f"550 there is no {ADA} here"
        mail_id = await _send()
        await do_jobs()
        again = await services.send_due_mails()

    row = await _row(mail_id)
    assert row["dead_at"] is not None
    assert (row["tries"], again, row["recipient"], row["text"]) == (1, 0, None, None)
    assert row["last_error"] in {"recipient refused (550)", "mail refused (550)"}


@pytest.mark.parametrize("step", ["greeting", "MAIL", "RCPT", "DATA"])
async def test_not_now_is_tried_again_ever_later_and_then_given_up(
    monkeypatch: pytest.MonkeyPatch, moved_clock: MovedClock, step: str
) -> None:
    async with smtp_server(Postbox()) as postbox:
        write_to(monkeypatch, f"smtp://127.0.0.1:{postbox.port}?starttls=no")
        postbox.answers[step] = "421 come back later"
        mail_id = await _send()
        await do_jobs()
        for tried, wait in enumerate(services.TRY_AGAIN_AFTER, start=1):
            assert (await _row(mail_id))["tries"] == tried
            moved_clock.move(seconds=wait.total_seconds() - 1)
            await services.send_due_mails()
            assert (await _row(mail_id))["tries"] == tried
            moved_clock.move(seconds=1)
            await services.send_due_mails()

    row = await _row(mail_id)
    assert (row["tries"], row["dead_at"] is not None, row["text"]) == (6, True, None)


@pytest.mark.parametrize("step", ["greeting", "MAIL", "DATA", "taken"])
async def test_a_slow_server_is_not_waited_for(monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    monkeypatch.setattr(delivery, "CONNECT_SECONDS", 0.2)
    monkeypatch.setattr(delivery, "WHOLE_SECONDS", 0.5)
    async with smtp_server(Postbox()) as postbox:
        write_to(monkeypatch, f"smtp://127.0.0.1:{postbox.port}?starttls=no")
        postbox.seconds[step] = 20
        mail_id = await _send()
        async with asyncio.timeout(5):
            await do_jobs()

    row = await _row(mail_id)
    assert (row["sent_at"], row["dead_at"], row["tries"]) == (None, None, 1)
    assert row["last_error"] in {"took too long", "server not reached", "connection lost"}


async def test_many_mails_to_a_server_that_hangs_hold_up_no_other_job_and_are_sent_when_it_is_back(
    monkeypatch: pytest.MonkeyPatch, moved_clock: MovedClock
) -> None:
    monkeypatch.setattr(delivery, "WHOLE_SECONDS", 0.5)
    async with smtp_server(Postbox()) as postbox:
        write_to(monkeypatch, f"smtp://127.0.0.1:{postbox.port}?starttls=no")
        postbox.seconds["DATA"] = 20
        for _ in range(30):
            await _send()
        async with asyncio.timeout(5):
            await do_jobs()
        asked = postbox.connections

        postbox.seconds.clear()
        moved_clock.move(minutes=2)
        sent = await services.send_due_mails()

    assert asked == 1
    assert sent == 30


async def test_a_late_greeting_within_the_time_is_no_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    async with smtp_server(Postbox()) as postbox:
        write_to(monkeypatch, f"smtp://127.0.0.1:{postbox.port}?starttls=no")
        postbox.seconds.update({"greeting": 0.5, "DATA": 0.5})
        await _send()
        await do_jobs()

    assert len(postbox.mails) == 1


async def test_mails_wait_while_the_server_is_down(monkeypatch: pytest.MonkeyPatch, moved_clock: MovedClock) -> None:
    async with smtp_server(Postbox()) as postbox:
        write_to(monkeypatch, f"smtp://127.0.0.1:{postbox.port}?starttls=no")
    mails = [await _send() for _ in range(3)]
    await do_jobs()
    moved_clock.move(minutes=1)
    while_down = await services.send_due_mails()

    async with smtp_server(Postbox(), port=postbox.port) as back:
        moved_clock.move(minutes=20)
        sent = await services.send_due_mails()

    assert (while_down, sent, len(back.mails)) == (0, 3, len(mails))


async def test_a_link_that_has_run_out_is_not_sent(monkeypatch: pytest.MonkeyPatch, moved_clock: MovedClock) -> None:
    async with smtp_server(Postbox()) as postbox:
        write_to(monkeypatch, f"smtp://127.0.0.1:{postbox.port}?starttls=no")
        mail_id = await services.send(to=ADA, mail=letter(MailKind.SIGN_IN_LINK, path="/x"))
        moved_clock.move(minutes=15)
        await do_jobs()

    assert postbox.mails == []
    assert (await _row(mail_id))["last_error"] == "too late to be of use"


async def test_what_is_left_of_a_mail_goes_after_some_days(
    monkeypatch: pytest.MonkeyPatch, moved_clock: MovedClock
) -> None:
    await _send()
    async with smtp_server(Postbox()) as postbox:
        write_to(monkeypatch, f"smtp://127.0.0.1:{postbox.port}?starttls=no")
        await _send()
        await do_jobs()
        postbox.answers["RCPT"] = "550 no"
        await _send()
        await do_jobs()

    gone = []
    for days in (2, 1, 4, 23):
        moved_clock.move(days=days)
        gone.append(await services.delete_old_mails())

    assert gone == [0, 1, 1, 1]


async def test_an_erased_address_takes_its_mails_along() -> None:
    await _send()
    await services.send(to="grace@example.org", mail=letter(MailKind.NOTICE_WAITS))

    assert await services.forget_mails_to(ADA) == 1
    assert len(await fetch("SELECT 1 FROM outgoing_mail")) == 1
