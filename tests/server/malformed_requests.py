"""Five hundred requests that are none: by hand, and made out of good ones by breaking them."""

from collections.abc import Iterator
from itertools import islice
from random import Random

import msgspec

BY_ALL = 500
SEED = 20_261_122

_HOST = b"Host: localhost\r\n"
_GOOD: tuple[bytes, ...] = (
    b"GET / HTTP/1.1\r\n" + _HOST + b"\r\n",
    b"GET /sign-in?next=%2Fme HTTP/1.1\r\n" + _HOST + b"Cookie: wherefore=abc; a=b\r\nAccept-Encoding: gzip\r\n\r\n",
    b"HEAD /static/css/tokens.css HTTP/1.1\r\n" + _HOST + b'If-None-Match: "abc"\r\n\r\n',
    b"GET /api/v1/me HTTP/1.1\r\n" + _HOST + b"Authorization: Bearer whf_abc\r\n\r\n",
    b"POST /sign-in HTTP/1.1\r\n" + _HOST + b"Sec-Fetch-Site: same-origin\r\n"
    b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 19\r\n\r\nemail=a&password=b%",
    b"POST /api/v1/tokens HTTP/1.1\r\n" + _HOST + b"Content-Type: application/json\r\nContent-Length: 15\r\n\r\n"
    b'{"email": "a"}\n',
    b"POST /api/v1/tokens HTTP/1.1\r\n"
    + _HOST
    + b"Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    b"5\r\n"
    b'{"a":'
    b"\r\n2\r\n1}\r\n0\r\n\r\n",
    b"GET /healthz HTTP/1.0\r\n\r\n",
)
_LINES = (
    b"",
    b"\r\n\r\n\r\n",
    b"\0",
    b"\xff\xfe",
    b"GET",
    b"GET /",
    b"GET / HTTP/1.1",
    b"GET / HTTP/1.1\r\n",
    b"GET /\r\n\r\n",
    b"GET / HTTP/9.9\r\n\r\n",
    b"GET / HTTP/1.1.1\r\n\r\n",
    b"GET / HTP/1.1\r\n\r\n",
    b"GET  /  HTTP/1.1\r\n\r\n",
    b"get / HTTP/1.1\r\n\r\n",
    b"BREW / HTTP/1.1\r\n\r\n",
    b"G\0T / HTTP/1.1\r\n\r\n",
    b"GET /\0 HTTP/1.1\r\n\r\n",
    b"GET /\xc3\xa9 HTTP/1.1\r\n" + _HOST + b"\r\n",
    b"GET /%00%ff%c0%af HTTP/1.1\r\n" + _HOST + b"\r\n",
    b"GET /%zz HTTP/1.1\r\n" + _HOST + b"\r\n",
    b"GET * HTTP/1.1\r\n" + _HOST + b"\r\n",
    b"OPTIONS * HTTP/1.1\r\n" + _HOST + b"\r\n",
    b"CONNECT evil.example:443 HTTP/1.1\r\n" + _HOST + b"\r\n",
    b"TRACE / HTTP/1.1\r\n" + _HOST + b"\r\n",
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    b"GET http://evil.example/ HTTP/1.1\r\n\r\n",
    b"GET http://evil.example/me HTTP/1.1\r\n" + _HOST + b"\r\n",
    b"GET http:// HTTP/1.1\r\n" + _HOST + b"\r\n",
    b"GET //evil.example HTTP/1.1\r\n" + _HOST + b"\r\n",
    b"GET ../../etc/passwd HTTP/1.1\r\n" + _HOST + b"\r\n",
    b"GET /static/..%2f..%2fapi/settings.py HTTP/1.1\r\n" + _HOST + b"\r\n",
    b"\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03",
    b"SSH-2.0-OpenSSH_9\r\n",
    b"EHLO localhost\r\n",
    b"*1\r\n$4\r\nPING\r\n",
    b"GET / HTTP/1.1\n" + _HOST + b"\n",
)
_HEADERS = (
    b"",
    b"Host:\r\n",
    _HOST + _HOST,
    b"Host: a b\r\n",
    b"Host: [\r\n",
    b"Host: a:999999\r\n",
    b"Host: a@b\r\n",
    b"Host: \xff\r\n",
    b"Host : localhost\r\n",
    _HOST + b" folded: yes\r\n",
    _HOST + b"No colon\r\n",
    _HOST + b": no name\r\n",
    _HOST + b"A\0: b\r\n",
    _HOST + b"A: b\0\r\n",
    _HOST + b"A: b\rC: d\r\n",
    _HOST + b"A: b\nC: d\r\n",
    _HOST + b"A: " + b"x" * 70_000 + b"\r\n",
    _HOST + b"A: b\r\n" * 10_000,
    _HOST + b"x" * 300_000,
    _HOST + b"Cookie: " + b"a=b; " * 5_000 + b"\r\n",
    _HOST + b"Cookie: =;;=;\xff=\0\r\n",
    _HOST + b"Content-Length: -1\r\n",
    _HOST + b"Content-Length: abc\r\n",
    _HOST + b"Content-Length: 99999999999999999999\r\n",
    _HOST + b"Content-Length: 5\r\nContent-Length: 6\r\n",
    _HOST + b"Content-Length: 5, 5\r\n",
    _HOST + b"Content-Length: +5\r\n",
    _HOST + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
    _HOST + b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
    _HOST + b"Transfer-Encoding: gzip, chunked\r\n",
    _HOST + b"Transfer-Encoding: chunked, identity\r\n",
    _HOST + b"Transfer-Encoding: xchunked\r\n",
    _HOST + b"Transfer-Encoding:\x0bchunked\r\n",
    _HOST + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n",
    _HOST + b"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: x\r\n",
    _HOST + b"Upgrade: h2c\r\nConnection: Upgrade\r\n",
    _HOST + b"Expect: 100-continue\r\nContent-Length: 5\r\n",
    _HOST + b"Expect: 200-ok\r\n",
    _HOST + b"Connection: close, close,,\r\n",
)
_CHUNKS = (
    b"5\r\nhello\r\n0\r\n\r\n",
    b"g\r\nhello\r\n0\r\n\r\n",
    b"-5\r\nhello\r\n0\r\n\r\n",
    b"ffffffffffffffffff\r\nhello\r\n",
    b"5\r\nhel",
    b"5\nhello\n0\n\n",
    b"5;" + b"x" * 5_000 + b"\r\nhello\r\n0\r\n\r\n",
    b"0\r\nA: b\r\nHost: evil\r\n\r\n",
    b"5\r\nhello0\r\n\r\n",
    b"0\r\n\r\nGET /me HTTP/1.1\r\nHost: localhost\r\n\r\n",
)


class Malformed(msgspec.Struct, frozen=True):
    """What is written to the socket."""

    name: str
    sent: bytes


def malformed_requests() -> list[Malformed]:
    """Always the same."""
    return list(islice(_all(), BY_ALL))


def _all() -> Iterator[Malformed]:
    for line in _LINES:
        yield Malformed(f"line {line[:40]!r}", line)
    for header in _HEADERS:
        for start in (b"GET /me HTTP/1.1\r\n", b"POST /sign-in HTTP/1.1\r\n"):
            yield Malformed(f"{start[:5]!r} with {header[:60]!r}", start + header + b"\r\nhello")
    for chunks in _CHUNKS:
        head = b"POST /sign-in HTTP/1.1\r\n" + _HOST + b"Transfer-Encoding: chunked\r\n\r\n"
        yield Malformed(f"chunks {chunks[:40]!r}", head + chunks)
    yield Malformed("many at once", _GOOD[0] * 50)
    yield Malformed("a good one and a bad one", _GOOD[0] + b"\0\0\0\r\n\r\n" + _GOOD[0])
    random, number = Random(SEED), 0  # noqa: S311 - always the same
    while True:
        number += 1
        good = random.choice(_GOOD)
        yield Malformed(f"broken {number} of {good[:30]!r}", _broken(good, random))


def _broken(good: bytes, random: Random) -> bytes:
    """A good request with a few bytes lost, doubled, changed or put in."""
    broken = bytearray(good)
    for _ in range(random.randint(1, 4)):
        place = random.randrange(len(broken))
        match random.randrange(5):
            case 0:
                del broken[place : place + random.randint(1, 6)]
            case 1:
                broken[place] = random.randrange(256)
            case 2:
                broken[place:place] = random.choice((b"\0", b"\r", b"\n", b"\r\n", b" ", b":", b"\xff", b"%", b"\t"))
            case 3:
                broken[place:place] = broken[place : place + 30]
            case 4:
                del broken[place:]
        if not broken:
            return b"\r"
    return bytes(broken)
