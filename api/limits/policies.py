"""Every limit there is, with its numbers: the one table of them, told again in docs/limits.md.

Those about proving who one is are the numbers of pypi/warehouse (`warehouse/config.py`), counted as it counts them: any
period of that length, not the hours of a clock.
"""

from functools import cache

from api.limits.changed import read_changes
from api.limits.limit import Fails, Limit, Per, Quota, Window
from api.limits.quotas import QUOTAS
from api.settings import settings

MINUTE, HOUR, DAY = 60, 3_600, 86_400

CHANGES = Limit(
    name="changes",
    per=Per.ACCOUNT,
    windows=(Window(600, 5 * MINUTE), Window(10_000, DAY)),
    fails=Fails.CLOSED,
    counts="changes of any kind: every POST, PUT, PATCH and DELETE counts here too",
    lease=10,
)
VISITORS = Limit(
    name="visitors",
    per=Per.ADDRESS,
    windows=(Window(6_000, 5 * MINUTE),),
    fails=Fails.CLOSED,
    counts="forms and calls of whoever is not signed in, in the place of `changes`",
    lease=10,
)
READS = Limit(
    name="reads",
    per=Per.ACCOUNT,
    windows=(Window(15_000, 5 * MINUTE),),
    fails=Fails.OPEN,
    counts="reads of other members, of matches and of places",
    lease=100,
)
PLACES = Limit(
    name="places",
    per=Per.ACCOUNT,
    windows=(Window(600, 5 * MINUTE),),
    fails=Fails.OPEN,
    counts="searches for a place",
    lease=10,
)
JOINING = Limit(
    name="joining",
    per=Per.ADDRESS,
    windows=(Window(10, 5 * MINUTE), Window(30, HOUR)),
    fails=Fails.CLOSED,
    counts="accounts asked for",
)
SIGN_IN_ACCOUNT = Limit(
    name="sign-in-account",
    per=Per.ACCOUNT,
    windows=(Window(10, 5 * MINUTE),),
    fails=Fails.CLOSED,
    counts="wrong passwords for one e-mail address, from browsers that never signed in to it",
)
SIGN_IN_KNOWN = Limit(
    name="sign-in-known",
    per=Per.ACCOUNT,
    windows=(Window(10, 5 * MINUTE),),
    fails=Fails.CLOSED,
    counts="wrong passwords for one e-mail address, from one browser that signed in to it before",
)
SIGN_IN_KNOWN_ALL = Limit(
    name="sign-in-known-all",
    per=Per.ACCOUNT,
    windows=(Window(30, 5 * MINUTE),),
    fails=Fails.CLOSED,
    counts="wrong passwords for one e-mail address, from all browsers that signed in to it before",
)
SIGN_IN_ADDRESS = Limit(
    name="sign-in-address",
    per=Per.ADDRESS,
    windows=(Window(10, 5 * MINUTE),),
    fails=Fails.CLOSED,
    counts="wrong passwords from one network address",
)
SIGN_IN_EVERYONE = Limit(
    name="sign-in-everyone",
    per=Per.EVERYONE,
    windows=(Window(1_000, 5 * MINUTE),),
    fails=Fails.CLOSED,
    counts="wrong passwords on the whole site, from browsers that never signed in to the account",
)
SECOND_FACTOR_ACCOUNT = Limit(
    name="second-factor-account",
    per=Per.ACCOUNT,
    windows=(Window(5, 5 * MINUTE), Window(20, HOUR), Window(50, DAY)),
    fails=Fails.CLOSED,
    counts="wrong codes for one account, after the right password",
)
SECOND_FACTOR_KNOWN = Limit(
    name="second-factor-known",
    per=Per.ACCOUNT,
    windows=(Window(5, 5 * MINUTE), Window(20, HOUR), Window(50, DAY)),
    fails=Fails.CLOSED,
    counts="wrong codes for one account, from one browser that signed in to it before",
)
SECOND_FACTOR_KNOWN_ALL = Limit(
    name="second-factor-known-all",
    per=Per.ACCOUNT,
    windows=(Window(15, 5 * MINUTE), Window(60, HOUR), Window(150, DAY)),
    fails=Fails.CLOSED,
    counts="wrong codes for one account, from all browsers that signed in to it before",
)
SECOND_FACTOR_RESET = Limit(
    name="second-factor-reset",
    per=Per.ACCOUNT,
    windows=(Window(5, 5 * MINUTE), Window(20, HOUR), Window(50, DAY)),
    fails=Fails.CLOSED,
    counts="wrong codes for one account, with a mailed link that sets a new password",
)
SECOND_FACTOR_ADDRESS = Limit(
    name="second-factor-address",
    per=Per.ADDRESS,
    windows=(Window(10, 5 * MINUTE), Window(50, HOUR)),
    fails=Fails.CLOSED,
    counts="wrong codes from one network address",
)
NEW_TOKENS = Limit(
    name="new-tokens", per=Per.ACCOUNT, windows=(Window(30, HOUR),), fails=Fails.CLOSED, counts="tokens for programs"
)
RESET_ACCOUNT = Limit(
    name="reset-account",
    per=Per.MAILBOX_AND_ADDRESS,
    windows=(Window(5, DAY),),
    fails=Fails.CLOSED,
    counts="mails asked for that set a new password",
)
RESET_ADDRESS = Limit(
    name="reset-address",
    per=Per.ADDRESS,
    windows=(Window(10, HOUR),),
    fails=Fails.CLOSED,
    counts="mails asked for to get back in, from one network address",
)
LINK_ACCOUNT = Limit(
    name="link-account",
    per=Per.MAILBOX_AND_ADDRESS,
    windows=(Window(5, DAY),),
    fails=Fails.CLOSED,
    counts="mails asked for with a link that signs in",
)
CONFIRM_ACCOUNT = Limit(
    name="confirm-account",
    per=Per.MAILBOX_AND_ADDRESS,
    windows=(Window(3, 6 * HOUR),),
    fails=Fails.CLOSED,
    counts="accounts asked for with one e-mail address",
)
MAILS_ASKED = Limit(
    name="mails-asked",
    per=Per.MAILBOX,
    windows=(Window(20, DAY),),
    fails=Fails.CLOSED,
    counts="mails of one of these three kinds, whoever asked; what is beyond is not written, and nobody is told",
)
MAILS_AGAIN = Limit(
    name="mails-again",
    per=Per.MAILBOX,
    windows=(Window(5, DAY),),
    fails=Fails.CLOSED,
    counts="mails asked for by whoever holds an older link from one",
)
NEW_ADDRESS = Limit(
    name="new-address",
    per=Per.ACCOUNT,
    windows=(Window(2, DAY),),
    fails=Fails.CLOSED,
    counts="other e-mail addresses asked for",
)
MAILBOX_ACCOUNTS = Limit(
    name="mailbox-accounts",
    per=Per.MAILBOX,
    windows=(Window(3, 30 * DAY),),
    fails=Fails.CLOSED,
    counts="accounts that were made with an address of one mailbox, or moved to one, also where they are gone by now",
)
LEAVING = Limit(
    name="leaving", per=Per.ACCOUNT, windows=(Window(5, DAY),), fails=Fails.CLOSED, counts="accounts deleted"
)
LOOKING_AROUND = Limit(
    name="looking-around",
    per=Per.ADDRESS,
    windows=(Window(600, HOUR),),
    fails=Fails.CLOSED,
    counts="looks around as a demo member",
)
TRYING = Limit(
    name="trying",
    per=Per.ADDRESS,
    windows=(Window(30, 5 * MINUTE), Window(120, HOUR)),
    fails=Fails.CLOSED,
    counts="sentences tried on the first page, before joining",
)
STATEMENTS = Limit(
    name="statements",
    per=Per.ACCOUNT,
    windows=(Window(60, 10 * MINUTE), Window(200, DAY)),
    fails=Fails.CLOSED,
    counts="statements written or changed, and purposes switched on, for which all of theirs are read anew",
)
REASON_CHECKS = Limit(
    name="reason-checks",
    per=Per.ACCOUNT,
    windows=(Window(60, 5 * MINUTE), Window(300, DAY)),
    fails=Fails.CLOSED,
    counts="reasons judged, sent ones among them",
)
MESSAGES = Limit(
    name="messages",
    per=Per.ACCOUNT,
    windows=(Window(60, 5 * MINUTE), Window(2_000, DAY)),
    fails=Fails.CLOSED,
    counts="messages sent",
)
DRAFTS = Limit(
    name="drafts",
    per=Per.ACCOUNT,
    windows=(Window(300, 5 * MINUTE),),
    fails=Fails.CLOSED,
    counts="reasons and messages kept while they are written",
)
STREAMS_OPENED = Limit(
    name="streams-opened",
    per=Per.ACCOUNT,
    windows=(Window(600, 5 * MINUTE),),
    fails=Fails.OPEN,
    counts="event streams opened",
    lease=10,
)
WEBHOOKS_MADE = Limit(
    name="webhooks-made",
    per=Per.ACCOUNT,
    windows=(Window(30, HOUR),),
    fails=Fails.CLOSED,
    counts="webhooks made or led elsewhere, and new secrets for them",
)
WEBHOOK_CALLS = Limit(
    name="webhook-calls",
    per=Per.ACCOUNT,
    windows=(Window(30, 5 * MINUTE),),
    fails=Fails.CLOSED,
    counts="test calls of webhooks, and deliveries sent again by hand",
)
REPORTS = Limit(
    name="reports",
    per=Per.ACCOUNT,
    windows=(Window(10, HOUR), Window(30, DAY)),
    fails=Fails.CLOSED,
    counts="reports to the moderators",
)
EXPORTS = Limit(
    name="exports", per=Per.ACCOUNT, windows=(Window(10, DAY),), fails=Fails.CLOSED, counts="exports of all one's data"
)
LOOKS_AT_ONESELF = Limit(
    name="looks", per=Per.ACCOUNT, windows=(Window(60, HOUR),), fails=Fails.CLOSED, counts="looks at how one is seen"
)

ALL: tuple[Limit, ...] = tuple(found for found in tuple(globals().values()) if isinstance(found, Limit))
"""Those above, in their order."""


def quota_windows(quota: Quota, *, new: bool) -> tuple[Window, ...]:
    """The numbers that hold for a quota; new accounts have their own, which are changed under `<name>-new`."""
    name, windows = (f"{quota.name}-new", quota.new_windows) if new else (quota.name, quota.windows)
    return _changes().get(name, windows)


def windows_of(limit: Limit) -> tuple[Window, ...]:
    """The numbers that hold for a limit: the operator's, or those of the table."""
    return _changes().get(limit.name, limit.windows)


def check_changes() -> None:
    """Hold that what the operator changed can be used.

    Raises:
        SettingError: `WHEREFORE_LIMITS` names a limit that there is not, or has no numbers.
    """
    _changes()


@cache
def _changes() -> dict[str, tuple[Window, ...]]:
    return read_changes(settings().limits, names=names())


def names() -> set[str]:
    """Everything that can be changed."""
    quotas = {name for quota in QUOTAS for name in (quota.name, f"{quota.name}-new")}
    return {limit.name for limit in ALL} | quotas
