"""Encrypted files open for their keys alone, nothing of them can be changed or cut off, and disks that fail say so."""

import io
from pathlib import Path

import pytest
from pyrage import passphrase
from pyrage.x25519 import Identity

from api.backups.encryption import decrypting, encrypting, identity, new_identity, recipient
from api.backups.errors import DamagedError, SecretError

CHUNK = 64 * 1024
"""Bytes that are sealed together."""
SECRET = "AGE-SECRET-KEY-1GUSE0M4K4F0S48G342GSJC7RDPMZGKHGYFYAJQ9ACQMU94AANZESQ02XC2"
PUBLIC = "age1cw00ej5atc5kyu5c2wjw03r4djx22r09k2wsqyd4fz5zjuxtnensgjp6ne"


def encrypted(data: bytes, *keys: str) -> bytes:
    """A file with this in it."""
    file = io.BytesIO()
    with encrypting(file, [recipient(key) for key in keys or (PUBLIC,)]) as writer:
        for start in range(0, len(data), 50_000):
            writer.write(data[start : start + 50_000])
    return file.getvalue()


def decrypted(file: bytes, key: Identity | None = None) -> bytes:
    """What is in it."""
    with decrypting(io.BytesIO(file), [key or identity(SECRET)]) as reader:
        return reader.readall()


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK])
def test_what_is_encrypted_comes_back(size: int) -> None:
    data = bytes(place % 251 for place in range(size))

    assert decrypted(encrypted(data)) == data


def test_a_file_opens_for_each_of_its_keys_and_for_no_other() -> None:
    ours = new_identity()
    file = encrypted(b"Wherefore", PUBLIC, str(ours.to_public()))

    assert [decrypted(file), decrypted(file, identity(str(ours)))] == [b"Wherefore"] * 2
    with pytest.raises(SecretError, match="not a key that opens this file"):
        decrypted(file, new_identity())


def test_a_file_that_somebody_closed_with_a_passphrase_is_not_opened_by_a_key() -> None:
    with pytest.raises(SecretError, match="not a key that opens this file"):
        decrypted(passphrase.encrypt(b"Wherefore", "correct horse battery"))


@pytest.mark.parametrize("left", [1, 150, 200, -1, -20, -CHUNK, -CHUNK - 16])
def test_a_file_that_was_cut_off_is_found_out(left: int) -> None:
    file = encrypted(bytes(2 * CHUNK))

    with pytest.raises(DamagedError, match="cut off"):
        decrypted(file[:left])


def test_one_changed_bit_anywhere_is_found_out() -> None:
    file = encrypted(bytes(CHUNK + 100))
    places = [*range(25, 200), 300, CHUNK // 2, CHUNK + 200, CHUNK + 300, len(file) - 1]

    for place in places:
        changed = bytearray(file)
        changed[place] ^= 1
        with pytest.raises((DamagedError, SecretError)):
            decrypted(bytes(changed))


def test_who_reads_the_beginning_alone_may_stop() -> None:
    with decrypting(io.BytesIO(encrypted(bytes(40 * CHUNK))), [identity(SECRET)]) as reader:
        assert reader.read(10) == bytes(10)


def test_a_disk_that_is_full_says_so() -> None:
    def fill() -> None:
        with Path("/dev/full").open("wb", buffering=0) as full, encrypting(full, [recipient(PUBLIC)]) as writer:
            for _ in range(100):
                writer.write(bytes(CHUNK))

    with pytest.raises(OSError, match="No space left"):
        fill()


def test_a_file_that_cannot_be_read_says_so() -> None:
    class Broken(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            if self.tell() >= CHUNK:
                raise OSError(5, "Input/output error")
            return super().read(size)

    broken = Broken(encrypted(bytes(9 * CHUNK)))
    with decrypting(broken, [identity(SECRET)]) as reader, pytest.raises(OSError, match="Input/output error"):
        reader.readall()


@pytest.mark.parametrize("key", ["", "age1", PUBLIC[:-1], PUBLIC[:-1] + "q", PUBLIC.replace("5", "b", 1), SECRET])
def test_a_mistyped_key_is_refused(key: str) -> None:
    with pytest.raises(SecretError, match="no public key"):
        recipient(key)
    with pytest.raises(SecretError, match="no secret key"):
        identity(key.replace(SECRET, PUBLIC))
