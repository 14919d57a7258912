"""How a receiver knows that a delivery is ours, and how old it is: the Standard Webhooks specification, version 1.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

import hmac
import secrets
from base64 import b64decode, b64encode
from datetime import datetime
from hashlib import sha256

PREFIX = "whsec_"
BYTES = 32
"""The specification asks for 24 to 64."""


def new_secret() -> str:
    """A secret that nobody can guess, as both sides write it."""
    return PREFIX + b64encode(secrets.token_bytes(BYTES)).decode()


def signed_headers(event_id: str, body: bytes, *, at: datetime, held: list[str]) -> dict[str, str]:
    """The header fields by which a delivery is known.

    Args:
        event_id: The same in every attempt.
        body: What is sent, byte for byte.
        at: The moment of this attempt.
        held: Every secret that is valid now: while there are two, each signs.
    """
    seconds = str(int(at.timestamp()))
    signed = f"{event_id}.{seconds}.".encode() + body
    return {
        "webhook-id": event_id,
        "webhook-timestamp": seconds,
        "webhook-signature": " ".join(f"v1,{_signature(secret, signed)}" for secret in held),
    }


def _signature(secret: str, signed: bytes) -> str:
    key = b64decode(secret.removeprefix(PREFIX))
    return b64encode(hmac.new(key, signed, sha256).digest()).decode()
