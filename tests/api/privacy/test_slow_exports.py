"""Whoever takes an export in slowly reads no more of it than they may read at that moment."""

from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from api import clock
from api.accounts.queries import member_by_session
from api.accounts.schemas import Credential, Member
from api.accounts.services import open_session
from api.accounts.ways_in import sign_out_everywhere
from api.conversations.schemas import LONGEST_MESSAGE, MessageCreate
from api.conversations.services import send_message
from api.database import fetch
from api.moderation.services import block_member
from api.privacy import export
from api.privacy.export_document import export_document, while_signed_in
from api.sealing import seal
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


async def test_no_piece_of_an_export_is_large_however_much_was_written() -> None:
    ada, grace, connection_id = await connected()
    for _ in range(100):
        message_id = uuid4()
        await fetch(
            "INSERT INTO message (id, connection, author, text, created_at) VALUES ({}, {}, {}, {}, {})",
            message_id,
            connection_id,
            grace.id,
            seal("\N{GRINNING FACE}" * LONGEST_MESSAGE, about="message.text", row=message_id),
            clock.now(),
        )

    sizes = [len(piece) async for piece in export_document(ada)]

    assert sum(sizes) > 100 * 4 * LONGEST_MESSAGE
    assert max(sizes) < 2**20


async def test_a_large_table_is_read_in_parts_as_it_is_taken_in_and_all_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    ada, _, _ = await connected()
    at = clock.now()
    for number in range(5):  # two of them of one moment
        await fetch(
            "INSERT INTO access_token (id, account, token_hash, name, scopes, created_at, expires_at) "
            "VALUES ({}, {}, {}, {}, {}, {}, {})",
            uuid4(),
            ada.id,
            uuid4().bytes,
            f"Program {number}",
            [],
            at + timedelta(seconds=number // 2),
            at + timedelta(days=1),
        )
    monkeypatch.setattr(export, "ROWS_AT_A_TIME", 2)

    tokens = await anext(part async for part in export.parts(ada) if part.name == "tokens")
    batches = [[row["name"] for row in batch] async for batch in tokens.batches]
    tokens = await anext(part async for part in export.parts(ada) if part.name == "tokens")
    first = await anext(tokens.batches)
    await fetch("DELETE FROM access_token WHERE account = {}", ada.id)

    assert [len(batch) for batch in batches] == [2, 2, 1]
    assert sorted(name for batch in batches for name in batch) == [f"Program {number}" for number in range(5)]
    assert len(first) == 2
    assert [batch async for batch in tokens.batches] == [], "no more is held than what is taken in"
