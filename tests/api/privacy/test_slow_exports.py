"""Whoever takes an export in slowly reads no more of it than they may read at that moment."""

from collections.abc import AsyncIterator
from uuid import UUID

import pytest

from api.accounts.queries import member_by_session
from api.accounts.schemas import Credential, Member
from api.accounts.services import open_session
from api.accounts.ways_in import sign_out_everywhere
from api.conversations.schemas import MessageCreate
from api.conversations.services import send_message
from api.moderation.services import block_member
from api.privacy.export_document import export_document, while_signed_in
from tests.api.connections.making import make_connection, make_recipient
from tests.web.conversing import connected

pytestmark = pytest.mark.usefixtures("database")


async def _credential(member: Member) -> Credential:
    found = await member_by_session((await open_session(member)).token)
    assert found is not None
    return found[1]


async def _say(author: Member, connection_id: UUID, text: str) -> None:
    await send_message(author, connection_id, draft=MessageCreate(text, send_anyway=True))


async def _read(pieces: AsyncIterator[bytes], *, until: bytes = b"") -> bytes:
    """What comes until a piece has these bytes, or all that comes."""
    read = b""
    async for piece in pieces:
        read += piece
        if until and until in piece:
            break
    return read


async def test_an_export_ends_with_the_session_that_it_was_asked_for_with() -> None:
    ada, grace, connection_id = await connected()
    pieces = while_signed_in(await _credential(ada), export_document(ada))
    await _read(pieces, until=b'"parts"')

    await sign_out_everywhere(ada)
    await _say(grace, connection_id, "Written afterwards.")

    assert await _read(pieces) == b""


async def test_an_export_that_is_taken_in_slowly_has_nothing_of_a_conversation_after_a_block() -> None:
    ada, grace, with_grace = await connected()
    mary = await make_recipient("Mary", pair=1)
    await _say(mary, await make_connection(ada, mary), "From Mary.")
    await _say(grace, with_grace, "From Grace.")
    whole = await _read(while_signed_in(await _credential(ada), export_document(ada)))
    pieces = while_signed_in(await _credential(ada), export_document(ada))
    await _read(pieces, until=b"From Mary.")  # the later connection comes first

    await block_member(grace, ada.id)

    assert b"From Grace." in whole
    assert b"From Grace." not in await _read(pieces)
