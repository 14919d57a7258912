"""Passwords: which ones are good enough, and their argon2id hashes, never computed on the event loop."""

import asyncio
import re
import secrets
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TypeVar

from argon2 import Parameters, PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import ARGON2_VERSION, hash_secret_raw
from argon2.profiles import RFC_9106_LOW_MEMORY
from zxcvbn import zxcvbn
from zxcvbn.matching import L33T_TABLE, enumerate_l33t_subs, relevant_l33t_subtable

from api.accounts.schemas import LONGEST_PASSWORD, SHORTEST_PASSWORD
from api.errors import FieldError
from embeddings.texts import composed

Result = TypeVar("Result")

SALT_BYTES = 16

# Each hash takes 64 MiB and all the processors it can get: more at once would only starve the rest.
_THREADS = ThreadPoolExecutor(max_workers=2, thread_name_prefix="passwords")
# Time and memory as RFC 9106 recommends where memory is short.
_PARAMETERS: Parameters = RFC_9106_LOW_MEMORY
_HASHER = PasswordHasher.from_parameters(_PARAMETERS)
# zxcvbn's score of 3 is "safely unguessable": more than 10^8 guesses.
_LEAST_SCORE = 3
# Letters and digits besides one's own name and address, whose words count from three letters on.
_LEAST_OF_ONES_OWN = 8
_LEAST_WORD = 3
# zxcvbn takes longer than in proportion; nobody's 73rd character makes a password weak.
_JUDGED_CHARACTERS = 72
# It looks up every piece of a password once for each way to read signs as letters, of which there can be hundreds.
_LOOKED_UP = 16 * _JUDGED_CHARACTERS**2
# zxcvbn keeps the words of the caller in a table that all threads share.
_judging = threading.Lock()


async def hash_password(password: str) -> str:
    """The argon2id hash of a password, in PHC form."""
    return await _off_the_loop(partial(_HASHER.hash, _as_bytes(password)))


async def verify_password(password: str, password_hash: str | None) -> bool:
    """Whether a password is the one behind a hash.

    Without a hash, as for an unknown address, it takes as long and says no.
    """
    return await _off_the_loop(partial(_verify, _as_bytes(password), password_hash or _unmatchable_hash()))


async def slow_digest(text: str, *, salt: bytes) -> bytes:
    """The raw argon2id hash of a random code that is too short for a fast hash; `salt` has `SALT_BYTES`."""
    return await _off_the_loop(
        partial(
            hash_secret_raw,
            text.encode("utf-8", "surrogatepass"),
            salt,
            time_cost=_HASHER.time_cost,
            memory_cost=_HASHER.memory_cost,
            parallelism=_HASHER.parallelism,
            hash_len=_HASHER.hash_len,
            type=_HASHER.type,
        )
    )


def needs_rehash(password_hash: str) -> bool:
    """Whether a hash was made with other parameters than those of today."""
    return _HASHER.check_needs_rehash(password_hash)


async def problems_with_password(password: str, *, words: Iterable[str]) -> list[FieldError]:
    """What keeps a password from being accepted.

    Args:
        password: As it was typed.
        words: What an attacker would try first: the member's name and address.
    """
    if any("\ud800" <= character <= "\udfff" for character in password):
        return [_problem("bad-characters", "Your password has characters that cannot be kept. Type it again.")]
    length = len(_normal(password))
    if length < SHORTEST_PASSWORD:
        return [
            _problem(
                "too-short",
                f"Your password needs at least {SHORTEST_PASSWORD} characters. Four words that do not belong "
                "together are easy to remember.",
            )
        ]
    if length > LONGEST_PASSWORD:
        return [_problem("too-long", f"Your password can have at most {LONGEST_PASSWORD} characters.")]
    cut = [word[:LONGEST_PASSWORD] for word in words]  # no accepted name or address is longer
    own = [part for word in cut for part in [word, *re.split(r"[\W_]+", word)] if part]
    if _mostly_made_of(own, password) or await _off_the_loop(partial(_score, password, own)) < _LEAST_SCORE:
        return [
            _problem(
                "too-common",
                "This password is too easy to guess: it is on lists of common passwords, repeats itself, or is made "
                "of your name or address. Add one or two words that nobody would expect.",
            )
        ]
    return []


def _problem(code: str, detail: str) -> FieldError:
    return FieldError("/password", code, detail)


def _normal(password: str) -> str:
    # Keyboards differ in how they send é; RFC 8265 (OpaqueString) settles it with NFC.
    return composed(password)


def _as_bytes(password: str) -> bytes:
    # Cut where no accepted password reaches (NFC can shorten), so that a huge one costs nothing to refuse.
    return _normal(password[: 4 * LONGEST_PASSWORD]).encode("utf-8", "surrogatepass")


def _unmatchable_hash() -> str:
    """A hash of today's parameters that no password fits."""
    salt, value = (secrets.token_urlsafe(length).replace("-", "+").replace("_", "/") for length in (16, 32))
    cost = f"m={_PARAMETERS.memory_cost},t={_PARAMETERS.time_cost},p={_PARAMETERS.parallelism}"
    return f"$argon2id$v={ARGON2_VERSION}${cost}${salt}${value}"


def _verify(password: bytes, password_hash: str) -> bool:
    try:
        return _HASHER.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False


def _mostly_made_of(words: list[str], password: str) -> bool:
    """Whether little is left of a password without these words; zxcvbn thinks well of a name that is repeated."""
    whole = rest = password.casefold()
    for word in sorted((word.casefold() for word in words if len(word) >= _LEAST_WORD), key=len, reverse=True):
        rest = rest.replace(word, "")
    return rest != whole and sum(character.isalnum() for character in rest) < _LEAST_OF_ONES_OWN


def _score(password: str, words: list[str]) -> int:
    judged = _judged_part(password)
    with _judging:
        return int(zxcvbn(judged, user_inputs=words)["score"])


def _judged_part(password: str) -> str:
    """The beginning of a password that is judged in a moment: all of it but for what is long and has many signs."""
    judged = password[:_JUDGED_CHARACTERS]
    while len(judged) ** 2 * len(enumerate_l33t_subs(relevant_l33t_subtable(judged, L33T_TABLE))) > _LOOKED_UP:
        judged = judged[: len(judged) * 3 // 4]
    return judged


async def _off_the_loop(work: Callable[[], Result]) -> Result:
    return await asyncio.get_running_loop().run_in_executor(_THREADS, work)
