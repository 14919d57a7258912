"""The kinds of what members are told at once."""

from enum import StrEnum


class Kind(StrEnum):
    """What has happened."""

    REQUEST_RECEIVED = "request.received"
    """Somebody asked the member to connect."""
    REQUEST_ANSWERED = "request.answered"
    """The other said something about a request between the two: yes, no with a sentence, a question, or its answer."""
    CONNECTION_MADE = "connection.made"
    MESSAGE_RECEIVED = "message.received"
