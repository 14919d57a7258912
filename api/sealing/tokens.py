"""Seal a text and open it again: AES-256-GCM, bound to the column and the row that it stands in."""

import binascii
import hashlib
import hmac
import os
from functools import lru_cache
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from api.sealing import keys

FORM = "s1"
NONCE = 12
TAG = 16

_TO_URL_SAFE = bytes.maketrans(b"+/", b"-_")


class SealBrokenError(Exception):
    """A sealed text was changed, or moved from another row or column, or was never sealed."""


def seal(text: str, *, about: str, row: UUID) -> str:
    """The text as it may be kept: `s1.<key id>.<nonce, text and tag in base64>`.

    Args:
        text: What somebody wrote; longer ones make longer tokens, one to one.
        about: Which column it stands in, as `table.column`.
        row: The id of its row.
    """
    return seal_with(keys.keys().present, text, about=about, row=row)


def seal_with(key_id: str, text: str, *, about: str, row: UUID) -> str:
    """As `seal`, with a key that may be an older one."""
    nonce = os.urandom(NONCE)  # 96 random bits: safe for 2**32 texts under one key (NIST SP 800-38D, 8.3)
    sealed = keys.cipher(key_id).encrypt(nonce, text.encode(), _bound_to(about, row))
    return f"{FORM}.{key_id}.{_written(nonce + sealed)}"


def opened(sealed: str, *, about: str, row: UUID) -> str:
    """The text that was sealed for this column and row.

    Raises:
        SealBrokenError: It is not such a text, or not one of this column and row.
        KeyMissingError: The key that it names is not here.
    """
    try:
        form, key_id, written = sealed.split(".", 2)
        if form != FORM:
            raise SealBrokenError(f"{about} of {row} is not sealed.")
        content = binascii.a2b_base64(
            written.encode().translate(keys.TO_STANDARD) + b"=" * (-len(written) % 4), strict_mode=True
        )
        if _written(content) != written:  # the last sign has bits that count for nothing
            raise SealBrokenError(f"{about} of {row} was changed since it was sealed.")
        plain = keys.cipher(key_id).decrypt(content[:NONCE], content[NONCE:], _bound_to(about, row))
        return plain.decode()
    except (ValueError, InvalidTag) as error:
        raise SealBrokenError(f"{about} of {row} was not sealed here, or was changed since.") from error


def keyed_digest(value: str, *, about: str) -> bytes:
    """32 bytes that only who has the keys can make of a value, and that stay the same when keys are changed.

    For what must be found again without being kept, like the addresses of erased accounts. Each `about` has a key of
    its own, so that digests for different ends cannot be compared.
    """
    return hmac.new(_digest_key(keys.keys().digest, about), value.encode(), hashlib.sha256).digest()


def seal_for_long(content: bytes, *, about: str, row: UUID) -> str:
    """Something that is kept outside of the database, under a key made of the one that never changes.

    A change of keys does not reach it there.
    """
    nonce = os.urandom(NONCE)
    return _written(nonce + _lasting_cipher(keys.keys().digest, about).encrypt(nonce, content, _bound_to(about, row)))


def opened_after_long(sealed: str, *, about: str, row: UUID) -> bytes:
    """What `seal_for_long` sealed.

    Raises:
        SealBrokenError: It was not sealed with the keys that are here, or was changed since.
    """
    try:
        content = binascii.a2b_base64(sealed.encode().translate(keys.TO_STANDARD) + b"=" * (-len(sealed) % 4))
        cipher = _lasting_cipher(keys.keys().digest, about)
        return cipher.decrypt(content[:NONCE], content[NONCE:], _bound_to(about, row))
    except (ValueError, InvalidTag) as error:
        raise SealBrokenError(f"{about} of {row} was not sealed here, or was changed since.") from error


def key_of(sealed: str) -> str:
    """The id of the key that a text was sealed with."""
    return sealed.split(".", 2)[1]


def _written(content: bytes) -> str:
    return binascii.b2a_base64(content, newline=False).translate(_TO_URL_SAFE).rstrip(b"=").decode()


def _bound_to(about: str, row: UUID) -> bytes:
    return about.encode() + b"\0" + row.bytes


@lru_cache(maxsize=8)
def _lasting_cipher(root: bytes, about: str) -> AESGCM:
    return AESGCM(_digest_key(root, f"sealing {about}"))


@lru_cache(maxsize=64)
def _digest_key(root: bytes, about: str) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=keys.SIZE, salt=None, info=f"wherefore {about}".encode()).derive(root)
