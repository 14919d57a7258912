"""The random keys that sessions and tokens are made of, and what is kept of them."""

import hashlib
import secrets

TOKEN_PREFIX = "whf_"  # noqa: S105  (a mark by which leaked tokens can be found, no secret)
_BYTES = 32


def new_key() -> str:
    """43 characters that hold 32 random bytes."""
    return secrets.token_urlsafe(_BYTES)


def new_token() -> str:
    """A key that says of itself that it is an access token of Wherefore."""
    return TOKEN_PREFIX + new_key()


def digest(key: str) -> bytes:
    """What is kept of a key. Plain SHA-256 is enough: 256 random bits cannot be guessed, however fast the hash."""
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).digest()
