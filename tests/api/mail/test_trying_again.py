"""Mails that a server does not take: tried again ever later, given up, or not waited for."""

import asyncio

import pytest

from api.mail import delivery, services
from tests.api.mail.posting import ADA, Postbox, do_jobs, row_of, send_one, smtp_server, write_to
from tests.moved_clock import MovedClock

pytestmark = pytest.mark.usefixtures("database")


@pytest.mark.parametrize("step", ["greeting", "MAIL", "RCPT", "DATA"])
async def test_a_dropped_connection_is_tried_again(
    monkeypatch: pytest.MonkeyPatch, moved_clock: MovedClock, step: str
) -> None:
    async with smtp_server(Postbox()) as postbox:
        write_to(monkeypatch, f"smtp://127.0.0.1:{postbox.port}?starttls=no")
        postbox.hang_up_at = step
        mail_id = await send_one()
        await do_jobs()
        put_off = await row_of(mail_id)
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
        mail_id = await send_one()
        await do_jobs()
        again = await services.send_due_mails()

    row = await row_of(mail_id)
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
        mail_id = await send_one()
        await do_jobs()
        for tried, wait in enumerate(services.TRY_AGAIN_AFTER, start=1):
            assert (await row_of(mail_id))["tries"] == tried
            moved_clock.move(seconds=wait.total_seconds() - 1)
            await services.send_due_mails()
            assert (await row_of(mail_id))["tries"] == tried
            moved_clock.move(seconds=1)
            await services.send_due_mails()

    row = await row_of(mail_id)
    assert (row["tries"], row["dead_at"] is not None, row["text"]) == (6, True, None)


@pytest.mark.parametrize("step", ["greeting", "MAIL", "DATA", "taken"])
async def test_a_slow_server_is_not_waited_for(monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    monkeypatch.setattr(delivery, "CONNECT_SECONDS", 0.2)
    monkeypatch.setattr(delivery, "WHOLE_SECONDS", 0.5)
    async with smtp_server(Postbox()) as postbox:
        write_to(monkeypatch, f"smtp://127.0.0.1:{postbox.port}?starttls=no")
        postbox.seconds[step] = 20
        mail_id = await send_one()
        async with asyncio.timeout(5):
            await do_jobs()

    row = await row_of(mail_id)
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
            await send_one()
        async with asyncio.timeout(5):
            await do_jobs()
        asked = postbox.connections

        postbox.seconds.clear()
        moved_clock.move(minutes=2)
        sent = await services.send_due_mails()

    assert asked == 2
    assert sent == 30


async def test_a_recipient_at_whom_the_server_hangs_holds_up_nobody_else(
    monkeypatch: pytest.MonkeyPatch, moved_clock: MovedClock
) -> None:
    monkeypatch.setattr(delivery, "WHOLE_SECONDS", 0.5)
    stalling = "stalling@example.org"
    async with smtp_server(Postbox()) as postbox:
        write_to(monkeypatch, f"smtp://127.0.0.1:{postbox.port}?starttls=no")
        postbox.seconds[stalling] = 20
        await send_one(to=stalling)
        await send_one()
        await do_jobs()
        at_once = list(postbox.recipients)

        for _ in range(2):  # two at which it hangs, and it is let be for a while; then what was never tried comes first
            await send_one(to=stalling)
        await do_jobs()
        moved_clock.move(minutes=2)
        await send_one()
        sent = await services.send_due_mails()

    assert at_once == [ADA]
    assert sent == 1
    assert postbox.recipients == [ADA, ADA]


async def test_a_late_greeting_within_the_time_is_no_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    async with smtp_server(Postbox()) as postbox:
        write_to(monkeypatch, f"smtp://127.0.0.1:{postbox.port}?starttls=no")
        postbox.seconds.update({"greeting": 0.5, "DATA": 0.5})
        await send_one()
        await do_jobs()

    assert len(postbox.mails) == 1


async def test_mails_wait_while_the_server_is_down(monkeypatch: pytest.MonkeyPatch, moved_clock: MovedClock) -> None:
    async with smtp_server(Postbox()) as postbox:
        write_to(monkeypatch, f"smtp://127.0.0.1:{postbox.port}?starttls=no")
    mails = [await send_one() for _ in range(3)]
    await do_jobs()
    moved_clock.move(minutes=1)
    while_down = await services.send_due_mails()

    async with smtp_server(Postbox(), port=postbox.port) as back:
        moved_clock.move(minutes=20)
        sent = await services.send_due_mails()

    assert (while_down, sent, len(back.mails)) == (0, 3, len(mails))
