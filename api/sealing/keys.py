"""The keys that seal texts: kept outside the database, read once, and again when somebody has changed them."""

import base64
import binascii
import os
import re
import secrets
import tempfile
from functools import cache
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from api.settings import SettingError, settings, write_once
from api.syncing import sync_folder

SIZE = 32
"""Bytes of a key: AES-256."""

DIGEST = "digest"
"""The name of the one key that never changes: digests of addresses must be found again after a rotation."""

TO_STANDARD = bytes.maketrans(b"-_", b"+/")
"""From URL-safe base64 to the letters that strict decoders know."""

_ID = re.compile(r"[a-z0-9]{1,16}")
_ABOUT_THE_FILE = """\
# The keys with which Wherefore seals what members write. Without this file nobody can read it again: keep a copy apart
# from the copies of the database. Changed by `wherefore rotate-keys`, never by hand. The last key seals; all open.
"""


class KeyMissingError(SettingError):
    """A text is sealed with a key that is not here; the message is one line that says what to do."""


class Keys(msgspec.Struct, frozen=True):
    """All keys of an installation, oldest first; the last one seals."""

    digest: bytes
    sealing: dict[str, bytes]
    ciphers: dict[str, AESGCM]

    @property
    def present(self) -> str:
        """The id of the key that seals."""
        return next(reversed(self.sealing))


class _Read(msgspec.Struct):
    """What was read from where, and when that was last changed."""

    source: str = ""
    changed: tuple[int, int] = (0, 0)
    keys: Keys | None = None


_read = _Read()


def file() -> Path:
    """Where the keys are when they are not in the environment."""
    return settings().data_dir / "encryption_keys"


def are_in_environment() -> bool:
    """Whether the operator hands the keys over, so that they cannot be changed here."""
    return settings().encryption_keys is not None


def are_there() -> bool:
    """Whether there are keys, be they damaged."""
    return are_in_environment() or file().exists()


def keys() -> Keys:
    """The keys as they are now, made when there have never been any.

    Raises:
        SettingError: They are damaged, or cannot be read.
    """
    given = settings().encryption_keys
    if given is not None:
        return _from_environment(given)
    path = file()
    try:
        changed = _changed(path)
        if changed is None:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_once(path, as_text(_new()))
            changed = _changed(path)
        if _read.keys is None or _read.source != str(path) or _read.changed != changed:
            _read.keys = parsed(path.read_text(), source=str(path))
            _read.source, _read.changed = str(path), changed or (0, 0)
    except (OSError, UnicodeError) as error:
        raise SettingError(f"The encryption keys in {path} cannot be read ({type(error).__name__}).") from error
    return _read.keys


def cipher(key_id: str) -> AESGCM:
    """What opens texts that were sealed with this key.

    Raises:
        KeyMissingError: There is no such key.
    """
    held = _read.keys if not are_in_environment() else None
    if held is None or key_id not in held.ciphers:
        held = keys()  # another process may have added it since
    try:
        return held.ciphers[key_id]
    except KeyError:
        raise KeyMissingError(missing(key_id)) from None


def parsed(text: str, *, source: str) -> Keys:
    """The keys in lines of `id:key`, each key 32 bytes in URL-safe base64.

    Raises:
        SettingError: They cannot be used; never shows a key.
    """
    lines = [line.strip() for line in text.splitlines()]
    found: dict[str, bytes] = {}
    for number, line in enumerate((line for line in lines if line and not line.startswith("#")), start=1):
        name, _, written = line.partition(":")
        key = _key(written)
        if not _ID.fullmatch(name) or key is None or name in found:
            raise SettingError(
                f"Entry {number} of the encryption keys in {source} is damaged (they are not shown here). "
                "Put the keys back from your copy; without them nobody can read what members wrote."
            )
        found[name] = key
    digest = found.pop(DIGEST, None)
    if digest is None or not found:
        raise SettingError(
            f"The encryption keys in {source} lack {'the digest key' if found else 'a key that seals'}. "
            "Put them back from your copy; docs/encryption.md tells what belongs there."
        )
    return Keys(digest=digest, sealing=found, ciphers={name: AESGCM(key) for name, key in found.items()})


def as_text(held: Keys) -> str:
    """The keys as they stand in the file."""
    lines = [f"{name}:{base64.urlsafe_b64encode(key).decode()}" for name, key in held.sealing.items()]
    return "\n".join([_ABOUT_THE_FILE + f"{DIGEST}:{base64.urlsafe_b64encode(held.digest).decode()}", *lines, ""])


def with_new_key(held: Keys) -> Keys:
    """The same keys and one more, which seals from now on."""
    return _with(held, {**held.sealing, _new_id(): secrets.token_bytes(SIZE)})


def without(held: Keys, retired: set[str]) -> Keys:
    """The same keys but those; never without the one that seals."""
    return _with(held, {name: key for name, key in held.sealing.items() if name not in retired - {held.present}})


def replace(held: Keys) -> None:
    """Put these keys into the file, whole or not at all, also if the power fails."""
    path = file()
    descriptor, draft = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(descriptor, "w") as draft_file:
        draft_file.write(as_text(held))
        draft_file.flush()
        os.fsync(draft_file.fileno())
    Path(draft).replace(path)
    sync_folder(path.parent)


def missing(key_id: str) -> str:
    """What to say where a key is missing that texts are sealed with."""
    where = "WHEREFORE_ENCRYPTION_KEYS" if are_in_environment() else str(file())
    return (
        f"The database has texts sealed with the key {key_id}, which {where} does not hold. "
        "Put the keys that belong to this database back from your copy; nothing was changed."
    )


@cache
def _from_environment(given: str) -> Keys:
    return parsed(given.replace(",", "\n"), source="WHEREFORE_ENCRYPTION_KEYS")


def _changed(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_mtime_ns, found.st_ino


def _key(written: str) -> bytes | None:
    try:
        key = base64.b64decode(written.encode().translate(TO_STANDARD) + b"=" * (-len(written) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None
    return key if len(key) == SIZE else None


def _new() -> Keys:
    return _with(Keys(digest=secrets.token_bytes(SIZE), sealing={}, ciphers={}), {_new_id(): secrets.token_bytes(SIZE)})


def _new_id() -> str:
    return f"k{secrets.token_hex(4)}"


def _with(held: Keys, sealing: dict[str, bytes]) -> Keys:
    return Keys(digest=held.digest, sealing=sealing, ciphers={name: AESGCM(key) for name, key in sealing.items()})
