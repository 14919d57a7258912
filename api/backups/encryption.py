"""Encrypted files, those of age (age-encryption.org/v1): written and read as they come, so that size costs no memory.

The library reads one file to its end and writes another; a pipe makes of that a file that is written or read here.
"""

import io
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, BinaryIO

import pyrage
from pyrage.x25519 import Identity, Recipient

from api.backups.errors import DamagedError, SecretError

MAGIC = b"age-encryption.org/v1\n"
_CUT_OFF = ("truncated", "Incomplete header", "failed to fill whole buffer")
"""What the library says of a file that ends too soon, where it can tell."""


def new_identity() -> Identity:
    """A new secret key; `str` of it is `AGE-SECRET-KEY-1…`, and of its `to_public()` what `recipient` reads."""
    return Identity.generate()


def recipient(text: str) -> Recipient:
    """A public key, for whose secret one a file can be closed; who makes the file need not have that.

    Raises:
        SecretError: That is no such key.
    """
    try:
        return Recipient.from_str(text)
    except pyrage.RecipientError:
        raise SecretError(f"{text[:12]}… is no public key of age; it begins with age1 and has 62 characters.") from None


def identity(text: str) -> Identity:
    """A secret key, which opens what was closed for its public one.

    Raises:
        SecretError: That is no such key.
    """
    try:
        return Identity.from_str(text)
    except pyrage.IdentityError:
        raise SecretError("That is no secret key of age; it begins with AGE-SECRET-KEY-1.") from None


@contextmanager
def encrypting(file: BinaryIO, recipients: Sequence[Recipient]) -> Iterator[BinaryIO]:
    """Give what takes bytes and writes them into a file, closed for the recipients; all is there once this has ended.

    Raises:
        OSError: The file cannot be written.
    """
    into, (reading, writing) = _Watched(file), _pipe()
    with ThreadPoolExecutor(1) as pool:
        done = pool.submit(_then_close, reading, pyrage.encrypt_io, reading, into, recipients)
        try:
            with writing:
                yield writing
        except BrokenPipeError:  # the other end knows why
            into.tell_why(done)
            raise
        into.tell_why(done)


@contextmanager
def decrypting(file: BinaryIO, identities: Sequence[Identity]) -> Iterator[io.RawIOBase]:
    """Give what a file holds; never a byte that was not written so.

    Reading raises:
        DamagedError: The file was changed or cut off.
        SecretError: None of the keys opens it.
        OSError: It cannot be read.
    """
    source, (reading, writing) = _Watched(file), _pipe()
    with ThreadPoolExecutor(1) as pool, reading:
        yield _Decrypted(
            reading, source, pool.submit(_then_close, writing, pyrage.decrypt_io, source, writing, identities)
        )


class _Decrypted(io.RawIOBase):
    """The end of the pipe at which the content comes out, and then how it went."""

    def __init__(self, reading: BinaryIO, source: "_Watched", done: "Future[None]") -> None:
        self._reading, self._source, self._done = reading, source, done

    def readable(self) -> bool:
        return True

    def readinto(self, into: Any) -> int:
        count = self._reading.readinto(into)  # type: ignore[attr-defined]  # every file of the system has it
        if not count:
            try:
                self._source.tell_why(self._done)
            except (pyrage.DecryptError, OSError) as error:
                if error is self._source.failed:
                    raise
                raise _in_words(str(error)) from None
        return int(count)


class _Watched:
    """A file that remembers what went wrong with it, of which the library keeps the words alone."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.failed: OSError | None = None

    def read(self, size: int = -1) -> bytes:
        with self._remembering():
            return self._file.read(size)

    def write(self, data: bytes) -> int:
        with self._remembering():
            return self._file.write(data)

    def flush(self) -> None:
        with self._remembering():
            self._file.flush()

    def tell_why(self, done: "Future[None]") -> None:
        """Wait for the end, and raise what went wrong."""
        error = done.exception()
        if error is not None:
            raise self.failed or error

    @contextmanager
    def _remembering(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            self.failed = error
            raise


def _pipe() -> tuple[BinaryIO, BinaryIO]:
    reading, writing = os.pipe()
    return os.fdopen(reading, "rb"), os.fdopen(writing, "wb")


def _then_close(end: BinaryIO, work: Callable[..., None], *args: Any) -> None:
    with end:
        work(*args)


def _in_words(said: str) -> Exception:
    if said == "No matching keys found":
        return SecretError("This is not a key that opens this file (--identity).")
    if any(words in said for words in _CUT_OFF):
        return DamagedError("The file is cut off: it ends before its end.")
    return DamagedError("The file was changed after it had been written, or is cut off.")
