"""Bech32 (BIP 173) without its limit of 90 characters: how age writes its keys."""

_LETTERS = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_CHECKSUM = 6


def encoded(prefix: str, data: bytes) -> str:
    """Bytes as `prefix1…`, in lower case."""
    values = _regrouped(data, taken=8, given=5, pad=True) or []
    check = _polymod([*_expanded(prefix), *values, *[0] * _CHECKSUM]) ^ 1
    values += [check >> 5 * (5 - place) & 31 for place in range(_CHECKSUM)]
    return f"{prefix}1" + "".join(_LETTERS[value] for value in values)


def decoded(prefix: str, text: str) -> bytes | None:
    """The bytes of `prefix1…` in lower or upper case; None if a letter of it is wrong."""
    if text not in {text.lower(), text.upper()} or not text.lower().startswith(f"{prefix}1"):
        return None
    letters = text.lower()[len(prefix) + 1 :]
    values = [_LETTERS.find(letter) for letter in letters]
    if len(values) < _CHECKSUM or -1 in values or _polymod([*_expanded(prefix), *values]) != 1:
        return None
    grouped = _regrouped(bytes(values[:-_CHECKSUM]), taken=5, given=8, pad=False)
    return None if grouped is None else bytes(grouped)


def _expanded(prefix: str) -> list[int]:
    return [ord(letter) >> 5 for letter in prefix] + [0] + [ord(letter) & 31 for letter in prefix]


def _polymod(values: list[int]) -> int:
    found = 1
    for value in values:
        top = found >> 25
        found = (found & 0x1FFFFFF) << 5 ^ value
        for place, part in enumerate(_GENERATOR):
            found ^= part if top >> place & 1 else 0
    return found


def _regrouped(data: bytes, *, taken: int, given: int, pad: bool) -> list[int] | None:
    held, bits, found = 0, 0, []
    for value in data:
        held = (held << taken | value) & 0xFFF
        bits += taken
        while bits >= given:
            bits -= given
            found.append(held >> bits & (1 << given) - 1)
    rest = held << given - bits & (1 << given) - 1
    if pad:
        return [*found, rest] if bits else found
    return None if bits >= taken or rest else found
