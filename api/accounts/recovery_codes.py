"""Recovery codes: on paper, for the day on which the phone with the app is lost."""

import secrets
from uuid import UUID, uuid4

import msgspec

from api.accounts.passwords import SALT_BYTES, slow_digest
from api.accounts.schemas import Member
from api.database import fetch, fetch_one
from api.protections import Ended, What, protecting

HOW_MANY = 10
# Without letters that look like digits or like each other on paper (Crockford's base 32).
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LOOK_LIKE = str.maketrans("OIL", "011")
_LENGTH, _GROUP = 12, 4
"""60 random bits: too few for a plain hash (ASVS 5.0, 6.5.2), so theirs is argon2id."""


class RecoveryCodes(msgspec.Struct, frozen=True):
    """A new set."""

    shown: list[str]
    """As they are shown, once: `K7QF-3MVX-9PTA`."""
    hashes: list[bytes]
    salt: bytes
    """Of the account, so that a code is hashed once to be looked for among all of them."""

    async def keep(self, member_id: UUID) -> None:
        """Put them in the place of those that the member had, within the caller's transaction."""
        async with protecting() as keep:
            for row in await fetch("DELETE FROM recovery_code WHERE account = {} RETURNING id", member_id):
                keep(Ended(What.RECOVERY_CODE, row["id"]))
        for code_hash in self.hashes:
            await fetch(
                "INSERT INTO recovery_code (id, account, code_hash) VALUES ({}, {}, {})", uuid4(), member_id, code_hash
            )


async def make_recovery_codes() -> RecoveryCodes:
    """Make a set that nobody has seen yet."""
    salt = secrets.token_bytes(SALT_BYTES)
    codes = ["".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH)) for _ in range(HOW_MANY)]
    return RecoveryCodes(
        shown=["-".join(code[start : start + _GROUP] for start in range(0, _LENGTH, _GROUP)) for code in codes],
        hashes=[await slow_digest(code, salt=salt) for code in codes],
        salt=salt,
    )


async def take_recovery_code(member_id: UUID, typed: str) -> bool:
    """Use up a recovery code of a member, however they typed it; whether it was one."""
    code = "".join(character for character in typed.upper() if character not in " -\u2010\u2011\u2013\t")
    code = code.translate(_LOOK_LIKE)
    if len(code) != _LENGTH or set(code) - set(_ALPHABET):
        return False
    row = await fetch_one(
        "SELECT recovery_salt FROM second_factor WHERE account = {} AND confirmed_at IS NOT NULL", member_id
    )
    if row is None:
        return False
    code_hash = await slow_digest(code, salt=row["recovery_salt"])
    async with protecting() as keep:
        taken = await fetch(
            "DELETE FROM recovery_code WHERE account = {} AND code_hash = {} RETURNING id", member_id, code_hash
        )
        for gone in taken:
            keep(Ended(What.RECOVERY_CODE, gone["id"]))
    return bool(taken)


async def recovery_codes_left(actor: Member) -> int:
    """How many of the actor's recovery codes were not used yet."""
    return len(await fetch("SELECT 1 FROM recovery_code WHERE account = {}", actor.id))
