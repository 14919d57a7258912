"""A part of a file for whoever was cut off in the middle of it: `Range` (RFC 9110, 14)."""

import re

from litestar.status_codes import HTTP_200_OK, HTTP_206_PARTIAL_CONTENT, HTTP_416_REQUESTED_RANGE_NOT_SATISFIABLE

_ONE_RANGE = re.compile(r"bytes=(?:(?P<first>\d{1,15})-(?P<last>\d{0,15})|-(?P<suffix>\d{1,15}))")


def part_of(content: bytes, header: str | None) -> tuple[bytes, int, dict[str, str]]:
    """The bytes that are asked for, the status, and the headers that say which they are.

    Several ranges at once, other units and what cannot be read are answered with everything, as one may.
    """
    asked = _ONE_RANGE.fullmatch((header or "").replace(" ", ""))
    if asked is None:
        return content, HTTP_200_OK, {}
    size = len(content)
    if asked["suffix"] is not None:
        first, last = max(0, size - int(asked["suffix"])), size - 1
    else:
        first, last = int(asked["first"]), min(int(asked["last"] or size), size - 1)
        if asked["last"] and int(asked["last"]) < first:
            return content, HTTP_200_OK, {}  # no range at all
    if first > last:
        return b"", HTTP_416_REQUESTED_RANGE_NOT_SATISFIABLE, {"Content-Range": f"bytes */{size}"}
    return (
        content[first : last + 1],
        HTTP_206_PARTIAL_CONTENT,
        {"Content-Range": f"bytes {first}-{last}/{size}"},
    )
