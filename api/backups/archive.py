"""The file of a backup: a tar archive, packed by gzip, and encrypted like age where that is wanted.

`age --decrypt FILE | tar --list --gzip` lists what is in one: `about.json` first, the journal of erasures and each
table in parts of some megabytes, and the sums of all tables last.
"""

import gzip
import hashlib
import io
import os
import tarfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import BinaryIO, NamedTuple, Self

import msgspec
from pyrage.x25519 import Identity, Recipient

from api.backups.encryption import MAGIC, decrypting, encrypting
from api.backups.errors import BackupError, DamagedError, SecretError
from api.backups.schemas import FORMAT, About, Sum, Sums

PART = 4 * 1024 * 1024
"""Bytes of a table that are held in memory together, and of the journal that stand together."""
_ABOUT, _JOURNAL, _SUMS = "about.json", "erasures.jsonl", "sums.json"
_LARGEST_PART = 64 * 1024 * 1024
_PACKING = 1  # vectors and sealed texts can hardly be packed: more would take time and save nothing


class Part(NamedTuple):
    """A piece of a table."""

    table: str
    data: bytes


class TableWriter:
    """Takes a table as COPY gives it, and hands it on in parts."""

    def __init__(self, tar: tarfile.TarFile, table: str) -> None:
        """Begin a table."""
        self._tar, self._table = tar, table
        self._waiting, self._parts, self._bytes = bytearray(), 0, 0
        self._hash = hashlib.sha256()

    async def take(self, data: bytes) -> None:
        """Take what COPY gives."""
        self._waiting += data
        self._hash.update(data)
        self._bytes += len(data)
        if len(self._waiting) >= PART:
            self._put()

    def end(self, rows: int) -> Sum:
        """Write what is left; what the table comes to."""
        if self._waiting:
            self._put()
        return Sum(rows, self._bytes, self._hash.hexdigest())

    def _put(self) -> None:
        self._parts += 1
        _add(self._tar, f"tables/{self._table}/{self._parts:06}", bytes(self._waiting))
        self._waiting.clear()


class ArchiveWriter:
    """Writes a backup into an open file, from its beginning to its end."""

    def __init__(self, tar: tarfile.TarFile) -> None:
        """Begin."""
        self._tar, self._sums = tar, dict[str, Sum]()

    def begin(self, about: About, *, journal: bytes) -> None:
        """Say what follows."""
        _add(self._tar, _ABOUT, msgspec.json.format(msgspec.json.encode(about)))
        for begins in range(0, len(journal) or 1, PART):
            _add(self._tar, _JOURNAL, journal[begins : begins + PART])

    def table(self, name: str) -> TableWriter:
        """Begin a table."""
        return TableWriter(self._tar, name)

    def end_table(self, name: str, total: Sum) -> None:
        """Keep what a table came to."""
        self._sums[name] = total

    def end(self) -> Sums:
        """Say what all tables came to; without it the backup is not whole."""
        sums = Sums(self._sums)
        _add(self._tar, _SUMS, msgspec.json.format(msgspec.json.encode(sums)))
        return sums


@contextmanager
def written(file: BinaryIO, *, recipients: Sequence[Recipient]) -> Iterator[ArchiveWriter]:
    """An archive in a file, closed for the recipients if there are any; all of it is in the file at the end."""
    with ExitStack() as stack:
        into = stack.enter_context(encrypting(file, recipients)) if recipients else file
        packed = stack.enter_context(gzip.GzipFile("", "wb", compresslevel=_PACKING, fileobj=into, mtime=0))
        tar = stack.enter_context(tarfile.open(fileobj=packed, mode="w|", format=tarfile.PAX_FORMAT, bufsize=PART))
        yield ArchiveWriter(tar)


class _Entry(tarfile.TarInfo):
    """What a backup has: plain files, and nothing that the library would read whole before we are asked."""

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> Self:
        entry = super().frombuf(buf, encoding, errors)
        if entry.type != tarfile.REGTYPE or not 0 <= entry.size <= _LARGEST_PART:
            raise tarfile.ReadError("no part of a backup")
        return entry


class ArchiveReader:
    """Reads a backup in order. What it gives is known to be right only once `parts` has come to its end."""

    def __init__(self, packed: gzip.GzipFile) -> None:
        """Read what comes before the tables."""
        self._packed = packed
        self._tar = tarfile.open(fileobj=packed, mode="r|", bufsize=PART, tarinfo=_Entry)  # noqa: SIM115 - closed below
        self.about = self._read_about()
        self.journal = self._named(_JOURNAL)
        with _telling_damage():
            self._next = self._tar.next()
            while self._next is not None and self._next.name == _JOURNAL:
                self.journal += self._data(self._next)
                self._next = self._tar.next()
        self.sums: Sums | None = None

    def parts(self) -> Iterator[Part]:
        """Every table in parts, in order.

        Raises:
            DamagedError: The archive is not as it was written; raised at its end at the latest.
        """
        found: dict[str, Sum] = {}
        hashes = {table.name: hashlib.sha256() for table in self.about.tables}
        sizes = dict.fromkeys(hashes, 0)
        with _telling_damage():
            while (entry := self._next) is not None:
                if entry.name == _SUMS:
                    self.sums = msgspec.json.decode(self._data(entry), type=Sums)
                    break
                table = entry.name.split("/")[1] if entry.name.startswith("tables/") else ""
                if table not in hashes:
                    raise DamagedError("The backup holds a part that does not belong there.")
                data = self._data(entry)
                hashes[table].update(data)
                sizes[table] += len(data)
                yield Part(table, data)
                self._next = self._tar.next()
            while self._packed.read(PART):  # to the end of what is encrypted and packed, which has seals of its own
                pass
        if self.sums is None:
            raise DamagedError("The file is cut off: it ends before its end.")
        rows = {name: total.rows for name, total in self.sums.tables.items()}
        found = {name: Sum(rows.get(name, 0), sizes[name], made.hexdigest()) for name, made in hashes.items()}
        if found != self.sums.tables:
            wrong = sorted(name for name in found | self.sums.tables if found.get(name) != self.sums.tables.get(name))
            raise DamagedError(f"The backup is damaged: {', '.join(wrong)} is not what was written.")

    def check(self) -> Sums:
        """Read all of it and say what it comes to.

        Raises:
            DamagedError: It is not as it was written.
        """
        for _ in self.parts():
            pass
        if self.sums is None:
            raise AssertionError  # `parts` would have raised
        return self.sums

    def _read_about(self) -> About:
        found = self._named(_ABOUT)
        with _telling_damage():
            if msgspec.json.decode(found, type=dict).get("format") != FORMAT:
                raise BackupError("This backup was made by a newer Wherefore: put it back with that one.")
            return msgspec.json.decode(found, type=About)

    def _named(self, name: str) -> bytes:
        with _telling_damage():
            entry = self._tar.next()
            if entry is None or entry.name != name:
                raise DamagedError("That is no backup made by `wherefore backup`.")
            return self._data(entry)

    def _data(self, entry: tarfile.TarInfo) -> bytes:
        file = self._tar.extractfile(entry)
        if file is None:
            raise AssertionError  # `_Entry` would have raised
        return file.read()


@contextmanager
def opened(path: Path, identities: Sequence[Identity]) -> Iterator[ArchiveReader]:
    """The backup in a file.

    Raises:
        BackupError: It cannot be read, or is none.
        SecretError: It is encrypted, and nobody here can open it.
    """
    try:
        with path.open("rb") as file, ExitStack() as stack:
            source: BinaryIO | io.RawIOBase = file
            if file.peek(len(MAGIC))[: len(MAGIC)] == MAGIC:
                if not identities:
                    raise SecretError("This backup is encrypted: give the file with its secret key (--identity).")
                source = stack.enter_context(decrypting(file, identities))
            packed = stack.enter_context(gzip.GzipFile("", "rb", fileobj=io.BufferedReader(source, PART)))  # type: ignore[type-var]
            with _telling_damage():
                reader = ArchiveReader(packed)
            yield reader
    except OSError as error:
        raise BackupError(f"{path} cannot be read ({error.strerror or type(error).__name__}).") from error


def forget_cached(descriptor: int) -> None:
    """Have what is read next of a file come from the disk, and not from the memory that it was written through."""
    if hasattr(os, "posix_fadvise"):
        os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)


@contextmanager
def _telling_damage() -> Iterator[None]:
    try:
        yield
    except (EOFError, tarfile.ReadError, msgspec.MsgspecError, UnicodeError, gzip.BadGzipFile, zlib.error) as error:
        if isinstance(error, EOFError) or "unexpected end" in str(error):
            raise DamagedError("The file is cut off: it ends before its end.") from error
        raise DamagedError("The file is damaged, or is no backup.") from error


def _add(tar: tarfile.TarFile, name: str, data: bytes) -> None:
    entry = tarfile.TarInfo(name)
    entry.size = len(data)
    entry.mode = 0o600
    tar.addfile(entry, io.BytesIO(data))
