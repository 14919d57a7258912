"""What pages say of webhooks: what they are told of, how a delivery stands, and why one is off."""

from typing import Final

from api.event_kinds import Kind
from api.webhooks.queries import TEST
from api.webhooks.schemas import DeliveryState, WhyOff

KINDS: Final = (
    (Kind.REQUEST_RECEIVED, "Somebody asks me to connect", None),
    (
        Kind.REQUEST_ANSWERED,
        "Somebody says something about a request",
        "A yes, a no with a sentence, a question, or the answer to one.",
    ),
    (Kind.CONNECTION_MADE, "Somebody is connected with me", None),
    (Kind.MESSAGE_RECEIVED, "Somebody writes to me", None),
)
KINDS_SAID: Final = {str(kind): said for kind, said, _ in KINDS} | {TEST: "A test call"}

STATES: Final = {
    DeliveryState.WAITING: "It did not arrive yet",
    DeliveryState.DELIVERED: "It arrived",
    DeliveryState.GIVEN_UP: "It did not arrive, and we do not try any more",
}

WHY_OFF: Final = {
    WhyOff.CHOSEN: "You turned it off.",
    WhyOff.FAILING: "Nothing arrived for three days, so we turned it off. When it is mended, turn it on again.",
    WhyOff.GONE: "Its receiver asked us to stop, so we turned it off.",
    WhyOff.SIGNED_OUT: (
        "You signed out everywhere, or changed your password or e-mail address. That turns webhooks off, in case "
        "somebody else made one. If this one is yours, turn it on again."
    ),
}

_OUTCOMES: Final = {
    "no public address": "The name in the address leads nowhere on the internet",
    "not reached": "The receiver could not be reached",
    "no trusted encryption": "The certificate of the receiver is not one that we trust",
    "no answer in time": "The receiver took too long to answer",
    "answer too long": "The answer was too long",
    "answer not understood": "The answer was not what a web server says",
}


def outcome_words(outcome: str) -> str:
    """What came of one attempt."""
    if outcome in _OUTCOMES:
        return _OUTCOMES[outcome]
    status, _, redirected = outcome.partition(" ")
    if redirected:
        return f"The receiver wanted to send us on to another address ({status}), which we do not do"
    return f"The receiver answered {status}"
