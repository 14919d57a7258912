"""What we leave in a browser: every cookie, and what scripts and the browser keep for us. The privacy page tells it."""

from datetime import timedelta
from typing import Final

import msgspec

from api.accounts.passkey_ceremonies import CHALLENGE_LASTS
from api.accounts.services import SESSION_LASTS
from api.accounts.signing_in import CODE_WITHIN
from web.contexts import FORM_SECONDS, NOTICE_SECONDS
from web.mailed_links import OPEN_SECONDS
from web.pages.leaving import PROVED_FOR
from web.sessions import KNOWN_SECONDS
from web.sign_ups import BEGUN_SECONDS

_UNITS = (("day", timedelta(days=1)), ("hour", timedelta(hours=1)), ("minute", timedelta(minutes=1)))


class Left(msgspec.Struct, frozen=True):
    """One thing that stays in a browser for a while."""

    name: str
    """Of a cookie, as it is without HTTPS; with HTTPS `__Host-` stands before it."""
    what: str
    lasts: timedelta

    @property
    def at_most(self) -> str:
        """For how long, in words."""
        unit, length = next(found for found in _UNITS if self.lasts >= found[1])
        number = round(self.lasts / length)
        return f"one {unit}" if number == 1 else f"{number} {unit}s"


def _seconds(number: int) -> timedelta:
    return timedelta(seconds=number)


COOKIES: Final = (
    Left("wherefore", "Keeps you signed in.", SESSION_LASTS),
    Left(
        "wherefore-known",
        "Tells us that somebody signed in here before, so that guesses at your password from elsewhere do not lock you "
        "out. It opens nothing. It goes when you sign out.",
        _seconds(KNOWN_SECONDS),
    ),
    Left("wherefore-notice", "Shows a message such as “Your words are kept” once.", _seconds(NOTICE_SECONDS)),
    Left("wherefore-pending", "Waits for the code from your app after your password.", CODE_WITHIN),
    Left("wherefore-passkey", "Ties a passkey to the browser that asked for it.", CHALLENGE_LASTS),
    Left("wherefore-link", "Holds the link from a mail while its page is open.", _seconds(OPEN_SECONDS)),
    Left("wherefore-sign-up", "Lets you ask for your mail again while you are joining.", _seconds(BEGUN_SECONDS)),
    Left(
        "wherefore-leaving", "Lets you stay after all, when you asked us to delete your account.", _seconds(PROVED_FOR)
    ),
    Left(
        "wherefore-form",
        "Ties a form to your browser before you sign in. Only old browsers get it.",
        _seconds(FORM_SECONDS),
    ),
)
