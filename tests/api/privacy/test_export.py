"""What a member takes out is everything that is kept of them, and nothing of others that is not for them."""

import json
import time
from collections.abc import Callable
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

import anyio
import msgspec
import pytest
from httpx import AsyncClient

from api import clock
from api.accounts.schemas import Member
from api.conversations.message_drafts import MessageDraftSet, keep_message
from api.conversations.schemas import MessageCreate
from api.conversations.services import send_message
from api.database import fetch
from api.matching.schemas import ChoiceState, MatchChoiceSet
from api.matching.services import choose
from api.privacy.data_map import TableRow, data_map
from api.privacy.export_document import export_document
from api.privacy.schemas import ExportRead
from api.profiles.me import update_me
from api.profiles.schemas import MeUpdate
from api.sealing import opened, seal
from api.sealing.columns import sealed_columns
from tests.api.connections.making import make_connection, make_recipient, make_request
from tests.api.privacy.whole_life import WholeLife, make_whole_life
from tests.factories import as_member, make_member

pytestmark = pytest.mark.usefixtures("database")

BORDEAUX = 3031582

OWN = {
    "match_entry": "match_list IN (SELECT id FROM match_list WHERE viewer = {me})",
    "match_choice": "viewer = {me}",
    "block": "blocker = {me} AND because_of IS NULL",
    "connection_request": "sender = {me} OR recipient = {me}",
    "request_event": "request IN (SELECT id FROM connection_request WHERE sender = {me} OR recipient = {me}) "
    "AND NOT only_recipient_sees",
    "connection": "asker = {me} OR accepter = {me}",
    "message": "connection IN (SELECT id FROM connection WHERE asker = {me} OR accepter = {me})",
    "draft": "member = {me}",
    "report": "reporter = {me} OR reported = {me}",
}
"""Which rows of the tables that are exported as they are shown a member reads, for the looking in of tests."""

NEVER_SHOWN = {("connection", "asker_note"): "asker = {me}", ("connection", "accepter_note"): "accepter = {me}"}
BY_REPORTER = "reporter = {me}"
BY_REPORTED = "reported = {me}"


async def exported(member: Member) -> dict[str, Any]:
    """The document, as a program reads it."""
    document: dict[str, Any] = json.loads(b"".join([piece async for piece in export_document(member)]))
    return document


@pytest.fixture
async def life(database: None) -> WholeLife:
    """A whole life."""
    return await make_whole_life()


async def test_every_column_marked_as_exported_is_in_the_export_with_every_value(life: WholeLife) -> None:
    document = await exported(life.member)
    missing, never_planted = [], []

    for table, row in data_map().items():
        columns = {**dict.fromkeys(row.exported, row.part), **row.shown}
        for column, part in columns.items():
            values = await _values(table, column, row, life.member.id)
            if not values:
                never_planted.append(f"{table}.{column}")
            found = _leaves(document["parts"].get(part, []))
            missing += [f"{table}.{column} in {part}: {value!r}" for value in values if value not in found]

    assert missing == []
    assert never_planted == [], "Give the member of tests/api/privacy/whole_life.py a value in each of these."


async def test_nothing_of_others_is_in_the_export_that_is_not_for_the_member(life: WholeLife) -> None:
    text = json.dumps(await exported(life.member))

    assert [secret for secret in life.not_for_them if secret in text] == []
    assert "s1." not in text.replace("s1.example", "")


async def test_the_document_has_the_shape_that_is_documented(life: WholeLife) -> None:
    document = msgspec.convert(await exported(life.member), ExportRead)

    assert document.format == "wherefore-export-1"
    assert set(document.about) == set(document.parts)
    assert all(document.about.values())
    assert [row["text"][:22] for row in document.parts["consent_texts"]] == ["What you write here ca"]


async def test_a_new_member_gets_a_document_too(client: AsyncClient) -> None:
    ada = await make_member("Ada")

    reply = await client.get("/api/v1/me/export", headers=await as_member(client, ada))

    assert reply.status_code == 200
    assert reply.headers["content-type"].startswith("application/json")
    assert reply.json()["parts"]["account"][0]["display_name"] == "Ada"
    assert reply.json()["parts"]["messages"] == []


async def test_a_token_without_the_scope_takes_nothing_out(client: AsyncClient) -> None:
    ada = await make_member("Ada")
    headers = await as_member(client, ada)
    await fetch("UPDATE access_token SET scopes = ARRAY['profile']")

    reply = await client.get("/api/v1/me/export", headers=headers)

    assert reply.status_code == 403


async def test_a_large_account_holds_nobody_up(*, soaking: bool, tell: Callable[[str], None]) -> None:
    number = 20_000 if soaking else 4_000
    ada, grace = await make_member("Ada"), await make_recipient("Grace")
    connection_id = await make_connection(ada, grace)
    ids = [uuid4() for _ in range(number)]
    texts = [seal(f"Message {n}. " + "So many words. " * 12, about="message.text", row=ids[n]) for n in range(number)]
    await fetch(
        "INSERT INTO message (id, connection, author, text, created_at) SELECT id, {}, {}, text, {} "
        "FROM unnest({}::uuid[], {}::text[]) AS given (id, text)",
        connection_id,
        ada.id,
        clock.now(),
        ids,
        texts,
    )
    held: list[float] = []
    began = time.perf_counter()

    async with anyio.create_task_group() as together:
        together.start_soon(_watch, held)
        size = sum([len(piece) async for piece in export_document(ada)])
        together.cancel_scope.cancel()

    took = time.perf_counter() - began
    tell(f"export of {number:,} messages: {took:.2f} s, {size / 1e6:.1f} MB, loop held {max(held) * 1000:.0f} ms")
    assert size > number * 150
    assert len(held) > number / 1000, "others had their turn between the batches"


async def _watch(held: list[float]) -> None:
    """How late the event loop comes back to somebody who waits for a hundredth of a second."""
    while True:
        before = time.perf_counter()
        await anyio.sleep(0.01)
        held.append(time.perf_counter() - before - 0.01)


async def _values(table: str, column: str, row: TableRow, member_id: UUID) -> list[str]:
    """Every value of a column in the rows that are for the member, as a document in JSON would have it."""
    key = next((sealed.key for sealed in sealed_columns() if (sealed.table, sealed.column) == (table, column)), None)
    which = row.mine if column in row.exported else OWN[table]
    which = NEVER_SHOWN.get((table, column), which)
    if table == "report":
        which = BY_REPORTER if row.shown[column] == "reports" else BY_REPORTED
    assert which is not None
    condition = which.replace("{me}", f"'{member_id}'::uuid")
    columns = f'"{column}" AS value' + (f', "{key}" AS key' if key else "")
    rows = await fetch(f'SELECT {columns} FROM "{table}" WHERE ({condition}) AND "{column}" IS NOT NULL')
    rows = [one for one in rows if one["value"] != ""]
    texts = [opened(one["value"], about=f"{table}.{column}", row=one["key"]) if key else one["value"] for one in rows]
    leaves = [leaf for text in texts for leaf in _leaves_of(text)]
    return [leaf for leaf in leaves if leaf != str(member_id) or table == "account"]  # said once


def _leaves_of(value: object) -> list[str]:
    if isinstance(value, list):
        return [leaf for one in value for leaf in _leaves_of(one)]
    if isinstance(value, str) and value.startswith("{"):  # a Struct, sealed
        return sorted(_leaves(json.loads(value)))
    if isinstance(value, datetime | date | UUID):
        return [msgspec.json.encode(value).decode().strip('"')]
    return [str(value)]


def _leaves(value: object) -> set[str]:
    """Every value that stands anywhere in a part."""
    if isinstance(value, dict):
        return {leaf for one in value.values() for leaf in _leaves(one)}
    if isinstance(value, list):
        return {leaf for one in value for leaf in _leaves(one)}
    return {str(value)}


async def test_who_is_suspended_takes_out_what_was_said_and_nothing_of_how_others_are_now() -> None:
    ada, grace, ben = await make_recipient("Ada"), await make_recipient("Grace"), await make_recipient("Ben")
    connection_id = await make_connection(ada, grace)
    await send_message(ada, connection_id, draft=MessageCreate("Good morning."))
    await keep_message(ada, connection_id, draft=MessageDraftSet("And another"))
    await make_request(ada, ben)
    await choose(ada, ben.id, choice=MatchChoiceSet(ChoiceState.LATER))
    await fetch("UPDATE account SET suspended_at = {} WHERE id = {}", clock.now(), ada.id)
    for other in (grace, ben):
        await update_me(other, change=MeUpdate(display_name="Zenobia", pronouns="zey", place_id=BORDEAUX))

    document = await exported(ada)

    assert not [word for word in ("Zenobia", "zey", "Bordeaux") if word in json.dumps(document)]
    assert document["parts"]["messages"][0]["text"] == "Good morning."
    assert document["parts"]["connections"][0]["member"]["id"] == str(grace.id)
    assert document["parts"]["requests"][0]["sender"]["display_name"] == "Ada"
