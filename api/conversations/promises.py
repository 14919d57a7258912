"""What each of two connected members gave as their reason, or else said yes to."""

from api.connections.schemas import ConnectionRead
from api.conversations.schemas import Promise


def promise_of(connection: ConnectionRead, *, of_other: bool = False) -> Promise:
    """What the reader of a connection, or the other of it, gave as their reason, or else said yes to.

    Args:
        connection: As its reader sees it; `by_me` of the promise is the reader's too.
        of_other: Whether the other's is wanted.
    """
    asked = connection.asked_by_me != of_other
    if asked or connection.crossed_reason is None:
        return Promise(reason=connection.reason, by_me=connection.asked_by_me)
    return Promise(reason=connection.crossed_reason, by_me=not connection.asked_by_me)


def in_words(promise: Promise) -> str:
    """What a reminder says; `promise` as its writer reads it."""
    who = "I" if promise.by_me else "you"
    return f"We connected for something else. When we connected, {who} wrote:\n“{promise.reason}”"
