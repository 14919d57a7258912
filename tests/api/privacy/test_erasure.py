"""Leaving hides a member at once, can be undone for a week, and is then for good, whatever backup is put back."""

import json
from pathlib import Path

import anyio
import anyio.to_thread
import pytest
from httpx import AsyncClient

from api import database as databases
from api.accounts import queries as accounts
from api.accounts.leaving import AccountLeavingError
from api.accounts.schemas import Member
from api.accounts.services import sign_in
from api.connections import queries as connections
from api.conversations import queries as conversations
from api.conversations import services as messages
from api.conversations.schemas import MessageCreate
from api.database import fetch
from api.errors import NotFoundError
from api.mail.letters import letter
from api.mail.schemas import MailKind
from api.mail.services import send
from api.matching.queries import matches
from api.privacy import journal
from api.privacy.erasure import erase, erase_due, leave, leaves_at, replay, stay
from api.privacy.journal import JournalUnavailableError, journal_file, last_decisions
from api.profiles import queries as profiles
from api.profiles.reembedding import catch_up
from api.profiles.schemas import Purpose
from api.sealing import opened
from api.sealing.columns import sealed_columns
from tests.api.connections.making import make_connection, make_recipient, make_request, received, sent_by
from tests.api.privacy.whole_life import make_whole_life
from tests.factories import PASSWORD, as_member, email_of, make_member, make_statement
from tests.moved_clock import MovedClock

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture(autouse=True)
def own_journal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A journal of the test's own."""
    path = tmp_path / "kept" / "erasures.jsonl"
    monkeypatch.setattr(journal, "journal_file", lambda: path)
    return path


async def test_whoever_leaves_is_hidden_everywhere_at_once() -> None:
    grace = await make_recipient("Grace")
    connected, asked, asking = await make_member("Ada"), await make_member("Bea"), await make_recipient("Cleo")
    connection_id = await make_connection(connected, grace)
    await messages.send_message(grace, connection_id, draft=MessageCreate("The swifts are back."))
    open_request = await make_request(asked, grace)
    await make_request(grace, asking)
    [said] = (await profiles.my_statements(grace)).items
    alike = await make_member("Dora", statements=[said.text])
    assert grace.id in {match.member.id for match in (await matches(alike, purpose=Purpose.HOBBY)).items}

    await leave(grace)

    for other in (connected, asked, asking, alike):
        with pytest.raises(NotFoundError):
            await profiles.member(other, grace.id)
    assert (await connections.connections(connected)).items == []
    assert (await conversations.conversations(connected)).items == []
    assert await received(asking) == []
    [waiting] = await sent_by(asked)
    assert (waiting.id, waiting.state, waiting.recipient.display_name, waiting.anchor.text) == (
        open_request.id,
        "pending",
        "Someone who is not here",
        None,
    )
    assert grace.id not in {match.member.id for match in (await matches(alike, purpose=Purpose.HOBBY)).items}
    assert await fetch("SELECT 1 FROM statement_vector WHERE member = {}", grace.id) == []


async def test_leaving_reads_to_others_as_being_gone_already_does(client: AsyncClient) -> None:
    ada = await make_member("Ada", statements=["I count swifts and write them down."])
    grace = await make_recipient("Grace")
    await make_connection(ada, grace)
    headers = await as_member(client, ada)
    looks = []

    for step in (leave(grace), _erase(grace)):
        await step
        replies = [
            await client.get(f"/api/v1{path}", headers=headers)
            for path in (
                f"/members/{grace.id}",
                "/connections",
                "/connection-requests?box=sent",
                "/matches?purpose=hobby",
                "/blocks",
                "/me/slots",
            )
        ]
        looks.append([(reply.status_code, reply.text) for reply in replies])

    assert looks[0] == looks[1]


async def test_all_sessions_and_tokens_end_and_no_new_one_is_given(client: AsyncClient) -> None:
    ada = await make_member("Ada")
    email = await email_of(ada.id)
    headers, session = await as_member(client, ada), await sign_in(email=email, password=PASSWORD)

    reply = await client.request("DELETE", "/api/v1/me", headers=headers, json={"password": PASSWORD})

    assert reply.status_code == 204
    assert (await client.get("/api/v1/me", headers=headers)).status_code == 401
    assert await accounts.member_by_session(session.token) is None
    with pytest.raises(AccountLeavingError):
        await sign_in(email=email, password=PASSWORD)
    refused = await client.post("/api/v1/tokens", json={"email": email, "password": PASSWORD, "name": "again"})
    assert (refused.status_code, refused.json()["type"]) == (403, "/problems/account-leaving")


async def test_leaving_needs_the_password(client: AsyncClient) -> None:
    ada = await make_member("Ada")
    headers = await as_member(client, ada)

    reply = await client.request("DELETE", "/api/v1/me", headers=headers, json={"password": "not hers"})

    assert reply.status_code == 401
    assert await leaves_at(ada.id) is None


async def test_a_token_that_was_made_just_now_is_as_good_as_the_password(
    client: AsyncClient, moved_clock: MovedClock
) -> None:
    ada = await make_member("Ada")
    headers = await as_member(client, ada)
    moved_clock.move(minutes=16)

    late = await client.request("DELETE", "/api/v1/me", headers=headers)
    fresh = await client.request("DELETE", "/api/v1/me", headers=await as_member(client, ada))

    assert (late.status_code, late.json()["type"]) == (403, "/problems/sign-in-again")
    assert fresh.status_code == 204
    assert await leaves_at(ada.id) is not None


async def test_whoever_comes_back_finds_everything_as_it_was() -> None:
    grace, ada = await make_recipient("Grace"), await make_member("Ada")
    connection_id = await make_connection(ada, grace)
    await messages.send_message(grace, connection_id, draft=MessageCreate("The swifts are back."))
    vectors = await fetch("SELECT statement, vector::text FROM statement_vector WHERE member = {}", grace.id)
    await leave(grace)

    back = await stay(grace.id)

    assert back.id == grace.id
    assert (await profiles.member(ada, grace.id)).display_name == "Grace"
    assert [read.text for read in (await conversations.messages(ada, connection_id)).items] == ["The swifts are back."]
    assert await fetch("SELECT statement, vector::text FROM statement_vector WHERE member = {}", grace.id) == vectors
    assert (await sign_in(email=await email_of(grace.id), password=PASSWORD)).member.id == grace.id


async def test_nothing_is_encoded_for_whoever_leaves() -> None:
    ada = await make_recipient("Ada")
    await leave(ada)
    await fetch("DELETE FROM model_coverage")

    await catch_up()

    assert await fetch("SELECT 1 FROM statement_vector WHERE member = {}", ada.id) == []


async def test_whoever_leaves_writes_nothing_any_more() -> None:
    ada = await make_member("Ada")
    await leave(ada)

    with pytest.raises(NotFoundError):
        await make_statement(ada, "One more thing.")
    with pytest.raises(NotFoundError):
        await leave(ada)


async def test_after_a_week_and_not_before_everything_is_gone(moved_clock: MovedClock) -> None:
    early, late, stays = await make_member("Early"), await make_member("Late"), await make_member("Stays")
    await leave(early)
    moved_clock.move(days=6, hours=23)
    await leave(late)
    assert await erase_due() == 0

    moved_clock.move(hours=1)

    assert await erase_due() == 1
    assert await stay(late.id) is not None
    with pytest.raises(NotFoundError):
        await stay(early.id)
    moved_clock.move(days=30)
    assert await erase_due() == 0
    assert {row["id"] for row in await fetch("SELECT id FROM account")} == {late.id, stays.id}


async def test_a_race_between_staying_and_the_end_leaves_all_or_nothing(moved_clock: MovedClock) -> None:
    for _ in range(10):
        ada = await make_recipient("Ada")
        await leave(ada)
        moved_clock.move(days=7)
        stayed: list[Member] = []

        async def come_back(who: Member = ada, kept: list[Member] = stayed) -> None:
            try:
                kept.append(await stay(who.id))
            except NotFoundError:
                return

        async with anyio.create_task_group() as together:
            together.start_soon(erase_due)
            together.start_soon(come_back)

        there = await fetch("SELECT erased_at FROM account WHERE id = {}", ada.id)
        assert there == ([{"erased_at": None}] if stayed else [])
        vectors = await fetch("SELECT 1 FROM statement_vector WHERE member = {}", ada.id)
        assert len(vectors) == len(stayed)


async def test_nothing_of_whoever_is_erased_is_left_in_any_table(own_journal: Path) -> None:
    life = await make_whole_life()
    ada, email = life.member, await email_of(life.member.id)
    await send(to=email, mail=letter(MailKind.PASSWORD_CHANGED))
    own = ("I keep silence on Sundays", "Bring it on Thursday", "Has the clock of an aunt", "my calendar", "my phone")
    digests = await fetch("SELECT address_digest FROM account WHERE id = {}", ada.id)

    await erase(ada.id)

    kept = await everything()
    secrets = [str(ada.id), ada.id.hex, email, email.encode().hex(), *own]
    [digest] = [row["address_digest"].hex() for row in digests]
    secrets.append(digest)
    found = {(table, secret) for table, text in kept.items() for secret in secrets if secret in text}
    # What docs/privacy.md says stays for a while: a report of the account, and that somebody blocked this address.
    assert found <= {("report", str(ada.id)), ("blocked_address", digest)}, "see api/privacy/remains.py"


async def test_the_journal_holds_ids_and_times_and_nothing_else(own_journal: Path) -> None:
    ada = await make_member("Ada", email="ada@example.org", statements=["I keep bees."])

    await leave(ada)
    await erase(ada.id)

    lines, mode = await anyio.to_thread.run_sync(_lines_and_mode, own_journal)
    assert [(line["account"], line["decision"]) for line in lines] == [(str(ada.id), "leaving"), (str(ada.id), "gone")]
    assert {frozenset(line) for line in lines} == {frozenset({"at", "account", "decision"})}
    assert mode == 0o600


async def test_nothing_is_deleted_when_the_journal_cannot_be_written(own_journal: Path) -> None:
    ada = await make_member("Ada")
    await anyio.Path(own_journal).mkdir(parents=True)  # a folder stands where the file belongs

    with pytest.raises(JournalUnavailableError):
        await leave(ada)
    with pytest.raises(JournalUnavailableError):
        await erase(ada.id)

    assert await leaves_at(ada.id) is None
    assert (await profiles.me(ada)).display_name == "Ada"


async def test_the_journal_is_written_before_the_deletion_is_committed() -> None:
    ada = await make_member("Ada")

    class LostError(Exception):
        """The process ends between the journal and the commit."""

    async def lost() -> None:
        async with databases.transaction():
            await erase(ada.id)
            raise LostError

    with pytest.raises(LostError):
        await lost()
    assert (await profiles.me(ada)).id == ada.id, "the deletion was not committed"
    assert (await last_decisions())[ada.id].decision == "gone"

    assert await replay() == 1

    with pytest.raises(NotFoundError):
        await profiles.me(ada)


async def test_a_line_that_a_crash_cut_off_spoils_no_other(own_journal: Path) -> None:
    ada, grace = await make_member("Ada"), await make_member("Grace")
    await leave(ada)
    with own_journal.open("ab") as file:
        file.write(b'{"at":"2026-1')

    await leave(grace)

    assert set(await last_decisions()) == {ada.id, grace.id}


async def test_the_real_journal_is_in_the_data_directory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()

    from api.settings import settings

    assert journal_file() == settings().data_dir / "erasures.jsonl"


async def everything() -> dict[str, str]:
    """All rows of all tables as text, sealed texts opened."""
    names = await fetch("SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace")
    kept = {}
    for row in names:
        rows = await fetch(f'SELECT to_jsonb(every) AS one FROM "{row["relname"]}" AS every')
        kept[row["relname"]] = " ".join(one["one"] for one in rows)
    for column in sealed_columns():
        rows = await fetch(f'SELECT {column.key} AS key, {column.column} AS sealed FROM "{column.table}"')
        kept[column.table] += " ".join(
            opened(one["sealed"], about=column.about, row=one["key"]) for one in rows if one["sealed"]
        )
    return kept


def _lines_and_mode(path: Path) -> tuple[list[dict[str, str]], int]:
    lines = [json.loads(line) for line in path.read_text().splitlines() if line]
    return lines, path.stat().st_mode & 0o777


async def _erase(member: Member) -> None:
    await erase(member.id)


async def test_whoever_leaves_is_told_by_mail_so_that_nobody_else_did_it() -> None:
    ada = await make_member("Ada")

    await leave(ada)

    assert [row["kind"] for row in await fetch("SELECT kind FROM outgoing_mail")] == ["account_deleted"]
