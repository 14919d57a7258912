"""What may stand in the two settings of mail, and that a bad one stops the start with one line without a secret."""

import pytest

from api.settings import SettingError, settings
from api.smtp_settings import SmtpUnusableError, Tls, read_smtp

SENDER = "Wherefore <hello@wherefore.example>"


@pytest.mark.parametrize(
    ("url", "port", "tls"),
    [
        ("smtp://mail.example", 587, Tls.STARTTLS),
        ("smtp://post:a%40b@mail.example:2525?starttls=required", 2525, Tls.STARTTLS),
        ("smtps://post:word@mail.example", 465, Tls.FROM_THE_START),
        ("smtp://post:word@localhost:25?starttls=no", 25, Tls.NONE),
    ],
)
def test_a_server_is_read(url: str, port: int, tls: Tls) -> None:
    smtp = read_smtp(url, SENDER)

    assert (smtp.port, smtp.tls) == (port, tls)
    assert str(smtp.sender) == SENDER


def test_a_password_may_hold_any_sign() -> None:
    assert read_smtp("smtp://p%3A:a%40%2Fb@mail.example", SENDER).password == "a@/b"


@pytest.mark.parametrize(
    "url",
    [
        "http://mail.example",
        "smtp://",
        "smtp://mail.example:abc",
        "smtp://mail.example:70000",
        "smtp://[::1",
        "smtp://mail.example/path",
        "smtp://mail.example?starttls=maybe",
        "smtp://mail.example?tls=no",
        "smtps://mail.example?starttls=no",
        "smtp://post@mail.example",
        "smtp://post:hidden-word@mail.example?starttls=no",
        "hidden-word",
    ],
)
def test_what_cannot_be_used_is_told_in_one_line_without_the_password(url: str) -> None:
    with pytest.raises(SmtpUnusableError) as error:
        read_smtp(url, SENDER)

    told = str(error.value)
    assert told.startswith("WHEREFORE_SMTP_URL")
    assert "\n" not in told
    assert "hidden-word" not in told


@pytest.mark.parametrize("sender", ["", "nobody", "a@", "@b.example", "a@b.example\r\nBcc: c@d.example", "ü@b.example"])
def test_a_sender_that_is_no_address_is_told(sender: str) -> None:
    with pytest.raises(SmtpUnusableError, match="WHEREFORE_MAIL_FROM"):
        read_smtp("smtp://mail.example", sender)


def test_a_bad_value_stops_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WHEREFORE_SMTP_URL", "smtp://mail.example")
    monkeypatch.delenv("WHEREFORE_MAIL_FROM", raising=False)
    settings.cache_clear()
    try:
        with pytest.raises(SettingError, match="WHEREFORE_MAIL_FROM is missing"):
            settings()
    finally:
        monkeypatch.undo()
        settings.cache_clear()
