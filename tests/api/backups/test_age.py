"""Encrypted files are those of age: they open with what age wrote, and nothing of them can be changed or cut off."""

import base64
import io

import pytest

from api.backups.age_files import AgeReader, AgeWriter, KeyOfFile
from api.backups.age_keys import Opener, Passphrase, PublicKey, Recipient, SecretKey, new_pair
from api.backups.errors import DamagedError, SecretError

WORDS = "correct horse battery"
CHUNK = 64 * 1024
SECRET = "AGE-SECRET-KEY-1GUSE0M4K4F0S48G342GSJC7RDPMZGKHGYFYAJQ9ACQMU94AANZESQ02XC2"
PUBLIC = "age1cw00ej5atc5kyu5c2wjw03r4djx22r09k2wsqyd4fz5zjuxtnensgjp6ne"

# Both say "Wherefore" and were written by rage, the other implementation of age; the second for two people.
OF_RAGE = {
    "passphrase": (
        "YWdlLWVuY3J5cHRpb24ub3JnL3YxCi0+IHNjcnlwdCBybFJqRDNDY0xQRE9lc25yRGVXdGJRIDE2CitQNVRDZE9yTUR6TTJpbTk4SHRp"
        "TThqSFNVVDJOQXJ3eDNZVXAxOG1YSkUKLS0tICtKRVB4c1FvdWpKbmYyL2tVZ0tJMGhWRzVLSU5uV0djR1U1aWhVMkdYVFkKYc4nFvLM"
        "CfaZ1j25D4nOJzvEyJJbkJzC1WhmJmMnTdxwoIo4D0wjrYQ="
    ),
    "keys": (
        "YWdlLWVuY3J5cHRpb24ub3JnL3YxCi0+IFgyNTUxOSBOTjR2Q2NwcGRkRnVNSTg5dU5HVTRtTTZ4U2ZpcW9UYUdHZGdEakJmOGdjClhW"
        "aGxCQUhMbC9qMFBlMnQ0VkNTMlN6QXcxRGg5eFhSL0wwTE4wbGpIeDQKLT4gWDI1NTE5IDhpLzdZeTVHQWxGM2R4YTBpeXdIZ2JZam54"
        "UXFvTHBVTTkyTTh3OWVKMjAKQTJ5eGk0azU5Z0E0Rk0xWlJ6OFZlVnp6K1MvU0k5QWhjVjJBdC9pTFl5bwotPiAqLWdyZWFzZQpOZnlC"
        "VDRLV243UXNXQytQeUNYQytlTU80alhWQnQ0c1IwOFFNNHVxMXkrRjZxTm5wWEdubTVxalhrT3A4RVdVCkl2emQ5NHRNTHJSRFg3N3Ir"
        "bnJIOWV5Nld3Ci0tLSBwZVVycVZSeTJLdmJXdGdYbkV0ek8zU1RpelY2RGRpOStQbEl1cmZzN1VNCmkIp7Y4eF+d5chEkYAni2Qm3s/S"
        "/Sn/jQrn8s/kKgqeuaW6C2Va3lP1"
    ),
}


def encrypted(data: bytes, *recipients: Recipient) -> bytes:
    """A file with this in it."""
    file = io.BytesIO()
    with AgeWriter(file, recipients, KeyOfFile()) as writer:
        for start in range(0, len(data), 50_000):
            writer.write(data[start : start + 50_000])
    return file.getvalue()


def decrypted(file: bytes, opener: Opener) -> bytes:
    """What is in it."""
    return AgeReader(io.BytesIO(file), [opener]).readall()


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK])
def test_what_is_encrypted_comes_back(size: int) -> None:
    data = bytes(place % 251 for place in range(size))

    assert decrypted(encrypted(data, PublicKey(PUBLIC)), SecretKey(SECRET)) == data


def test_files_of_another_implementation_open() -> None:
    assert decrypted(base64.b64decode(OF_RAGE["passphrase"]), Passphrase(WORDS)) == b"Wherefore"
    assert decrypted(base64.b64decode(OF_RAGE["keys"]), SecretKey(SECRET)) == b"Wherefore"


def test_a_new_pair_belongs_together() -> None:
    secret, public = new_pair()

    assert decrypted(encrypted(b"Wherefore", PublicKey(PUBLIC), PublicKey(public)), SecretKey(secret)) == b"Wherefore"


def test_another_passphrase_and_another_key_open_nothing() -> None:
    with pytest.raises(SecretError, match="not the passphrase"):
        decrypted(encrypted(b"Wherefore", Passphrase(WORDS)), Passphrase("incorrect horse battery"))
    with pytest.raises(SecretError, match="not a key"):
        decrypted(encrypted(b"Wherefore", PublicKey(PUBLIC)), SecretKey(new_pair()[0]))


@pytest.mark.parametrize("left", [1, 150, 200, -1, -20, -CHUNK, -CHUNK - 16])
def test_a_file_that_was_cut_off_is_found_out(left: int) -> None:
    file = encrypted(bytes(2 * CHUNK), PublicKey(PUBLIC))

    with pytest.raises(DamagedError, match=r"cut off|damaged|no encrypted backup"):
        decrypted(file[:left], SecretKey(SECRET))


def test_one_changed_bit_anywhere_is_found_out() -> None:
    file = encrypted(bytes(CHUNK + 100), PublicKey(PUBLIC))
    places = [*range(25, 200), 300, CHUNK // 2, CHUNK + 200, CHUNK + 300, len(file) - 1]

    for place in places:
        changed = bytearray(file)
        changed[place] ^= 1
        with pytest.raises((DamagedError, SecretError)):
            decrypted(bytes(changed), SecretKey(SECRET))


def test_chunks_cannot_change_places_nor_be_added() -> None:
    file = encrypted(bytes(3 * CHUNK), PublicKey(PUBLIC))
    head, size = len(file) - 3 * (CHUNK + 16), CHUNK + 16
    first, second, last = [file[head + place * size : head + (place + 1) * size] for place in range(3)]

    for order in ((second, first, last), (first, last), (first, second, last, last), (first, second, last, b"x")):
        with pytest.raises(DamagedError):
            decrypted(file[:head] + b"".join(order), SecretKey(SECRET))


@pytest.mark.parametrize("key", ["", "age1", PUBLIC[:-1], PUBLIC[:-1] + "q", PUBLIC.replace("5", "b", 1), SECRET])
def test_a_mistyped_key_is_refused(key: str) -> None:
    with pytest.raises(SecretError, match="no public key"):
        PublicKey(key)


def test_a_passphrase_that_is_soon_guessed_is_refused() -> None:
    with pytest.raises(SecretError, match="at least 12"):
        Passphrase("eleven char")
