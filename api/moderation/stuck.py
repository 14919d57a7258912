"""Cases that wait and that no moderator may judge: for whoever runs the site, who can make another one."""

import structlog
from piccolo.querystring import QueryString

from api.database import fetch
from api.moderation.case_rows import is_impartial
from api.moderation.cases import FOR_ANOTHER, WAITS

logger = structlog.get_logger()


async def tell_of_stuck_cases() -> int:
    """The job: say in the log how many cases wait for a moderator that there is not; how many.

    Not on a page: a moderator who read there that a case waits which is not in their queue would learn that they, or
    somebody they know, were reported.
    """
    moderator = QueryString("m.id")
    rows = await fetch(
        f"SELECT count(*) AS stuck FROM report AS r WHERE {WAITS} AND NOT EXISTS (SELECT 1 FROM account AS m "
        f"WHERE m.is_moderator AND m.suspended_at IS NULL AND m.erased_at IS NULL AND {FOR_ANOTHER} AND {{}})",
        moderator,
        is_impartial(moderator),
    )
    stuck = int(rows[0]["stuck"])
    if stuck:
        logger.warning("no_moderator_for_cases", cases=stuck, help="Run `wherefore promote-moderator EMAIL`.")
    return stuck
