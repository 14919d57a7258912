"""What an operator changes of the limits, as `WHEREFORE_LIMITS` writes it: `joining=100/1h, messages=20/1m+500/1d`."""

import re

from api.limits.limit import Window
from api.settings import SettingError

_UNITS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}
_WINDOW = re.compile(r"([1-9]\d{0,8})/([1-9]\d{0,4})([smhd])")


def read_changes(text: str, *, names: set[str]) -> dict[str, tuple[Window, ...]]:
    """The windows that replace those of the table, by the name of the limit.

    Raises:
        SettingError: A part names no limit, or is not written as it must be.
    """
    found: dict[str, tuple[Window, ...]] = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        name, _, numbers = (piece.strip() for piece in part.partition("="))
        if name not in names:
            raise SettingError(f"WHEREFORE_LIMITS names {name!r}, and there is no such limit; see docs/limits.md.")
        windows = [_WINDOW.fullmatch(piece.strip()) for piece in numbers.split("+")]
        if not all(windows):
            raise SettingError(f"WHEREFORE_LIMITS says {part!r}; write it like joining=100/1h or joining=20/5m+100/1h.")
        found[name] = tuple(Window(int(one[1]), int(one[2]) * _UNITS[one[3]]) for one in windows if one is not None)
    return found
