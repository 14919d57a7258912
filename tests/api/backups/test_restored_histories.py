"""Whatever members and moderators do, before and after a backup: putting it back lets nobody reach anybody anew."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import TypeAlias

import pytest
from anyio import from_thread, to_thread
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st
from msgspec import Struct

from api import clock
from api.accounts.schemas import Member
from api.connections import request_machine, sending, services
from api.connections.errors import AlreadyOpenError, NotNowError
from api.connections.request_rows import lock_open_between
from api.connections.schemas import Refusal
from api.connections.ties import check_not_connected
from api.database import fetch, transaction
from api.errors import WhereforeError
from api.moderation.blocking import block_member, unblock_member
from api.moderation.schemas import Category, Decision
from api.privacy.erasure import replay
from api.profiles import queries as profiles
from api.profiles.me import update_me
from api.profiles.schemas import Audience, MeUpdate, Purpose, PurposeSwitch, StatementUpdate
from api.profiles.services import change_statement, delete_statement, switch_off_purpose, switch_on_purpose
from api.profiles.visibility import are_connected, can_read_statement
from tests.api.backups.backing_up import put_back, taken
from tests.api.connections.making import PAIRS, make_recipient, make_request, received
from tests.api.moderation.judging import decided, overturn, reported_again
from tests.emptying import empty

HISTORIES, HISTORIES_OF_A_SOAK = 5, 25
FEWEST, LONGEST = 6, 16
MEMBERS = 3

Acts: TypeAlias = list[tuple[str, int, int]]


class World(Struct):
    """Members who know each other, and the cases about them."""

    members: list[Member]
    cases: list[tuple[Member, object]]


async def _block(world: World, one: Member, other: Member) -> None:
    await block_member(one, other.id)


async def _unblock(world: World, one: Member, other: Member) -> None:
    await unblock_member(one, other.id)


async def _ask(world: World, one: Member, other: Member) -> None:
    await make_request(one, other, reason=PAIRS[0][1])


async def _accept(world: World, one: Member, other: Member) -> None:
    for request in await received(one):
        await services.accept_request(one, request.id)


async def _refuse(world: World, one: Member, other: Member) -> None:
    for request in await received(one):
        await services.refuse_request(one, request.id, refusal=Refusal())


async def _reopen(world: World, one: Member, other: Member) -> None:
    for request in await received(one):
        await services.reopen_request(one, request.id)


async def _part(world: World, one: Member, other: Member) -> None:
    rows = await fetch("SELECT id FROM connection WHERE asker = {} OR accepter = {}", one.id, one.id)
    for row in rows:
        await services.end_connection(one, row["id"])


async def _off(world: World, one: Member, other: Member) -> None:
    await switch_off_purpose(one, purpose=Purpose.HOBBY)


async def _on(world: World, one: Member, other: Member) -> None:
    await switch_on_purpose(one, purpose=Purpose.HOBBY, switch=PurposeSwitch())


async def _rest(world: World, one: Member, other: Member) -> None:
    await update_me(one, change=MeUpdate(paused_until=clock.now().replace(year=clock.now().year + 1)))


async def _rise(world: World, one: Member, other: Member) -> None:
    await update_me(one, change=MeUpdate(paused_until=None))


async def _rewrite(world: World, one: Member, other: Member) -> None:
    statement = (await profiles.my_statements(one)).items[0]
    await change_statement(one, statement.id, change=StatementUpdate(text=f"{statement.text[:200]} Still."))


async def _narrow(world: World, one: Member, other: Member) -> None:
    statement = (await profiles.my_statements(one)).items[0]
    await change_statement(one, statement.id, change=StatementUpdate(audience=Audience.CONNECTIONS))


async def _widen(world: World, one: Member, other: Member) -> None:
    statement = (await profiles.my_statements(one)).items[0]
    await change_statement(one, statement.id, change=StatementUpdate(audience=Audience.PURPOSE))


async def _delete(world: World, one: Member, other: Member) -> None:
    await delete_statement(one, (await profiles.my_statements(one)).items[0].id)


async def _suspend(world: World, one: Member, other: Member) -> None:
    case = await reported_again(one, other)
    await decided(case, Decision.ACCOUNT_SUSPENDED, rule=Category.DANGER, at_once="They threaten others.")
    world.cases.append((one, case))


async def _hold_back(world: World, one: Member, other: Member) -> None:
    await decided(await reported_again(one, other), Decision.REQUESTS_PAUSED)


async def _overturn(world: World, one: Member, other: Member) -> None:
    member, case = world.cases.pop()
    await overturn(case, member)  # type: ignore[arg-type]


ACTS: dict[str, Callable[[World, Member, Member], Awaitable[None]]] = {
    act.__name__: act
    for act in (
        *(_block, _unblock, _ask, _accept, _refuse, _reopen, _part, _off, _on, _rest, _rise, _rewrite, _narrow),
        *(_widen, _delete, _suspend, _hold_back, _overturn),
    )
}


@pytest.fixture
def anything_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reasons are not judged: there are few, and they are the same."""

    async def find_nothing(*args: object, **kwargs: object) -> list[object]:
        return []

    monkeypatch.setattr("api.connections.reason_checks.judge", find_nothing)
    monkeypatch.setattr("api.connections.reason_checks.copied", lambda *_, **__: None)


@pytest.mark.usefixtures("anything_goes")
async def test_a_restore_lets_nobody_reach_anybody_whom_they_could_not_reach(
    url: str,
    tmp_path: Path,
    soaking: bool,  # noqa: FBT001 - a fixture
    tell: Callable[[str], None],
) -> None:
    held = {"restores": 0, "protections": 0}
    acts = st.lists(
        st.tuples(st.sampled_from(sorted(ACTS)), st.integers(0, MEMBERS - 1), st.integers(1, MEMBERS - 1)),
        min_size=FEWEST,
        max_size=LONGEST,
    )

    async def live(before: Acts, after: Acts) -> None:
        await empty()
        world = World([await make_recipient(name) for name in ("Ada", "Ben", "Eve")], [])
        await _do(world, before)
        made = await taken(url, tmp_path)
        await _do(world, after)
        reached = await _reached(world)

        done = await put_back(url, made.path)

        made.path.unlink()
        assert await _reached(world) <= reached, (before, after)
        assert (await replay()).protections == 0, ("once is enough", before, after)
        held["restores"] += 1
        held["protections"] += done.replayed.protections

    def run() -> None:
        @settings(
            max_examples=HISTORIES_OF_A_SOAK if soaking else HISTORIES,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            phases=(Phase.explicit, Phase.generate),  # shrinking takes minutes, and the acts are told anyway
        )
        @given(before=acts, after=acts)
        @example(before=[("_ask", 2, 1)], after=[("_ask", 1, 2), ("_accept", 0, 1)])
        def lives(before: Acts, after: Acts) -> None:
            from_thread.run(live, before, after)

        lives()

    await to_thread.run_sync(run)
    assert held["protections"] > 0
    tell(f"{held['restores']} histories were undone by a restore, and {held['protections']} acts held again")


async def _do(world: World, acts: Acts) -> None:
    for act, one, further in acts:
        with suppress(WhereforeError, IndexError):  # what cannot be done is not done
            await ACTS[act](world, world.members[one], world.members[(one + further) % MEMBERS])


async def _reached(world: World) -> set[tuple[str, ...]]:
    """Who can see, read, write to or ask whom."""
    found = set()
    for one in world.members:
        for other in world.members:
            if one is not other:
                found |= {(one.display_name, other.display_name, *how) for how in await _ways(one, other)}
    return found


async def _ways(one: Member, other: Member) -> set[tuple[str, ...]]:
    ways = set[tuple[str, ...]]()
    with suppress(WhereforeError):
        await profiles.see_member(one, other.id)
        ways.add(("sees",))
    rows = await profiles.fetch_statements(
        f"SELECT {profiles.STATEMENT_COLUMNS} FROM statement WHERE author = {{}} AND {{}}",
        other.id,
        can_read_statement(one.id, "statement"),
    )
    ways |= {("reads", row.text) for row in rows}
    sql = "SELECT 1 FROM account WHERE id = {} AND suspended_at IS NULL AND {}"
    if ("sees",) in ways and await fetch(sql, one.id, are_connected(other.id, "account.id")):
        ways.add(("writes",))
    waiting = {str(request.id) for request in await received(other) if request.state in {"pending", "asked"}}
    sql = "SELECT id FROM connection_request WHERE sender = {} AND recipient = {}"
    asked = {str(row["id"]) for row in await fetch(sql, one.id, other.id)}
    if ("writes",) in ways:  # which is more than to ask, and what a request that was accepted since the backup led to
        return ways | {("may ask",)} | {("asks", request) for request in asked}
    ways |= {("asks", request) for request in asked & waiting}
    with suppress(WhereforeError):
        await _may_ask(one, other)
        ways.add(("may ask",))
    return ways


async def _may_ask(one: Member, other: Member) -> None:
    """As `sending` finds out, up to the moment at which something would be sent."""
    async with transaction():
        await profiles.see_member(one, other.id)
        await check_not_connected(one.id, other.id)
        if await lock_open_between(one.id, other.id):
            raise AlreadyOpenError
        row = await fetch(
            "SELECT 1 FROM account WHERE id = {} AND suspended_at IS NULL AND requests_paused_until IS NULL", one.id
        )
        room = await sending._room(one, other.id, clock.now())
        request_machine.send(clock.now(), room=room)
        if not row:
            raise NotNowError
