"""No query on what members have or wrote goes past the one expression of who may see whom."""

from pathlib import Path

import pytest

from tests.trust.sql_found import Query, queries_in

ROOT = Path(__file__).parents[2]
LEFT_OUT = ("piccolo_migrations", "tables.py", "visibility.py")


def _all_queries() -> list[Query]:
    found = []
    for path in sorted(ROOT.glob("api/**/*.py")):
        if not any(part in LEFT_OUT for part in path.relative_to(ROOT).parts):
            module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
            found += queries_in(path.read_text(), module=module)
    return found


QUERIES = _all_queries()

REASONED = {
    # Accounts: of whoever holds the key, the password, the link or the address; none of it is shown to anyone else.
    "api.accounts": "finds the one account that a key, a link or an address belongs to, for that account alone",
    "api.limits.standing.keep_conversed": "keeps of the two of a connection, one of whom just wrote, that they talked",
    "api.limits.standing.new_until": "tells members whether they themselves are new; its id is the actor's",
    "api.privacy.erasure": "hides, keeps or deletes the one account that asked for it, or whose week is over",
    "api.privacy.outdated": "a job: deletes what has been kept long enough",
    "api.metrics.figures._of_everyone": "a job: counts over everybody, in fives and of twenty at least, per no purpose",
    # Rows as they are written. What is read of them goes through `queries` and `request_views`.
    "api.connections.request_rows": "locks and writes requests; whoever calls has checked, and `write` checks again",
    "api.connections.services._check_said_once": "the actor's own events, of a request that `_move` has found theirs",
    "api.connections.services._keep_aside": "of a request that `_lock` has just found to be the actor's",
    "api.connections.ties.close_between": "ends what is between two of whom one blocks the other; shows nothing",
    "api.connections.queries._reminders": "counts when the actor was reminded, by whole days, without by whom",
    "api.connections.quotas._written": "counts the people whom the actor wrote to",
    "api.connections.request_views._histories": "of requests that `queries` found, each event filtered by its reader",
    "api.connections.sending._check_pause": "whether the recipient left the actor, which the actor may know",
    "api.conversations.reminders.remind": "locks the connection, which the next statement looks up by visibility",
    "api.conversations.services.send_message": "locks the connection, which the statement that writes looks up again",
    # Lists: computed from `candidates`, which leaves out everyone unseen, and looked up anew by `entries` when read.
    "api.matching.candidates": "compares only those whom `_left_out` leaves, which a test holds against visibility",
    "api.matching.lists": "keeps what was computed from `candidates`, for the viewer whose list it is",
    "api.matching.marking._keep": "keeps marks in rows that `entries` has just read for their viewer",
    "api.matching.marking._unchanged": "whether texts are as old as marks of them, for the viewer who had those marks",
    "api.matching.sharing": "counts how often members are shown; no member is told",
    "api.profiles.consents.record_consent": "writes the actor's own yes",
    "api.profiles.coverage.how_many_missing": "counts vectors for the operator",
    "api.profiles.locks.lock_member": "locks the actor's own account",
    "api.profiles.me.end_pauses": "a job: ends pauses that are over",
    "api.profiles.reembedding": "a job: encodes texts anew; nobody reads anything by it",
    "api.profiles.services": "writes the actor's own rows, whose ids were found by their author",
    "api.profiles.vectors": "writes the vectors of the actor's own statements",
    "api.drafts.services.forget_old_drafts": "a job: deletes what is over",
    "api.disagreements.services.forget_texts": "a job: deletes what is over",
    "api.webhooks.outbox": "finds the owner of a webhook, for whom `queries.is_there` then looks what they may read",
    # Moderation: for moderators, who are held by `Access.MODERATOR`, or about one's own reports and notices.
    "api.disagreements.queries": "for moderators: counts, and texts that were given to be read by them, without names",
    "api.moderation.blocking.keep_apart_again": "after a restore, before anything is served; shows nothing",
    "api.moderation.blocking._block_gone": "after a restore, before anything is served; shows nothing",
    "api.moderation.blocking._block_address": "blocks whoever has an address; shows nothing",
    "api.moderation.holding_decisions": "lets a decision hold, also after a restore; shows nothing",
    "api.connections.closed_again": "after a restore, before anything is served; shows nothing",
    "api.profiles.hidden_again": "after a restore, before anything is served; shows nothing",
    "api.moderation.blocking.keep_apart": "finds accounts with the blocked address, to lock them; shows nothing",
    "api.moderation.case_rows": "for moderators",
    "api.moderation.cases": "for moderators",
    "api.moderation.deciding": "for moderators",
    "api.moderation.removal.held_out": "for moderators",
    "api.moderation.retention": "a job: deletes cases whose time is over",
    "api.moderation.suspended_addresses": "lets a decision hold for whoever has the address; shows nothing",
    "api.moderation.stuck": "a job: counts cases that no moderator may judge",
    "api.moderation.moderators": "a command of the operator",
    "api.moderation.notices": "a member's own notices",
    "api.moderation.notice_words.names_left_out": "names that are taken out of a notice; shows none",
    "api.moderation.evidence": "gathers what the reporter could read, found by visibility or as a party to it",
    "api.moderation.reporting": "keeps the actor's own report, and its evidence",
    "api.conversations.reported": "for evidence: what stands in a conversation of the reporter's own",
    "api.connections.reported": "for moderators: takes words out of what was reported",
}
"""Why a query needs neither, by module or function. Add to it only what shows nobody anything of another member."""


def test_every_query_is_bounded_by_visibility_or_by_the_actor_or_has_a_reason() -> None:
    loose = [query for query in QUERIES if not query.bounded and _reason(query.place) is None]

    assert not loose, "\n".join(
        f"{query.place} reads or writes {', '.join(sorted(query.tables))}: let it go through a function of "
        f"api/profiles/visibility.py, limit it to the actor's own rows, or say in REASONED why not: {query.sql[:160]}"
        for query in loose
    )


def test_every_reason_is_still_needed() -> None:
    used = {_reason(query.place) for query in QUERIES if not query.bounded}

    assert set(REASONED) - used == set()


def test_so_many_queries_are_found_that_none_can_have_been_missed_by_the_way_of_looking() -> None:
    bounded = sum(query.bounded for query in QUERIES)

    assert len(QUERIES) > 150
    assert bounded > 80
    assert {table for query in QUERIES for table in query.tables} >= {"statement", "message", "connection", "block"}


def test_whoever_writes_an_address_writes_its_digest() -> None:
    written = [query for query in QUERIES if "account" in query.tables and _writes_address(query.sql)]

    assert len(written) >= 3
    assert [query.place for query in written if "address_digest" not in query.sql] == []


BAD = {
    "a member by id": """
async def name_of(actor: Member, member_id: UUID) -> str:
    row = await fetch_one("SELECT display_name FROM account WHERE id = {}", member_id)
    return row["display_name"]
""",
    "statements without their audience": """
async def texts(actor: Member, member_id: UUID) -> list[str]:
    return await fetch_as(str, f"SELECT {COLUMNS} FROM statement AS s WHERE s.author = {{}}", member_id)
""",
    "a query put together from a constant": """
_SQL = "SELECT text FROM message WHERE connection = {}"

async def read(actor: Member, connection_id: UUID) -> list[dict]:
    return await fetch(_SQL, connection_id)
""",
    "a guard that was imported and forgotten": """
from api.profiles.visibility import can_see_member

async def read(actor: Member, member_id: UUID) -> list[dict]:
    seen = can_see_member(actor.id, "a.id")
    return await fetch("SELECT s.text FROM statement AS s WHERE s.author = {}", member_id)
""",
    "a write about another": """
async def note(actor: Member, connection_id: UUID, text: str) -> None:
    await fetch("UPDATE connection SET asker_note = {} WHERE id = {}", text, connection_id)
""",
    "the actor's id where it limits nothing": """
async def read(actor: Member) -> list[dict]:
    return await fetch("SELECT id, {} AS reader FROM connection_request WHERE state = 'pending'", actor.id)
""",
}
GOOD = {
    "through visibility": """
from api.profiles.visibility import can_read_statement

async def texts(actor: Member, member_id: UUID) -> list[dict]:
    return await fetch("SELECT text FROM statement AS s WHERE {}", can_read_statement(actor.id, "s"))
""",
    "one's own": """
async def mine(actor: Member) -> list[dict]:
    return await fetch("SELECT text FROM statement WHERE author = {}", actor.id)
""",
    "nothing about members": """
async def number() -> list[dict]:
    return await fetch("SELECT missing FROM model_coverage")
""",
}


@pytest.mark.parametrize("source", BAD.values(), ids=BAD)
def test_a_query_that_goes_past_it_is_found(source: str) -> None:
    assert [query.bounded for query in queries_in(source, module="bad")] == [False]


@pytest.mark.parametrize("source", GOOD.values(), ids=GOOD)
def test_a_query_that_does_not_is_let_be(source: str) -> None:
    assert all(query.bounded for query in queries_in(source, module="good"))


def _reason(place: str) -> str | None:
    """The key of the reason that covers a place."""
    return next((key for key in REASONED if place == key or place.startswith(f"{key}.")), None)


def _writes_address(sql: str) -> bool:
    return ("INSERT INTO account" in sql and "email" in sql) or ("UPDATE account SET" in sql and "email = {}," in sql)
