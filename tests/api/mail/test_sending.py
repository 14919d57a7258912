"""Mails go out once, through a real SMTP server, for what was committed; what they said is forgotten then."""

import asyncio

import pytest

from api.database import fetch, transaction
from api.mail import services
from api.mail.letters import letter
from api.mail.schemas import MailKind
from tests.api.mail.posting import ADA, Postbox, do_jobs, row_of, send_one, smtp_server, write_to
from tests.moved_clock import MovedClock

pytestmark = pytest.mark.usefixtures("database")


async def test_a_mail_arrives_with_all_its_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    async with smtp_server(Postbox()) as postbox:
        write_to(monkeypatch, f"smtp://127.0.0.1:{postbox.port}?starttls=no")
        await send_one()
        await do_jobs()

    (mail,) = postbox.mails
    assert (mail["To"], mail["From"]) == (ADA, "Wherefore <hello@wherefore.example>")
    assert mail["Auto-Submitted"] == "auto-generated"
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]
    assert postbox.recipients == [ADA]


async def test_what_a_sent_mail_said_is_forgotten_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    async with smtp_server(Postbox()) as postbox:
        write_to(monkeypatch, f"smtp://127.0.0.1:{postbox.port}?starttls=no")
        mail_id = await send_one()
        await do_jobs()

    row = await row_of(mail_id)
    assert row["sent_at"] is not None
    assert (row["recipient"], row["text"], row["html"]) == (None, None, None)


async def test_a_waiting_mail_is_sealed(monkeypatch: pytest.MonkeyPatch) -> None:
    write_to(monkeypatch, "smtp://127.0.0.1:9?starttls=no")

    row = await row_of(await send_one())

    told = " ".join(str(value) for value in row.values())
    assert ADA not in told
    assert "new password" not in told


async def test_nothing_is_sent_for_what_was_rolled_back(monkeypatch: pytest.MonkeyPatch) -> None:
    async with smtp_server(Postbox()) as postbox:
        write_to(monkeypatch, f"smtp://127.0.0.1:{postbox.port}?starttls=no")
        async with transaction() as current:
            await send_one()
            await current.rollback()
        await do_jobs()
        await services.send_due_mails()

    assert postbox.mails == []
    assert await fetch("SELECT 1 FROM outgoing_mail") == []


async def test_two_workers_send_a_mail_once(monkeypatch: pytest.MonkeyPatch) -> None:
    async with smtp_server(Postbox()) as postbox:
        postbox.seconds["DATA"] = 0.2
        write_to(monkeypatch, f"smtp://127.0.0.1:{postbox.port}?starttls=no")
        await send_one()
        await asyncio.gather(*[services.send_due_mails() for _ in range(8)])
        await do_jobs()

    assert len(postbox.mails) == 1


async def test_a_mail_whose_worker_died_is_sent_by_another_under_the_same_id(
    monkeypatch: pytest.MonkeyPatch, moved_clock: MovedClock
) -> None:
    async with smtp_server(Postbox()) as postbox:
        write_to(monkeypatch, f"smtp://127.0.0.1:{postbox.port}?starttls=no")
        await send_one()
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


async def test_a_link_that_has_run_out_is_not_sent(monkeypatch: pytest.MonkeyPatch, moved_clock: MovedClock) -> None:
    async with smtp_server(Postbox()) as postbox:
        write_to(monkeypatch, f"smtp://127.0.0.1:{postbox.port}?starttls=no")
        mail_id = await services.send(to=ADA, mail=letter(MailKind.SIGN_IN_LINK, path="/x"))
        moved_clock.move(minutes=15)
        await do_jobs()

    assert postbox.mails == []
    assert (await row_of(mail_id))["last_error"] == "too late to be of use"


async def test_what_is_left_of_a_mail_goes_after_some_days(
    monkeypatch: pytest.MonkeyPatch, moved_clock: MovedClock
) -> None:
    await send_one()
    async with smtp_server(Postbox()) as postbox:
        write_to(monkeypatch, f"smtp://127.0.0.1:{postbox.port}?starttls=no")
        await send_one()
        await do_jobs()
        postbox.answers["RCPT"] = "550 no"
        await send_one()
        await do_jobs()

    gone = []
    for days in (2, 1, 4, 23):
        moved_clock.move(days=days)
        gone.append(await services.delete_old_mails())

    assert gone == [0, 1, 1, 1]


async def test_an_erased_address_takes_its_mails_along() -> None:
    await send_one()
    await services.send(to="grace@example.org", mail=letter(MailKind.NOTICE_WAITS))

    assert await services.forget_mails_to(ADA) == 1
    assert len(await fetch("SELECT 1 FROM outgoing_mail")) == 1
