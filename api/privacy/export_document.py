"""An export as one JSON document, written as it is read, so that a large account fits in little memory."""

from collections.abc import AsyncIterator
from typing import TypeVar

import msgspec

from api import clock
from api.accounts.queries import is_signed_in
from api.accounts.schemas import Credential, Member
from api.privacy.export import FORMAT, parts

_encode = msgspec.json.encode

Piece = TypeVar("Piece", str, bytes)


async def export_document(actor: Member) -> AsyncIterator[bytes]:
    """The document `ExportRead` in pieces."""
    head = {"format": FORMAT, "made_at": clock.now(), "member_id": actor.id}
    yield _encode(head)[:-1] + b',"parts":{'
    abouts: dict[str, str] = {}
    async for part in parts(actor):
        yield (b"," if abouts else b"") + _encode(part.name) + b":["
        abouts[part.name] = part.about
        first = True
        async for batch in part.batches:
            if batch:
                rows = _encode(batch)[1:-1]
                yield rows if first else b"," + rows
                first = False
        yield b"]"
    yield b'},"about":' + _encode(abouts) + b"}"


async def while_signed_in(credential: Credential, pieces: AsyncIterator[Piece]) -> AsyncIterator[Piece]:
    """The pieces of an export as long as what it was asked for with has not ended.

    Whoever takes it in slowly would else go on reading with a session or a token that its member has ended.
    """
    async for piece in pieces:
        if not await is_signed_in(credential):
            return
        yield piece
