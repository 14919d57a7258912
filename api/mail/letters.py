"""What each mail says: plain words that anyone may read over a shoulder, one link, and what to do if it was not you."""

from collections.abc import Sequence
from datetime import timedelta
from html import escape

import msgspec

from api import clock
from api.mail.schemas import Mail, MailKind
from api.settings import settings

GREETING = "Hello,"
SIGNATURE = "Wherefore"
_UNBROKEN = 16
"""Characters of a link that is written out, after each of which a narrow screen may break it."""


class Words(msgspec.Struct, frozen=True):
    """What one kind of mail says, around its link."""

    subject: str
    before: tuple[str, ...]
    button: str | None = None
    """What the link is called; None when the mail has none."""
    after: tuple[str, ...] = ()
    path: str | None = None
    """Where the link leads when it is the same for everybody."""
    useful_for: timedelta | None = None
    day_after: timedelta | None = None
    """How long after it is written the `{day}` is that it names: nobody knows when a mail will be read."""


_NOT_YOU = "If this was not you, you need to do nothing. The link does nothing until somebody opens it and says yes."
_WAS_IT_YOU = "If it was you, all is well, and you need to do nothing."
_NOT_ME = (
    "If it was not you, somebody else may have got into your account. Open the link and set a new password. "
    "That signs out everybody else."
)

WORDS = {
    MailKind.CONFIRM_ADDRESS: Words(
        "Confirm your e-mail address",
        (
            "Somebody wants to join Wherefore with this e-mail address.",
            "If it was you, open this link. It works for 24 hours.",
        ),
        "Confirm my address",
        (_NOT_YOU, "Without a yes we delete everything about it on {day}."),
        useful_for=timedelta(hours=24),
        day_after=timedelta(days=7),
    ),
    MailKind.ALREADY_A_MEMBER: Words(
        "You have an account already",
        (
            "Somebody wants to join Wherefore with this e-mail address.",
            "But there is an account with it already. So nothing was made new, and nothing changed.",
            "If it was you, sign in as you always do. If you forgot your password, you can set a new one here.",
        ),
        "Set a new password",
        ("If it was not you, you need to do nothing. They were not told that you have an account.",),
        path="/forgot",
        useful_for=timedelta(hours=24),
    ),
    MailKind.RESET_PASSWORD: Words(
        "Set a new password",
        (
            "Somebody asked for a new password for your account.",
            "If it was you, open this link. It works for 10 minutes.",
        ),
        "Set a new password",
        (_NOT_YOU, "Your password stays as it is until you set a new one."),
        useful_for=timedelta(minutes=10),
    ),
    MailKind.SIGN_IN_LINK: Words(
        "Your link to sign in",
        (
            "Somebody asked to sign in with this e-mail address.",
            "If it was you, open this link. It works for 10 minutes.",
        ),
        "Sign in",
        (_NOT_YOU, "Never pass this link on: whoever opens it is signed in as you."),
        useful_for=timedelta(minutes=10),
    ),
    MailKind.CONFIRM_NEW_ADDRESS: Words(
        "Confirm your new e-mail address",
        (
            "Somebody wants to use this e-mail address for their account.",
            "If it was you, open this link. It works for 24 hours.",
        ),
        "Use this address",
        (_NOT_YOU,),
        useful_for=timedelta(hours=24),
    ),
    MailKind.ADDRESS_IS_TAKEN: Words(
        "You have an account already",
        (
            "Somebody wants to use this e-mail address for an account.",
            "But there is another account with it already. So nothing changed.",
            "If it was you: sign in with this address to reach that account.",
        ),
        "Sign in",
        ("If it was not you, you need to do nothing. They were not told that you have an account.",),
        path="/sign-in",
        useful_for=timedelta(hours=24),
    ),
    MailKind.ADDRESS_CHANGED: Words(
        "Your e-mail address was changed",
        (
            "Your account has a new e-mail address. From now on you sign in with that one, and we write to it.",
            "If it was you, all is well, and you need to do nothing.",
            "If it was not you, open this link. It brings this address back and signs out everybody.",
            "The link works for 7 days, until {day}.",
        ),
        "This was not me",
        useful_for=timedelta(days=7),
        day_after=timedelta(days=7),
    ),
    MailKind.ADDRESS_CHANGED_BACK: Words(
        "Your account has its old e-mail address again",
        (
            "An account used this e-mail address for a while. The change was undone from the address it had before.",
            "This address opens nothing any more.",
        ),
    ),
    MailKind.PASSWORD_CHANGED: Words(
        "Your password was changed",
        (
            "Your account has a new password.",
            "Every other browser is signed out, and tokens for programs are gone.",
            _WAS_IT_YOU,
            _NOT_ME,
        ),
        "Set a new password",
        path="/forgot",
    ),
    MailKind.TOKEN_MADE: Words(
        "A token was made for your account",
        (
            "A token for a program was made. Whoever has it can use your account without your password.",
            _WAS_IT_YOU,
            f"{_NOT_ME} It ends the token too.",
        ),
        "Set a new password",
        path="/forgot",
    ),
    MailKind.WEBHOOK_MADE: Words(
        "A webhook of your account was made or changed",
        (
            "A webhook was made or changed: an address on the internet is told when there is something new for you.",
            "It is not told what it is.",
            _WAS_IT_YOU,
            f"{_NOT_ME} It turns the webhook off too.",
        ),
        "Set a new password",
        path="/forgot",
    ),
    MailKind.WEBHOOK_OFF: Words(
        "A webhook was turned off",
        (
            "A webhook of your account could not be reached for days, or its receiver asked us to stop.",
            "So we turned it off.",
            "Nothing else in your account changed. You can mend the receiver, and turn the webhook on again.",
        ),
        "See my webhooks",
        path="/settings/webhooks",
    ),
    MailKind.PASSKEY_ADDED: Words(
        "A new way to sign in was added",
        ("A passkey was added to your account. Whoever has it can sign in as you.", _WAS_IT_YOU, _NOT_ME),
        "Set a new password",
        path="/forgot",
    ),
    MailKind.PASSKEY_REMOVED: Words(
        "A way to sign in was removed",
        ("A passkey was removed from your account. It opens nothing any more.", _WAS_IT_YOU, _NOT_ME),
        "Set a new password",
        path="/forgot",
    ),
    MailKind.PASSKEY_SET_ASIDE: Words(
        "A way to sign in was closed",
        (
            "A passkey of your account opens nothing any more. It answered in a way that only a copy does.",
            "If that was not you, somebody else may have a copy of it.",
            "Sign in another way, and remove it in your settings.",
            "If you have no other way to sign in, open this link and set a new password.",
        ),
        "Set a new password",
        path="/forgot",
    ),
    MailKind.SECOND_STEP_ON: Words(
        "Signing in now takes two steps",
        (
            "Your account now also asks for a code when somebody signs in.",
            _WAS_IT_YOU,
            "If it was not you, somebody else got into your account. Open this link. It switches the codes off.",
            "It signs out everybody, and asks you for a new password.",
            "The link works for 7 days, until {day}.",
        ),
        "This was not me",
        useful_for=timedelta(days=7),
        day_after=timedelta(days=7),
    ),
    MailKind.SECOND_STEP_OFF: Words(
        "Signing in now takes one step",
        ("Your account no longer asks for a code when somebody signs in.", _WAS_IT_YOU, _NOT_ME),
        "Set a new password",
        path="/forgot",
    ),
    MailKind.RECOVERY_CODES_NEW: Words(
        "You have new recovery codes",
        ("New recovery codes were made for your account. The old ones do nothing any more.", _WAS_IT_YOU, _NOT_ME),
        "Set a new password",
        path="/forgot",
    ),
    MailKind.RECOVERY_CODE_USED: Words(
        "A recovery code was used",
        ("Somebody signed in to your account with one of your recovery codes.", _WAS_IT_YOU, _NOT_ME),
        "Set a new password",
        path="/forgot",
    ),
    MailKind.NOTICE_WAITS: Words(
        "There is news about your account",
        ("There is something for you to read. It is about your account. Sign in to read it.",),
        "Read it",
        path="/notices",
    ),
    MailKind.ACCOUNT_DELETED: Words(
        "Your account is being deleted",
        (
            "Your account is hidden now. On {day} it is deleted for good.",
            "If it was not you, or you change your mind: sign in before that day and bring it back.",
        ),
        "Sign in",
        path="/sign-in",
        day_after=timedelta(days=7),
    ),
}


def letter(kind: MailKind, *, path: str | None = None) -> Mail:
    """The mail of a kind.

    Args:
        kind: What it is about.
        path: Where its link leads, such as `/reset/…`; left out for kinds whose link is the same for everybody.
    """
    words = WORDS[kind]
    path = path or words.path
    link = None if words.button is None or path is None else settings().base_url + path
    if words.day_after is not None:
        words = _with_day(words, f"{clock.now() + words.day_after:%-d %B %Y}")
    return Mail(
        kind=kind,
        subject=words.subject,
        text=_as_text(words, link),
        html=_as_html(words, link),
        useful_for=words.useful_for,
    )


def _with_day(words: Words, day: str) -> Words:
    before, after = ([said.replace("{day}", day) for said in part] for part in (words.before, words.after))
    return msgspec.structs.replace(words, before=tuple(before), after=tuple(after))


def _as_text(words: Words, link: str | None) -> str:
    parts = [GREETING, *words.before]
    if link is not None:
        parts.append(f"{words.button}:\n{link}")
    return "\n\n".join([*parts, *words.after, SIGNATURE]) + "\n"


def _as_html(words: Words, link: str | None) -> str:
    """No images, no styles, nothing that is fetched: only words and one link, which is also written out."""
    parts = [_paragraph(GREETING), *_paragraphs(words.before)]
    if link is not None:
        parts.append(f'<p><a href="{escape(link)}">{escape(words.button or "")}</a></p>')
        parts.append(f"<p>Or copy this: {_wrapping(link)}</p>")
    parts += [*_paragraphs(words.after), _paragraph(SIGNATURE)]
    title = escape(words.subject)
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{title}</title></head>\n<body>\n'
        + "\n".join(parts)
        + "\n</body></html>\n"
    )


def _wrapping(link: str) -> str:
    """A link that is written out, with places where a narrow screen may break it; copied, it is as it was."""
    pieces = (link[begins : begins + _UNBROKEN] for begins in range(0, len(link), _UNBROKEN))
    return "<wbr>".join(escape(piece) for piece in pieces)


def _paragraphs(texts: Sequence[str]) -> list[str]:
    return [_paragraph(text) for text in texts]


def _paragraph(text: str) -> str:
    return f"<p>{escape(text)}</p>"
