"""What mails say: plain words for anyone who may read over a shoulder, one link, nothing that is fetched."""

import re
from datetime import timedelta

import pytest

from api.accounts.leaving import UNDO
from api.accounts.links import LASTS
from api.accounts.pending import KEPT
from api.accounts.schemas import LinkPurpose
from api.mail.letters import WORDS, letter
from api.mail.schemas import Mail, MailKind
from tests.moved_clock import MovedClock

_NEVER = re.compile(
    r"belief|faith|spiritual|care|partner|dating|love|business|hobby|interest|purpose|match|illness|request|connect|"
    r"moderat|suspend|report|block|match|statement|meet|!",
    re.IGNORECASE,
)


def _mails() -> list[Mail]:
    return [letter(kind, path=None if WORDS[kind].path else "/x/abc") for kind in MailKind]


@pytest.mark.parametrize("mail", _mails(), ids=lambda mail: mail.kind)
def test_a_mail_says_nothing_about_why_somebody_is_here(mail: Mail) -> None:
    assert _NEVER.findall(f"{mail.subject} {mail.text} {re.sub('<[^>]*>', ' ', mail.html)}") == []


@pytest.mark.parametrize("mail", _mails(), ids=lambda mail: mail.kind)
def test_the_html_says_what_the_text_says_and_fetches_nothing(mail: Mail) -> None:
    said = " ".join(re.sub(r"<title>.*?</title>|<[^>]*>", " ", mail.html.replace("<wbr>", "")).split())

    for line in mail.text.split("\n"):
        assert line.removesuffix(":") in said.replace("&#x27;", "'")
    assert re.findall(r"<(?:img|link|script|style|iframe|object)|src=|style=|@import|url\(", mail.html) == []


def test_a_link_that_is_written_out_can_wrap_on_a_narrow_phone() -> None:
    mail = letter(MailKind.CONFIRM_ADDRESS, path=f"/confirm/{'x' * 43}")
    written = mail.html.partition("Or copy this: ")[2].partition("</p>")[0]

    assert max(map(len, written.split("<wbr>"))) <= 16
    assert written.replace("<wbr>", "") in mail.text


@pytest.mark.parametrize(
    ("kind", "after"),
    [
        (MailKind.CONFIRM_ADDRESS, KEPT),
        (MailKind.ADDRESS_CHANGED, LASTS[LinkPurpose.UNDO]),
        (MailKind.SECOND_STEP_ON, LASTS[LinkPurpose.UNDO]),
        (MailKind.ACCOUNT_DELETED, UNDO),
    ],
)
def test_what_ends_in_some_days_is_said_with_its_day(kind: MailKind, after: timedelta, moved_clock: MovedClock) -> None:
    moved_clock.move(days=40)

    mail = letter(kind, path=None if WORDS[kind].path else "/x/abc")

    ends = moved_clock.now() + after
    for form in (mail.text, mail.html):
        assert f"{ends.day} {ends:%B %Y}" in form


@pytest.mark.parametrize("mail", _mails(), ids=lambda mail: mail.kind)
def test_no_mail_counts_days_without_naming_one(mail: Mail) -> None:
    assert re.search(r"\d days(?!, until \d)|\{day\}", f"{mail.text}{mail.html}") is None


@pytest.mark.parametrize("mail", _mails(), ids=lambda mail: mail.kind)
def test_a_mail_has_at_most_one_link_and_says_what_to_do_if_it_was_not_you(mail: Mail) -> None:
    links = re.findall(r"https?://\S+", mail.text)

    assert len(links) <= 1
    assert len(mail.subject) <= 60
    if mail.kind not in {MailKind.NOTICE_WAITS, MailKind.ADDRESS_CHANGED_BACK, MailKind.WEBHOOK_OFF}:
        assert "not you" in mail.text


@pytest.mark.parametrize("mail", _mails(), ids=lambda mail: mail.kind)
def test_a_mail_is_read_at_the_age_of_eleven_or_younger(mail: Mail) -> None:
    prose = re.sub(r"\S+:\s*\nhttps?://\S+", "", mail.text)
    sentences = [part for part in re.split(r"[.:]\s|\n\n", prose) if part.strip()]
    words = re.findall(r"[A-Za-z']+", prose)
    syllables = sum(max(1, len(re.findall(r"[aeiouy]+", re.sub(r"e$", "", word.lower())))) for word in words)
    # Flesch and Kincaid's grade (1975), whose sixth year is the age of eleven.
    grade = 0.39 * len(words) / len(sentences) + 11.8 * syllables / len(words) - 15.59

    assert grade <= 6
