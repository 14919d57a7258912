"""Statements: what members write."""

from uuid import uuid4

import anyio
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.database import fetch
from api.encoding import encoder
from api.errors import InvalidError, NotFoundError
from api.pagination import encode_cursor
from api.profiles import queries, services
from api.profiles.errors import PurposeOffError, TooManyStatementsError
from api.profiles.me import update_me
from api.profiles.schemas import Audience, MeUpdate, Purpose, Role, StatementUpdate
from api.texts import tidy
from embeddings.columns import from_sent
from tests.factories import NOBODY, make_member, make_statement
from tests.moved_clock import MovedClock

LEEDS = 2644688


async def test_a_statement_is_searchable_when_the_call_returns(database: None) -> None:
    ada = await make_member()
    await update_me(ada, change=MeUpdate(place_id=LEEDS))

    written = await make_statement(ada, "  I mend old clocks.\r\n", role=Role.SEEKING)

    [row] = await fetch("SELECT *, halfvec_send(vector) AS sent FROM statement_vector")
    [expected] = await encoder().encode(["I mend old clocks."])
    assert written.text == "I mend old clocks."
    assert (row["statement"], row["member"], row["purpose"], row["role"], row["cell"], row["model"]) == (
        written.id,
        ada.id,
        "hobby",
        "seeking",
        LEEDS,
        "all-MiniLM-L6-v2",
    )
    assert float(np.dot(from_sent(row["sent"]), expected)) > 0.99


@pytest.mark.parametrize("audience", [Audience.CONNECTIONS, Audience.NOBODY])
async def test_nobody_is_matched_on_what_they_did_not_mean_for_the_purpose(database: None, audience: Audience) -> None:
    await make_statement(await make_member(), "I mend old clocks.", audience=audience)

    assert await fetch("SELECT 1 FROM statement_vector") == []


async def test_a_change_of_text_role_and_audience_is_searchable_at_once(database: None) -> None:
    ada = await make_member()
    written = await make_statement(ada, "I mend old clocks.")

    async def row() -> tuple[str, str] | None:
        rows = await fetch("SELECT role, vector::text AS vector FROM statement_vector")
        return (rows[0]["role"], rows[0]["vector"]) if rows else None

    first = await row()
    await services.change_statement(ada, written.id, change=StatementUpdate(text="Jazz drums.", role=Role.SEEKING))
    second = await row()
    await services.change_statement(ada, written.id, change=StatementUpdate(audience=Audience.NOBODY))
    hidden = await row()
    await services.change_statement(ada, written.id, change=StatementUpdate(audience=Audience.PURPOSE))

    assert first is not None
    assert second is not None
    assert (first[0], second[0], hidden) == ("about", "seeking", None)
    assert first[1] != second[1]
    assert await row() == second


async def test_what_is_left_out_of_a_change_stays(database: None, moved_clock: MovedClock) -> None:
    ada = await make_member()
    written = await make_statement(ada, "I mend old clocks.", role=Role.SEEKING, audience=Audience.CONNECTIONS)
    moved_clock.move(minutes=5)

    changed = await services.change_statement(ada, written.id, change=StatementUpdate(text="I mend clocks."))

    assert (changed.role, changed.audience, changed.created_at) == (written.role, written.audience, written.created_at)
    assert changed.updated_at == moved_clock.now()
    assert await queries.my_statement(ada, written.id) == changed


async def test_a_deleted_statement_is_gone_with_its_vector(database: None) -> None:
    ada = await make_member()
    written = await make_statement(ada, "I mend old clocks.")

    await services.delete_statement(ada, written.id)

    assert await fetch("SELECT 1 FROM statement") == []
    assert await fetch("SELECT 1 FROM statement_vector") == []
    with pytest.raises(NotFoundError):
        await services.delete_statement(ada, written.id)


async def test_somebody_elses_statement_is_as_good_as_none(database: None) -> None:
    ada, grace = await make_member("Ada"), await make_member("Grace")
    written = await make_statement(ada, "I mend old clocks.")

    for unknown in (written.id, uuid4()):
        with pytest.raises(NotFoundError):
            await services.change_statement(grace, unknown, change=StatementUpdate(text="Mine now."))
        with pytest.raises(NotFoundError):
            await services.delete_statement(grace, unknown)

    assert await queries.my_statement(ada, written.id) == written


async def test_a_statement_needs_its_purpose_switched_on(database: None) -> None:
    ada = await make_member(purposes=[Purpose.INTEREST])

    with pytest.raises(PurposeOffError) as refusal:
        await make_statement(ada, "I mend old clocks.", purpose=Purpose.HOBBY)

    assert (refusal.value.status, refusal.value.code) == (409, "purpose-off")
    assert await fetch("SELECT 1 FROM statement") == []


async def test_twenty_statements_fit_and_no_more_even_when_written_at_once(database: None) -> None:
    ada = await make_member(purposes=[Purpose.HOBBY, Purpose.INTEREST])
    refused = []

    async def write(number: int) -> None:
        try:
            await make_statement(ada, f"Draft number {number}.", audience=Audience.NOBODY)
        except TooManyStatementsError:
            refused.append(number)

    async with anyio.create_task_group() as together:
        for number in range(23):
            together.start_soon(write, number)

    assert len(refused) == 3
    assert len((await queries.my_statements(ada, limit=100)).items) == 20
    await make_statement(ada, "Another purpose has room.", purpose=Purpose.INTEREST)


@pytest.mark.parametrize(
    ("text", "code"),
    [("", "missing"), (" \n\t ", "missing"), ("x" * 281, "too-long"), ("a\x00b", "bad-characters")],
)
async def test_a_text_that_cannot_be_kept_is_refused_with_its_field(database: None, text: str, code: str) -> None:
    ada = await make_member()
    written = await make_statement(ada, "I mend old clocks.")

    with pytest.raises(InvalidError) as new:
        await make_statement(ada, text)
    with pytest.raises(InvalidError) as changed:
        await services.change_statement(ada, written.id, change=StatementUpdate(text=text))

    assert [(error.pointer, error.code) for error in new.value.errors] == [("/text", code)]
    assert changed.value.errors == new.value.errors
    assert await queries.my_statement(ada, written.id) == written


async def test_line_breaks_that_slipped_in_become_spaces(database: None) -> None:
    written = await make_statement(await make_member(), "I mend\r\nold\tclocks.")

    assert written.text == "I mend old clocks."


@settings(deadline=None, max_examples=25)
@given(text=st.text("aé漢🌿e\u0301 ", min_size=275, max_size=290))
async def test_280_code_points_fit_as_the_database_counts_them_too(migrated: None, text: str) -> None:
    ada = await make_member()
    fits = 1 <= len(tidy(text)) <= 280

    if fits:
        assert (await make_statement(ada, text, audience=Audience.NOBODY)).text == tidy(text)
    else:
        with pytest.raises(InvalidError):
            await make_statement(ada, text, audience=Audience.NOBODY)


@settings(deadline=None, max_examples=8)
@given(limit=st.integers(1, 8), number=st.integers(0, 9))
async def test_every_part_of_the_list_together_is_the_list(migrated: None, limit: int, number: int) -> None:
    ada = await make_member()
    written = [await make_statement(ada, f"Draft {index}.", audience=Audience.NOBODY) for index in range(number)]

    parts, cursor = [], None
    while True:
        page = await queries.my_statements(ada, limit=limit, cursor=cursor)
        parts.append(page.items)
        if (cursor := page.next) is None:
            break

    assert [item.id for part in parts for item in part] == [statement.id for statement in written]
    assert all(len(part) == limit for part in parts[:-1])


@pytest.mark.parametrize(
    "cursor", ["", "x", "é", encode_cursor(["2026-01-01T00:00:00", str(NOBODY)]), encode_cursor([1]), "a" * 10_000]
)
async def test_an_invented_cursor_is_refused(database: None, cursor: str) -> None:
    with pytest.raises(InvalidError) as refusal:
        await queries.my_statements(await make_member(), cursor=cursor)

    assert refusal.value.errors[0].code == "bad-cursor"


async def test_own_statements_are_listed_by_purpose_and_never_somebody_elses(database: None) -> None:
    ada = await make_member("Ada", purposes=[Purpose.HOBBY, Purpose.INTEREST], statements=["One.", "Two."])
    await make_statement(ada, "Three.", purpose=Purpose.INTEREST)
    await make_member("Grace", statements=["Hers."])

    everything = await queries.my_statements(ada)
    hobby = await queries.my_statements(ada, purpose=Purpose.HOBBY)

    assert [statement.text for statement in everything.items] == ["One.", "Two.", "Three."]
    assert [statement.text for statement in hobby.items] == ["One.", "Two."]


async def test_two_changes_at_once_leave_the_vector_of_the_text_that_stays(database: None) -> None:
    ada = await make_member()
    written = await make_statement(ada, "I mend old clocks.")

    async def change(update: StatementUpdate) -> None:
        await services.change_statement(ada, written.id, change=update)

    async with anyio.create_task_group() as together:
        for text in ("Jazz drums.", "Bread and soup.", "Snow on the hills.", "Old maps."):
            together.start_soon(change, StatementUpdate(text=text))
        together.start_soon(change, StatementUpdate(role=Role.SEEKING))

    now = await queries.my_statement(ada, written.id)
    [row] = await fetch("SELECT role, halfvec_send(vector) AS sent FROM statement_vector")
    [expected] = await encoder().encode([now.text])
    assert float(np.dot(from_sent(row["sent"]), expected)) > 0.99
    assert row["role"] == now.role == Role.SEEKING
