"""Texts that are sealed at rest, so that whoever has only the database cannot read them: see docs/encryption.md."""

from api.sealing.keys import KeyMissingError
from api.sealing.rows import open_in
from api.sealing.tokens import SealBrokenError, keyed_digest, opened, opened_after_long, seal, seal_for_long

__all__ = [
    "KeyMissingError",
    "SealBrokenError",
    "keyed_digest",
    "open_in",
    "opened",
    "opened_after_long",
    "seal",
    "seal_for_long",
]
