"""Who may open an encrypted file: a passphrase or a pair of keys, as age (age-encryption.org/v1) has them.

The format is that of a tool which many have looked at, so that a backup can be opened without Wherefore too.
"""

import base64
import binascii
import secrets
from typing import Protocol

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from api.backups import bech32
from api.backups.errors import DamagedError, SecretError

FILE_KEY = 16
"""Bytes of the key of one file."""
SHORTEST_PASSPHRASE = 12
_PUBLIC, _SECRET = "age", "age-secret-key-"
_WORK = 17
"""scrypt with 2¹⁷ takes 128 MB and some tenths of a second, as OWASP asks (2024)."""
_MOST_WORK = 20
_SALT = 16
_KEY = 32
_TAG = 16
_NO_NONCE = bytes(12)  # each wrapping key is used once


class Stanza(msgspec.Struct, frozen=True):
    """One way to the key of a file, as it stands in its head."""

    kind: str
    arguments: tuple[str, ...]
    body: bytes


class Recipient(Protocol):
    """Can have a file closed for them."""

    def wrap(self, file_key: bytes) -> Stanza:
        """Close the key of a file for them."""
        ...


class Opener(Protocol):
    """Can open a file."""

    def unwrap(self, stanzas: list[Stanza]) -> bytes | None:
        """The key of a file; None if it is not closed for them."""
        ...


class Passphrase:
    """Whoever knows it."""

    def __init__(self, passphrase: str) -> None:
        """Take a passphrase.

        Raises:
            SecretError: It is too short to keep anybody out.
        """
        if len(passphrase) < SHORTEST_PASSPHRASE:
            raise SecretError(f"The passphrase is too short; give at least {SHORTEST_PASSPHRASE} characters.")
        self._passphrase = passphrase.encode()

    def wrap(self, file_key: bytes) -> Stanza:
        """Close the key of a file with it."""
        salt = secrets.token_bytes(_SALT)
        body = ChaCha20Poly1305(self._key(salt, _WORK)).encrypt(_NO_NONCE, file_key, None)
        return Stanza("scrypt", (in_base64(salt), str(_WORK)), body)

    def unwrap(self, stanzas: list[Stanza]) -> bytes | None:
        """The key of a file that was closed with it."""
        [stanza] = stanzas if len(stanzas) == 1 else [Stanza("", (), b"")]
        if stanza.kind != "scrypt" or len(stanza.arguments) != 2:  # noqa: PLR2004 - a salt and the work
            return None
        salt, work = from_base64(stanza.arguments[0]), stanza.arguments[1]
        if len(salt) != _SALT or not work.isascii() or not work.isdigit() or not 1 <= int(work) <= _MOST_WORK:
            raise DamagedError("The head of the file is damaged.")
        return _opened(self._key(salt, int(work)), stanza.body)

    def _key(self, salt: bytes, work: int) -> bytes:
        salt = b"age-encryption.org/v1/scrypt" + salt
        return Scrypt(salt=salt, length=_KEY, n=1 << work, r=8, p=1).derive(self._passphrase)


class PublicKey:
    """Whoever has the secret key that belongs to it; the machine that makes the backups need not."""

    def __init__(self, text: str) -> None:
        """Read `age1…`.

        Raises:
            SecretError: That is no such key.
        """
        data = bech32.decoded(_PUBLIC, text)
        if data is None or len(data) != _KEY:
            raise SecretError(f"{text[:12]}… is no public key of age; it begins with age1 and has 62 characters.")
        self._data = data

    def wrap(self, file_key: bytes) -> Stanza:
        """Close the key of a file for whoever has the secret key."""
        once = X25519PrivateKey.generate()
        share = once.public_key().public_bytes_raw()
        shared = once.exchange(X25519PublicKey.from_public_bytes(self._data))
        body = ChaCha20Poly1305(_wrapping(shared, share, self._data)).encrypt(_NO_NONCE, file_key, None)
        return Stanza("X25519", (in_base64(share),), body)


class SecretKey:
    """Opens what was closed for the public key that belongs to it."""

    def __init__(self, text: str) -> None:
        """Read `AGE-SECRET-KEY-1…`.

        Raises:
            SecretError: That is no such key.
        """
        data = bech32.decoded(_SECRET, text)
        if data is None or len(data) != _KEY:
            raise SecretError("That is no secret key of age; it begins with AGE-SECRET-KEY-1.")
        self._key = X25519PrivateKey.from_private_bytes(data)
        self._public = self._key.public_key().public_bytes_raw()

    def unwrap(self, stanzas: list[Stanza]) -> bytes | None:
        """The key of a file that was closed for it."""
        for stanza in stanzas:
            if stanza.kind != "X25519" or len(stanza.arguments) != 1:
                continue
            share = from_base64(stanza.arguments[0])
            if len(share) != _KEY:
                raise DamagedError("The head of the file is damaged.")
            try:
                shared = self._key.exchange(X25519PublicKey.from_public_bytes(share))
            except ValueError:  # a share that makes every secret the same
                raise DamagedError("The head of the file is damaged.") from None
            if (found := _opened(_wrapping(shared, share, self._public), stanza.body)) is not None:
                return found
        return None


def new_pair() -> tuple[str, str]:
    """A new secret key, and its public one."""
    key = X25519PrivateKey.generate()
    public = bech32.encoded(_PUBLIC, key.public_key().public_bytes_raw())
    return bech32.encoded(_SECRET, key.private_bytes_raw()).upper(), public


def in_base64(data: bytes) -> str:
    """Base64 as in heads: without padding."""
    return base64.b64encode(data).decode().rstrip("=")


def from_base64(text: str) -> bytes:
    """The bytes of base64 without padding, of which there is one way to write each.

    Raises:
        DamagedError: It is none.
    """
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError):
        raise DamagedError("The head of the file is damaged.") from None
    if in_base64(data) != text:
        raise DamagedError("The head of the file is damaged.")
    return data


def derived(key: bytes, *, salt: bytes, info: bytes) -> bytes:
    """A key for one end (HKDF-SHA-256)."""
    return HKDF(algorithm=SHA256(), length=_KEY, salt=salt or None, info=info).derive(key)


def _wrapping(shared: bytes, share: bytes, public: bytes) -> bytes:
    return derived(shared, salt=share + public, info=b"age-encryption.org/v1/X25519")


def _opened(key: bytes, body: bytes) -> bytes | None:
    if len(body) != FILE_KEY + _TAG:  # else one file could be made to open with two keys
        raise DamagedError("The head of the file is damaged.")
    try:
        return ChaCha20Poly1305(key).decrypt(_NO_NONCE, body, None)
    except InvalidTag:
        return None
