"""What a browser says it can take and what it has already: `Accept-Encoding` and `If-None-Match` (RFC 9110)."""

from collections.abc import Sequence


def best_encoding(header: str | None, offered: Sequence[str]) -> str:
    """The encoding that a browser wants most of those `offered`, the earlier of equals; `identity` where it wants none.

    Source: RFC 9110, 12.5.3. Nobody is refused: whoever forbids even `identity` gets it all the same.
    """
    wanted = dict(_weighted(part) for part in (header or "").lower().split(",") if part.strip())
    other = wanted.get("*", 0.0)
    weights = {name: wanted.get(name, wanted.get("x-gzip", other) if name == "gzip" else other) for name in offered}
    best = max(offered, key=lambda name: weights[name], default="identity")
    return best if weights.get(best, 0) > 0 and weights[best] >= wanted.get("identity", 0) else "identity"


def has_already(header: str | None, etag: str) -> bool:
    """Whether a browser says that it has this body, compared weakly as for every GET (RFC 9110, 13.1.2)."""
    if not header:
        return False
    known = {part.strip().removeprefix("W/") for part in header.split(",")}
    return "*" in known or etag.removeprefix("W/") in known


def _weighted(part: str) -> tuple[str, float]:
    """Such as `gzip;q=0.5`; what cannot be read counts as not wanted."""
    name, *parameters = (piece.strip() for piece in part.split(";"))
    weight = next((value for parameter in parameters if (value := parameter.removeprefix("q=")) != parameter), "1")
    try:
        return name, float(weight)
    except ValueError:
        return name, 0.0
