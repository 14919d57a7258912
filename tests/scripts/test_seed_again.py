"""Seeding an empty database, one that has members, and one where seeding failed before."""

from collections.abc import Awaitable, Callable
from contextlib import nullcontext

import pytest

from api.database import fetch
from api.sealing import open_in
from scripts.seed import seed, seed_if_empty
from scripts.seed_history import History
from tests.factories import make_member

MEMBERS = 14


@pytest.fixture(autouse=True)
def open_pool(monkeypatch: pytest.MonkeyPatch, database: None) -> None:
    """Leave the pool to the tests."""
    monkeypatch.setattr("api.database.connected", nullcontext)


async def what_there_is() -> list[tuple[object, ...]]:
    """Everybody and what they wrote, without ids and times."""
    rows = await fetch(
        "SELECT statement.id, account.email, account.display_name, account.pronouns, account.place_id, account.meets, "
        "account.languages, statement.purpose, statement.role, statement.text, statement.audience "
        "FROM account JOIN statement ON statement.author = account.id"
    )
    requests = await fetch(
        "SELECT asked.id, sender.email AS sender, recipient.email AS recipient, asked.reason, asked.state, "
        "asked.rounds "
        "FROM connection_request AS asked JOIN account AS sender ON sender.id = asked.sender "
        "JOIN account AS recipient ON recipient.id = asked.recipient"
    )
    open_in(rows, text="statement.text")
    open_in(requests, reason="connection_request.reason")
    return sorted(tuple(str(row[name]) for name in row if name != "id") for row in [*rows, *requests])


async def test_the_same_number_makes_the_same_demo() -> None:
    await seed(members=MEMBERS, number=3)
    first = await what_there_is()
    await fetch("TRUNCATE account, statement_vector CASCADE")

    await seed(members=MEMBERS, number=3)

    assert await what_there_is() == first


async def test_a_second_seeding_adds_others() -> None:
    await seed(members=12, number=3)
    await seed(members=4, number=3)
    await seed(members=4, number=4)

    rows = await fetch("SELECT email FROM account")

    assert len({row["email"] for row in rows}) == 20


async def test_what_fails_half_way_leaves_nothing_and_can_be_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    play: Callable[..., Awaitable[None]] = History.play

    async def fail(*_: object, **__: object) -> None:
        raise RuntimeError("the lights went out")

    monkeypatch.setattr(History, "play", fail)
    with pytest.raises(RuntimeError):
        await seed_if_empty(members=MEMBERS)
    left = await fetch("SELECT 1 FROM account")
    monkeypatch.setattr(History, "play", play)

    await seed_if_empty(members=MEMBERS)

    assert left == []
    assert len(await fetch("SELECT 1 FROM account")) == MEMBERS


async def test_a_database_with_a_member_is_left_alone() -> None:
    await make_member()

    await seed_if_empty(members=MEMBERS)

    assert len(await fetch("SELECT 1 FROM account")) == 1


@pytest.mark.parametrize("members", [1, 13])
async def test_very_few_members_are_possible(members: int) -> None:
    await seed(members=members)

    assert len(await fetch("SELECT 1 FROM account")) == members
