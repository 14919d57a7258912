"""Backups of what little is there, and what a database holds before and after."""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from uuid import uuid4

from pyrage.x25519 import Identity, Recipient

from api.accounts.schemas import Member
from api.backups.catalog import NOT_COPIED
from api.backups.restoring import Restored, Wishes, restore
from api.backups.taking import Taken, back_up
from api.database import fetch
from api.errors import NotFoundError
from api.profiles.queries import see_member
from api.sealing import seal
from tests.api.profiles import relations
from tests.factories import make_member

REPLACE = Wishes(replace=True, keep_sign_ins=True)


async def taken(url: str, folder: Path, *recipients: Recipient) -> Taken:
    """A backup of the database."""
    return await back_up(url, to=folder, recipients=recipients, say=lambda _: None)


async def put_back(url: str, path: Path, wishes: Wishes = REPLACE, identities: Sequence[Identity] = ()) -> Restored:
    """A backup in the place of what is there."""
    return await restore(url, path, identities, wishes, say=lambda _: None)


async def people() -> set[str]:
    """The names of all who are there."""
    return {row["display_name"] for row in await fetch("SELECT display_name FROM account")}


async def content() -> dict[str, str]:
    """A digest of the rows of each table."""
    tables = await fetch(
        "SELECT relname AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') "
        "AND relname <> ALL ({})",
        list(NOT_COPIED),
    )
    found = {}
    for table in tables:
        rows = await fetch(f'SELECT t::text AS row FROM "{table["name"]}" AS t ORDER BY 1')
        found[table["name"]] = hashlib.sha256("\n".join(row["row"] for row in rows).encode()).hexdigest()
    return found


async def shape() -> set[str]:
    """Every index, constraint and trigger, by name, and whether it is in force."""
    rows = await fetch(
        "SELECT concat(relname, relkind) AS part FROM pg_class WHERE relnamespace = 'public'::regnamespace "
        "UNION ALL SELECT concat(conrelid::regclass, conname, contype, convalidated) FROM pg_constraint "
        "UNION ALL SELECT concat(tgrelid::regclass, tgname, tgenabled) FROM pg_trigger WHERE NOT tgisinternal"
    )
    return {row["part"] for row in rows}


async def two_who_talk() -> tuple[Member, Member]:
    """Two connected members, one with statements and their vectors."""
    ada, ben = await make_member("Ada"), await make_member("Ben")
    await relations.connect(ada, ben)
    for number in range(8):
        await write(ada, f"I keep bees on roof {number}.")
    return ada, ben


async def write(author: Member, text: str) -> None:
    """A statement and a vector, as the service would keep them, without waiting for the model."""
    statement = uuid4()
    await fetch(
        "INSERT INTO statement (id, author, purpose, role, text, audience) "
        "VALUES ({}, {}, 'hobby', 'about', {}, 'purpose')",
        statement,
        author.id,
        seal(text, about="statement.text", row=statement),
    )
    await fetch(
        "INSERT INTO statement_vector (statement, member, purpose, role, model, vector) "
        "VALUES ({}, {}, 'hobby', 'about', 'all-MiniLM-L6-v2', (SELECT array_agg(sin(i))::halfvec "
        "FROM generate_series(1, 384) AS i))",
        statement,
        author.id,
    )


async def sees(one: Member, other: Member) -> bool:
    """Whether one member finds the other's page."""
    try:
        await see_member(one, other.id)
    except NotFoundError:
        return False
    return True
