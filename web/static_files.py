"""Style sheets, scripts and icons: served from memory, kept by browsers for as long as they stay the same."""

import gzip
import hashlib
from functools import lru_cache
from mimetypes import guess_type
from pathlib import Path
from typing import Any

import msgspec
from litestar import Request, Response, get
from litestar.params import FromPath
from litestar.status_codes import HTTP_200_OK, HTTP_304_NOT_MODIFIED

from api.authentication import Access
from api.errors import NotFoundError

STATIC = Path(__file__).parent / "static"

_FOR_EVER = "public, max-age=31536000, immutable"
_ASK_EACH_TIME = "public, max-age=0, must-revalidate"
_WORTH_PACKING = 1_000  # bytes


class StaticFile(msgspec.Struct, frozen=True):
    """A file as it is sent."""

    content: bytes
    packed: bytes | None
    """The same, compressed, where that helps."""
    version: str
    media_type: str


def static(name: str) -> str:
    """The address of a file under `web/static`; it changes when the file does.

    Raises:
        NotFoundError: There is no such file.
    """
    return f"/static/{name}?v={_file(name).version}"


@get(
    "/static/{name:path}",
    opt={"access": Access.ANYONE},
    include_in_schema=False,
    sync_to_thread=False,
    name="static",
)
def static_file(request: Request[Any, Any, Any], name: FromPath[str]) -> Response[bytes]:
    """Send a file, or say that the browser has it already."""
    file = _file(name.lstrip("/"))
    headers = {
        "ETag": f'"{file.version}"',
        "Cache-Control": _FOR_EVER if request.query_params.get("v") == file.version else _ASK_EACH_TIME,
        "Vary": "Accept-Encoding",
    }
    if file.version in request.headers.get("if-none-match", ""):
        return Response(b"", status_code=HTTP_304_NOT_MODIFIED, headers=headers, media_type=file.media_type)
    content = file.content
    if file.packed is not None and "gzip" in request.headers.get("accept-encoding", ""):
        content, headers["Content-Encoding"] = file.packed, "gzip"
    return Response(content, status_code=HTTP_200_OK, headers=headers, media_type=file.media_type)


def _file(name: str) -> StaticFile:
    try:
        path = (STATIC / name).resolve()
        if path.is_relative_to(STATIC.resolve()) and path.is_file():
            return _read(path, path.stat().st_mtime_ns)
    except (OSError, ValueError):  # a name that no file can have
        pass
    raise NotFoundError


@lru_cache(maxsize=256)
def _read(path: Path, _changed_at: int) -> StaticFile:
    content = path.read_bytes()
    media_type = guess_type(path.name)[0] or "application/octet-stream"
    packable = len(content) >= _WORTH_PACKING and not media_type.startswith("image/png")
    return StaticFile(
        content=content,
        packed=gzip.compress(content, mtime=0) if packable else None,
        version=hashlib.sha256(content).hexdigest()[:12],
        media_type=media_type,
    )
