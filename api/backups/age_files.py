"""Encrypted files (age-encryption.org/v1): written and read a chunk at a time, so that size costs no memory.

Each chunk is authenticated with its number and with whether it is the last, so that nothing can be changed, taken out,
put elsewhere or cut off unnoticed.
"""

import hmac
import io
import secrets
from collections.abc import Sequence
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from api.backups.age_keys import FILE_KEY, Opener, Recipient, Stanza, derived, from_base64, in_base64
from api.backups.errors import DamagedError, SecretError

MAGIC = b"age-encryption.org/v1\n"
_CHUNK = 64 * 1024
_TAG = 16
_NONCE = 16
_COLUMNS = 64
_LONGEST_HEAD = 64 * 1024
_CUT_OFF = "The file is cut off: it ends before its end."


class KeyOfFile:
    """Opens the one file that it was made for; for reading back what was closed for somebody else."""

    def __init__(self) -> None:
        """Make a new one."""
        self.file_key = secrets.token_bytes(FILE_KEY)

    def unwrap(self, _: list[Stanza]) -> bytes:
        """The key of the file."""
        return self.file_key


class AgeWriter(io.RawIOBase):
    """Encrypts what is written to it into another file, which it does not close."""

    def __init__(self, file: BinaryIO, recipients: Sequence[Recipient], key: KeyOfFile) -> None:
        """Write the head."""
        self._file, self._waiting, self._count = file, bytearray(), 0
        head = MAGIC + b"".join(_written(recipient.wrap(key.file_key)) for recipient in recipients) + b"---"
        nonce = secrets.token_bytes(_NONCE)
        file.write(head + f" {in_base64(_mac(key.file_key, head))}\n".encode() + nonce)
        self._cipher = ChaCha20Poly1305(derived(key.file_key, salt=nonce, info=b"payload"))

    def writable(self) -> bool:
        """It is."""
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]  # the base class takes memory of any kind
        """Encrypt what fills chunks; what may be the last one waits."""
        self._waiting += data
        while len(self._waiting) > _CHUNK:
            self._put(bytes(self._waiting[:_CHUNK]), last=False)
            del self._waiting[:_CHUNK]
        return len(data)

    def close(self) -> None:
        """Write the last chunk."""
        if not self.closed:
            self._put(bytes(self._waiting), last=True)
        super().close()

    def _put(self, chunk: bytes, *, last: bool) -> None:
        self._file.write(self._cipher.encrypt(_nonce(self._count, last=last), chunk, None))
        self._count += 1


class AgeReader(io.RawIOBase):
    """Gives what was encrypted; never a byte that was not written so."""

    def __init__(self, file: BinaryIO, openers: Sequence[Opener]) -> None:
        """Read the head, which begins with `MAGIC`.

        Raises:
            DamagedError: It is damaged.
            SecretError: None of those who open opens it.
        """
        self._file, self._count, self._at_end = file, 0, False
        head, stanzas = _head(file)
        found = next((key for opener in openers if (key := opener.unwrap(stanzas)) is not None), None)
        if found is None:
            raise SecretError(_wrong(stanzas))
        mac = file.readline(_LONGEST_HEAD).rstrip(b"\n").lstrip(b" ").decode("ascii", errors="replace")
        if not hmac.compare_digest(from_base64(mac), _mac(found, head)):
            raise DamagedError("The head of the file was changed.")
        nonce = file.read(_NONCE)
        self._cipher = ChaCha20Poly1305(derived(found, salt=nonce, info=b"payload"))
        self._ahead = file.read(_CHUNK + _TAG)
        self._plain = memoryview(b"")

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, into: bytearray) -> int:  # type: ignore[override]  # the base class takes memory of any kind
        """Give what comes next, up to the end of a chunk.

        Raises:
            DamagedError: The file was changed or cut off.
        """
        if not self._plain and not self._at_end:
            self._plain = memoryview(self._next())
        given = min(len(into), len(self._plain))
        into[:given] = self._plain[:given]
        self._plain = self._plain[given:]
        return given

    def _next(self) -> bytes:
        chunk, self._ahead = self._ahead, self._file.read(_CHUNK + _TAG)
        self._at_end = not self._ahead
        try:
            plain = self._cipher.decrypt(_nonce(self._count, last=self._at_end), chunk, None)
        except (InvalidTag, ValueError):
            raise DamagedError(self._why(chunk)) from None
        self._count += 1
        return plain

    def _why(self, chunk: bytes) -> str:
        if self._at_end:
            try:
                self._cipher.decrypt(_nonce(self._count, last=False), chunk, None)
            except (InvalidTag, ValueError):
                pass
            else:
                return _CUT_OFF
        return "The file was changed after it had been written, or is cut off."


def _head(file: BinaryIO) -> tuple[bytes, list[Stanza]]:
    """The head up to the dashes before its seal, and the ways to its key."""
    head, stanzas = b"", list[Stanza]()
    if file.read(len(MAGIC)) != MAGIC:
        raise DamagedError("That is no encrypted backup.")
    while len(head) < _LONGEST_HEAD:
        line = _first_line(file)
        if line is None:
            return MAGIC + head + b"---", stanzas
        kind, *arguments = line.decode("ascii", errors="replace").split(" ")[1:] or [""]
        body, written = "", line
        while True:
            part = file.readline(_COLUMNS + 2)
            written += part
            body += part.rstrip(b"\n").decode("ascii", errors="replace")
            if len(part) != _COLUMNS + 1:
                break
        stanzas.append(Stanza(kind.strip(), tuple(argument.strip() for argument in arguments), from_base64(body)))
        head += written
    raise DamagedError("The head of the file is damaged.")


def _first_line(file: BinaryIO) -> bytes | None:
    """A line that begins a stanza; None, and the dashes read, at the end of the head."""
    begin = file.read(3)
    if begin == b"---":
        return None
    if begin != b"-> ":
        raise DamagedError("The head of the file is damaged." if begin else _CUT_OFF)
    return begin + file.readline(_LONGEST_HEAD)


def _written(stanza: Stanza) -> bytes:
    body = in_base64(stanza.body)
    lines = [body[start : start + _COLUMNS] for start in range(0, len(body), _COLUMNS)]
    if not lines or len(lines[-1]) == _COLUMNS:
        lines.append("")
    return "\n".join([" ".join(("->", stanza.kind, *stanza.arguments)), *lines, ""]).encode()


def _wrong(stanzas: list[Stanza]) -> str:
    if any(stanza.kind == "scrypt" for stanza in stanzas):
        return "This is not the passphrase of this file (--passphrase-file, or WHEREFORE_BACKUP_PASSPHRASE)."
    return "This is not a key that opens this file (--identity)."


def _mac(file_key: bytes, head: bytes) -> bytes:
    return hmac.digest(derived(file_key, salt=b"", info=b"header"), head, "sha256")


def _nonce(count: int, *, last: bool) -> bytes:
    return count.to_bytes(11, "big") + bytes([last])
