"""Style sheets, scripts and icons: packed when the site starts, kept by browsers for as long as they stay the same."""

import gzip
import hashlib
import re
from collections.abc import Iterator
from functools import lru_cache
from mimetypes import guess_type
from pathlib import Path
from typing import Any

import brotli
import msgspec
import rcssmin
import rjsmin
from litestar import Request, Response, get
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.status_codes import HTTP_200_OK, HTTP_302_FOUND, HTTP_304_NOT_MODIFIED

from api.authentication import Access
from api.errors import NotFoundError
from api.settings import settings
from web.byte_ranges import part_of
from web.negotiation import best_encoding, has_already

STATIC = Path(__file__).parent / "static"

SHEET = "css/wherefore.css"
"""The style sheet of every page: these in this order, sent as one without their comments.

Each file costs a slow line a round trip, and what is sent beside it shares the line with it.
"""
SHEETS = (
    "css/tokens.css",
    "css/frame.css",
    "css/layout.css",
    "css/forms.css",
    "css/people.css",
    "css/lists.css",
    "css/map.css",
    "css/style.css",
)
SCRIPTS_OF_VISITORS = ("js/wherefore.js", "js/offline.js", "js/busy.js", "js/ended.js")
SCRIPTS = (*SCRIPTS_OF_VISITORS, "js/live.js", "js/messages.js", "js/keeping.js")
BUNDLES = {"js/visitors.js": SCRIPTS_OF_VISITORS, "js/everywhere.js": SCRIPTS}
"""The scripts of every page, in the same way: for whoever is signed in nowhere, and for members.

What only pages with passkeys need is not in them: it is nearly as long.
"""

ENCODINGS = ("br", "gzip")
"""Those in which files are kept, the smallest first."""

_FOR_EVER = "public, max-age=31536000, immutable"
_WORTH_PACKING = 200  # bytes; what is smaller does not become much smaller
_VERSION_LENGTH = 12
_FILE_IN_A_SHEET = re.compile(rb'url\("\.\./(?P<name>[^"]+)"\)')
_VERSIONED = re.compile(rf"(?P<stem>.+)\.[0-9a-f]{{{_VERSION_LENGTH}}}(?P<suffix>\.[a-z0-9]+)")

Answer = Response[Any]


class StaticFile(msgspec.Struct, frozen=True):
    """A file as it is sent."""

    address: str
    version: str
    media_type: str
    forms: dict[str, bytes]
    """Its bytes by encoding: `identity`, and those of `ENCODINGS` that make it smaller."""

    def etag(self, encoding: str) -> str:
        """Each encoding has its own: the same bytes, the same tag."""
        return f'"{self.version}-{encoding}"'


def static(name: str) -> str:
    """The address of a file under `web/static`; it changes when the file does.

    Raises:
        NotFoundError: There is no such file.
    """
    try:
        return static_files()[name].address
    except KeyError:
        raise NotFoundError from None


def static_files() -> dict[str, StaticFile]:
    """Every file by its name, as it was when the site started; in a demo as it is now, for whoever works on it."""
    return _read(max(path.stat().st_mtime_ns for path in STATIC.rglob("*")) if settings().demo else 0)


@get("/static/{name:path}", opt={"access": Access.ANYONE}, include_in_schema=False, sync_to_thread=False, name="static")
def static_file(request: Request[Any, Any, Any], name: FromPath[str]) -> Answer:
    """Send a file, or say that the browser has it; whoever asks for another version of it is led to this one.

    A page that was kept by a browser, or drawn by a process of another version while the site is brought up to date,
    asks for names that this process never had.
    """
    name = name.lstrip("/")
    versioned = _VERSIONED.fullmatch(name)
    file = static_files().get(f"{versioned['stem']}{versioned['suffix']}" if versioned else name)
    if file is None:
        raise NotFoundError
    if f"/static/{name}" != file.address:
        return Redirect(file.address, status_code=HTTP_302_FOUND)
    return _sent(request, file)


def _sent(request: Request[Any, Any, Any], file: StaticFile) -> Answer:
    encoding = best_encoding(request.headers.get("accept-encoding"), [name for name in ENCODINGS if name in file.forms])
    content, etag, status = file.forms[encoding], file.etag(encoding), HTTP_200_OK
    headers = {"ETag": etag, "Cache-Control": _FOR_EVER, "Vary": "Accept-Encoding", "Accept-Ranges": "bytes"}
    if has_already(request.headers.get("if-none-match"), etag):
        return Response(b"", status_code=HTTP_304_NOT_MODIFIED, headers=headers, media_type=file.media_type)
    if encoding != "identity":
        headers["Content-Encoding"] = encoding
    if request.headers.get("if-range", etag) == etag:
        content, status, more = part_of(content, request.headers.get("range"))
        headers |= more
    return Response(content, status_code=status, headers=headers, media_type=file.media_type)


@lru_cache(maxsize=1)
def _read(_changed_at: int) -> dict[str, StaticFile]:
    return {name: _packed(name, content) for name, content in _contents()}


def _contents() -> Iterator[tuple[str, bytes]]:
    for path in sorted(STATIC.rglob("*")):
        if path.is_file():
            yield path.relative_to(STATIC).as_posix(), path.read_bytes()
    sheet = rcssmin.cssmin(b"".join((STATIC / name).read_bytes() for name in SHEETS))
    yield SHEET, _FILE_IN_A_SHEET.sub(_addressed, sheet)
    for bundle, scripts in BUNDLES.items():
        yield bundle, rjsmin.jsmin(b"\n".join((STATIC / name).read_bytes() for name in scripts))


def _addressed(found: re.Match[bytes]) -> bytes:
    """A file that a sheet names, such as the letters, by the address that pages name it by as well."""
    name = found["name"].decode()
    return f'url("{_address(name, _version((STATIC / name).read_bytes()))}")'.encode()


def _packed(name: str, content: bytes) -> StaticFile:
    media_type = guess_type(name)[0] or "application/octet-stream"
    mode = brotli.MODE_TEXT if media_type.startswith("text/") else brotli.MODE_GENERIC
    forms = {"br": brotli.compress(content, mode=mode), "gzip": gzip.compress(content, mtime=0)}
    smaller = {key: packed for key, packed in forms.items() if _WORTH_PACKING <= len(content) > len(packed) * 1.05}
    version = _version(content)
    return StaticFile(
        address=_address(name, version),
        version=version,
        media_type=media_type,
        forms=smaller | {"identity": content},
    )


def _version(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:_VERSION_LENGTH]


def _address(name: str, version: str) -> str:
    stem, _, suffix = name.rpartition(".")
    return f"/static/{stem}.{version}.{suffix}"
