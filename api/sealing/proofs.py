"""Holds that the keys at hand are those of the database, before anything is sealed with others."""

import hmac
from uuid import UUID

from api.sealing import keys
from api.sealing.tokens import SealBrokenError, keyed_digest, opened, seal_with
from api.sealing.uses import Connection, sealed_with
from api.settings import SettingError

_WORD = "Wherefore"
_ABOUT = "sealing_key.proof"
_ROW = UUID(int=0)


async def check_keys(connection: Connection) -> None:
    """Stop unless every key that texts here may be sealed with is at hand and the same; note those that are new.

    Raises:
        SettingError: The keys are damaged, missing, or those of another database; nothing was changed.
    """
    kept = {row["id"]: row["proof"] for row in await connection.fetch("SELECT id, proof FROM sealing_key")}
    if kept and not keys.are_there():  # made now they would only hide what is wrong
        raise SettingError(
            f"The encryption keys of this database are missing: {keys.file()} is not there. "
            "Put it back from your copy; nothing was changed."
        )
    held = keys.keys()
    for key_id, proof in kept.items():
        if key_id == keys.DIGEST:
            fits = hmac.compare_digest(proof, _of_digest())
        elif key_id in held.sealing:
            fits = _opens(proof)
        elif key_id in await sealed_with(connection):
            raise SettingError(keys.missing(key_id))
        else:  # it was retired where the keys are in the environment
            await connection.execute("DELETE FROM sealing_key WHERE id = $1", key_id)
            continue
        if not fits:
            raise SettingError(
                f"The encryption key {key_id} is not the one that this database was sealed with. "
                "Put the keys that belong to it back from your copy; nothing was changed."
            )
    proofs = {keys.DIGEST: _of_digest()} | {
        key_id: seal_with(key_id, _WORD, about=_ABOUT, row=_ROW) for key_id in held.sealing
    }
    await connection.executemany(
        "INSERT INTO sealing_key (id, proof) VALUES ($1, $2) ON CONFLICT DO NOTHING",
        [(key_id, proof) for key_id, proof in proofs.items() if key_id not in kept],
    )


async def keys_that_do_not_fit(connection: Connection) -> list[str]:
    """The ids of the keys that the database was sealed with and that are missing or others here; changes nothing."""
    kept = await connection.fetch("SELECT id, proof FROM sealing_key ORDER BY id")
    if not keys.are_there():
        return [row["id"] for row in kept]
    held = keys.keys()
    return [
        row["id"]
        for row in kept
        if not (
            hmac.compare_digest(row["proof"], _of_digest())
            if row["id"] == keys.DIGEST
            else row["id"] in held.sealing and _opens(row["proof"])
        )
    ]


def _of_digest() -> str:
    return keyed_digest(_WORD, about=_ABOUT).hex()


def _opens(proof: str) -> bool:
    try:
        return opened(proof, about=_ABOUT, row=_ROW) == _WORD
    except SealBrokenError:
        return False
