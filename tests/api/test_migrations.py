"""Every migration goes forwards and back, ends at what the tables say, and holds up nobody while members are served."""

import ast
import asyncio
import re
from pathlib import Path

import asyncpg
import pytest

from api import patience
from api.backups.loading import drop_everything
from api.database import fetch, transaction
from api.migration_steps import Step, known_steps, make_index, run_steps, steps_run, take_back
from api.migrations import DatabaseUnsuitableError, migrate
from scripts.check_schema import differences_of_all
from tests.factories import make_member

_SEALED = "what is written is sealed by then, which is longer, and nobody can count its characters in the database"
NOT_BROUGHT_BACK = {
    (Step("conversations", "2026-11-22T14:35:00:000000"), "message_text_fits"): _SEALED,
    (Step("connections", "2026-11-22T14:35:00:000000"), "connection_request_reason_fits"): _SEALED,
    (Step("profiles", "2026-11-22T14:35:00:000000"), "statement_text_fits"): _SEALED,
    (Step("disagreements", "2026-11-22T14:35:00:000000"), "disagreement_text_is_words"): _SEALED,
}
"""What going back leaves out, and why. No migration is without a way back."""

ADDS_COLUMNS = Step("accounts", "2026-11-22T19:32:00:000000")
CAREFUL_FROM = "2026-11-24"
"""From then on there are sites that serve while they are migrated."""

_SHAPE = """
SELECT concat_ws(' ', 'column', c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,
    pg_get_expr(d.adbin, d.adrelid)) AS part
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped
UNION ALL SELECT concat_ws(' ', conrelid::regclass, conname, pg_get_constraintdef(oid)) FROM pg_constraint
WHERE connamespace = 'public'::regnamespace AND contype <> 'n'
UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'
UNION ALL SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
UNION ALL SELECT pg_get_functiondef(p.oid) FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace
    AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
"""


async def shape() -> set[str]:
    """All that migrations make, in PostgreSQL's words."""
    return {row["part"] for row in await fetch(_SHAPE)}


async def test_every_migration_can_be_undone_and_done_again_and_ends_at_what_the_tables_say(url: str) -> None:
    async with transaction() as current:
        await drop_everything(current.connection)
    before: dict[Step, set[str]] = {}
    await run_steps(set())
    for step in known_steps():
        before[step] = await shape()
        await run_steps({step})
    whole = await shape()

    differing, known = set[tuple[Step, str]](), set[str]()
    for step in reversed(known_steps()):
        await take_back(step)
        new = (await shape() ^ before[step]) - known
        known |= new
        differing |= {(step, _name_of(part)) for part in new}
    await run_steps()

    assert differing == set(NOT_BROUGHT_BACK)
    assert await shape() == whole
    assert await steps_run() == set(known_steps())
    assert await differences_of_all() == []


def _name_of(part: str) -> str:
    """The name of a constraint; all of what is none."""
    words = part.split(" ")
    return words[1] if words[2:3] == ["CHECK"] else part


async def test_a_migration_that_waits_for_a_table_lets_others_pass(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "LOCK_SECONDS", 0.2)
    await make_member("Ada")
    await take_back(ADDS_COLUMNS)
    slow, quick = await asyncpg.connect(url), await asyncpg.connect(url)
    reading = slow.transaction()
    await reading.start()
    await slow.fetch("SELECT display_name FROM account")  # and goes on holding the table, like a backup

    migrating = asyncio.create_task(migrate(url))
    await _until_somebody_waits(quick)
    # Behind a lock that is waited for without an end these would wait as well, until they are given up.
    await quick.execute("SET statement_timeout = '20s'")
    for _ in range(20):
        assert [row["display_name"] for row in await quick.fetch("SELECT display_name FROM account")] == ["Ada"]
        await quick.execute("UPDATE account SET pronouns = 'they' WHERE display_name = 'Ada'")
    assert not migrating.done()

    await reading.rollback()
    await migrating
    assert await steps_run() == set(known_steps())
    await slow.close()
    await quick.close()


async def test_a_migration_that_never_gets_its_turn_says_what_to_do(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "LOCK_SECONDS", 0.01)
    monkeypatch.setattr(patience, "PATIENCE", 0)
    await take_back(ADDS_COLUMNS)
    slow = await asyncpg.connect(url)
    await slow.execute("BEGIN; SELECT 1 FROM account")

    try:
        with pytest.raises(DatabaseUnsuitableError, match=r"waited .* pg_stat_activity .* end them, and start again"):
            await migrate(url)
    finally:
        await slow.close()
    await migrate(url)
    assert await steps_run() == set(known_steps())


async def test_an_index_is_made_while_somebody_writes_to_its_table(url: str) -> None:
    await make_member("Ada")
    slow, quick = await asyncpg.connect(url), await asyncpg.connect(url)
    await slow.execute("BEGIN; UPDATE account SET pronouns = 'she' WHERE display_name = 'Ada'")

    making = asyncio.create_task(make_index("account_of_a_test", "account (pronouns)"))
    await _until_somebody_waits(quick)
    await quick.execute("SET statement_timeout = '20s'; INSERT INTO account (email, display_name) VALUES ('b', 'Ben')")
    assert not making.done()
    await slow.execute("COMMIT")
    await making

    assert await quick.fetchval("SELECT indisvalid FROM pg_index WHERE indexrelid = 'account_of_a_test'::regclass")
    await quick.execute("DROP INDEX account_of_a_test; DELETE FROM account")
    await slow.close()
    await quick.close()


async def _until_somebody_waits(connection: "asyncpg.Connection[asyncpg.Record]") -> None:
    async with asyncio.timeout(60):
        while not await connection.fetchval("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)"):  # noqa: ASYNC110
            await asyncio.sleep(0.01)


def test_new_migrations_hold_no_large_table_for_long() -> None:
    wrong = []
    for step, module in known_steps().items():
        text = Path(str(module.__file__)).read_text()
        if step.name >= CAREFUL_FROM:
            wrong += [f"{step.app} {step.name}: {what}" for what in _holds_long(text)]

    assert wrong == []


def test_what_holds_a_table_for_long_is_found() -> None:
    assert _holds_long('await fetch("CREATE UNIQUE INDEX a ON message (b)")') == ["CREATE INDEX: use make_index"]
    assert _holds_long('"CREATE TABLE given (id uuid)"\n"CREATE INDEX a ON given (b)"') == []
    assert _holds_long('"ALTER TABLE message ALTER COLUMN a TYPE bigint"') == ["TYPE: rewrites the table"]
    assert _holds_long('"ALTER TABLE message ADD CONSTRAINT a CHECK (b)"') == [
        "ADD CONSTRAINT: NOT VALID, then VALIDATE"
    ]
    assert _holds_long('"ALTER TABLE message ADD CONSTRAINT a CHECK (b) NOT VALID"') == []
    assert _holds_long('"ALTER TABLE message ADD COLUMN a uuid DEFAULT gen_random_uuid()"') == [
        "a default that differs from row to row: rewrites the table"
    ]


def _holds_long(text: str) -> list[str]:
    """What in a migration would hold a table that members write to for as long as all of its rows take."""
    words = (
        " ".join(
            node.value
            for node in ast.walk(ast.parse(text))
            if isinstance(node, ast.Constant) and isinstance(node.value, str)
        )
        if "def " in text
        else text
    )
    new = set(re.findall(r'CREATE TABLE "?(\w+)', words, re.IGNORECASE))
    found = []
    for table in re.findall(r'CREATE (?:UNIQUE )?INDEX \w+ ON "?(\w+)', words, re.IGNORECASE):
        found += [] if table in new else ["CREATE INDEX: use make_index"]
    for table, change in re.findall(r'ALTER TABLE "?(\w+)"? ([^";]+)', words, re.IGNORECASE):
        if table in new:
            continue
        if re.search(r"ALTER (COLUMN )?\w+ (SET DATA )?TYPE", change, re.IGNORECASE):
            found.append("TYPE: rewrites the table")
        if re.search(r"ADD CONSTRAINT", change, re.IGNORECASE) and "NOT VALID" not in change.upper():
            found.append("ADD CONSTRAINT: NOT VALID, then VALIDATE")
        if re.search(r"ADD COLUMN .*DEFAULT \w+\((?!\))?.*", change, re.IGNORECASE) and "(" in change:
            found.append("a default that differs from row to row: rewrites the table")
    return found
