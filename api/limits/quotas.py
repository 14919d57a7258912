"""How many distinct people a member may see and write to, with the numbers: told again in docs/limits.md."""

from api.limits.limit import Quota, Window

DAY = 86_400

PEOPLE_SEEN = Quota(
    name="people-seen",
    windows=(Window(200, DAY), Window(1_500, 30 * DAY)),
    new_windows=(Window(60, DAY), Window(300, 30 * DAY)),
    counts="people whose card or page one is shown, and had not been shown in the last 30 days",
)
PEOPLE_WRITTEN_TO = Quota(
    name="people-written-to",
    windows=(Window(15, DAY), Window(80, 30 * DAY)),
    new_windows=(Window(5, DAY), Window(20, 30 * DAY)),
    counts="people one asks to connect, whatever becomes of it",
)

QUOTAS: tuple[Quota, ...] = (PEOPLE_SEEN, PEOPLE_WRITTEN_TO)
