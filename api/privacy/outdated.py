"""Deleting what has been kept long enough and belongs to no job of its own domain; each may run late, or twice."""

from datetime import timedelta
from typing import Final

from api import clock
from api.database import fetch, transaction
from api.sealing import seal

ENDED_WORDS: Final = timedelta(days=7)
"""As long as an account takes to go, so that nobody can tell afterwards which of the two it was."""
ENDED_MESSAGES: Final = timedelta(days=100)
"""Reminders count for 90 days (docs/conversations.md)."""
CLOSED_REQUESTS: Final = timedelta(days=365)
WITHDRAWN_CONSENTS: Final = timedelta(days=3 * 365)
"""As long as somebody may ask whether a member's words were kept with their leave."""
BLOCKED_ADDRESSES: Final = timedelta(days=2 * 365)
JOB_LOGS: Final = timedelta(days=30)

AT_ONCE = 100
"""Connections in one transaction."""
_GONE = "These words were deleted some time after the connection had ended."
"""What is sealed in the place of words: as long as the shortest reason."""


async def forget_ended_words() -> int:
    """Take the words out of connections that have ended; how many connections.

    The rows stay: that two were connected, that both wrote and who was reminded decides what they may do afterwards.
    """
    number = 0
    while ended := await _forget_some():
        number += ended
    return number


async def delete_ended_messages() -> int:
    """Delete what is left of the messages of connections that ended long ago; how many."""
    return await _delete(
        "message USING connection WHERE connection.id = message.connection AND connection.ended_at <= {} "
        "RETURNING message.id",
        ENDED_MESSAGES,
    )


async def delete_closed_requests() -> int:
    """Delete requests that have been over for long, unless the connection that came of them goes on; how many."""
    return await _delete(
        "connection_request AS r WHERE r.closed_at <= {} AND NOT EXISTS "
        "(SELECT 1 FROM connection AS c WHERE c.request = r.id AND c.ended_at IS NULL) RETURNING r.id",
        CLOSED_REQUESTS,
    )


async def delete_withdrawn_consents() -> int:
    """Delete consents that were taken back long ago; how many."""
    return await _delete("consent WHERE withdrawn_at <= {} RETURNING id", WITHDRAWN_CONSENTS)


async def delete_blocked_addresses() -> int:
    """Delete the digests of blocked addresses whose account is gone, long after the block; how many."""
    return await _delete("blocked_address WHERE blocked IS NULL AND created_at <= {} RETURNING id", BLOCKED_ADDRESSES)


async def delete_job_logs() -> int:
    """Delete what is written down of work that was done, and work that failed for good; how many lines."""
    gone = await _delete("pgqueuer_log WHERE created <= {} RETURNING id", JOB_LOGS)
    gone += await _delete("pgqueuer_statistics WHERE created <= {} RETURNING id", JOB_LOGS)
    failed = "pgqueuer WHERE status NOT IN ('queued', 'picked') AND updated <= {} RETURNING id"
    return gone + await _delete(failed, JOB_LOGS)


async def _delete(what: str, after: timedelta) -> int:
    return len(await fetch(f"DELETE FROM {what}", clock.now() - after))


async def _forget_some() -> int:
    async with transaction():
        ended = await fetch(
            "SELECT id, crossed_reason IS NOT NULL AS crossed FROM connection WHERE ended_at <= {} "
            "AND words_gone_at IS NULL ORDER BY ended_at, id LIMIT {} FOR UPDATE SKIP LOCKED",
            clock.now() - ENDED_WORDS,
            AT_ONCE,
        )
        for row in ended:
            await fetch(
                "UPDATE connection SET reason = {}, crossed_reason = {}, anchor_text = NULL, asker_note = '', "
                "accepter_note = '', words_gone_at = {} WHERE id = {}",
                seal(_GONE, about="connection.reason", row=row["id"]),
                seal(_GONE, about="connection.crossed_reason", row=row["id"]) if row["crossed"] else None,
                clock.now(),
                row["id"],
            )
        messages = await fetch(
            "SELECT id FROM message WHERE connection = ANY({}::uuid[])", [row["id"] for row in ended]
        )
        ids = [row["id"] for row in messages]
        await fetch(
            "UPDATE message SET text = gone.text FROM unnest({}::uuid[], {}::text[]) AS gone (id, text) "
            "WHERE message.id = gone.id",
            ids,
            [seal(_GONE, about="message.text", row=message_id) for message_id in ids],
        )
        return len(ended)
