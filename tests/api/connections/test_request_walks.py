"""Random walks of two to five members through the real services and database, with a clock, blocks and crashes."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from itertools import pairwise
from uuid import UUID

import pytest
from anyio import from_thread, to_thread
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from api.accounts.schemas import Member
from api.connections import queries, services
from api.connections.request_machine import OPEN, PAUSE
from api.connections.request_rows import expire_due_requests
from api.connections.schemas import Refusal, RequestRead, RequestState, Words
from api.database import fetch
from api.errors import WhereforeError
from api.moderation.services import block_member, unblock_member
from api.profiles.schemas import Purpose, PurposeSwitch
from api.profiles.services import switch_off_purpose, switch_on_purpose
from embeddings.reasons import Finding
from tests.api.connections.walking import (
    CAPACITY,
    CrashedError,
    begin_anew,
    check_promises,
    crashing_after,
    draft_to,
    everything_seen,
    parties,
    rows,
    seen_by,
)
from tests.moved_clock import MovedClock

pytestmark = pytest.mark.usefixtures("database")

RUNS, RUNS_OF_A_SOAK, STEPS = 5, 500, 50
START = datetime(2026, 1, 1, tzinfo=UTC)
NAMES = ("Ada", "Grace", "Mary", "Emmy", "Lise")

OF_RECIPIENT: dict[str, Callable[[Member, UUID], Awaitable[object]]] = {
    "acceptance": services.accept_request,
    "refusal": lambda actor, at: services.refuse_request(actor, at, refusal=Refusal()),
    "refusal with a sentence": lambda actor, at: services.refuse_request(actor, at, refusal=Refusal("Not now, sorry.")),
    "question": lambda actor, at: services.ask(actor, at, words=Words("Which swap was that?")),
    "reopening": services.reopen_request,
}
OF_SENDER: dict[str, Callable[[Member, UUID], Awaitable[object]]] = {
    "answer": lambda actor, at: services.answer(actor, at, words=Words("The one in March.")),
    "withdrawal": services.withdraw_request,
}
ABOUT_A_REQUEST = [*OF_RECIPIENT, *OF_RECIPIENT, *OF_SENDER, "refusal", "reopening", "question", "answer", "answer"]
BETWEEN_TWO = ["ask", "ask", "ask", "ask", "ask", "block", "unblock", "unblock", "end", "off", "on", "on"]


def _said_no(view: RequestRead | None) -> bool:
    """Whether its reader has said no with a sentence before: there is one at most."""
    return view is not None and any(step.kind == "declined" and step.by_me and step.text for step in view.history)


class Walk(RuleBasedStateMachine):
    """Members who do things to each other through the services, of whom some go down in the middle."""

    clock: MovedClock

    @initialize(members=st.integers(2, 5), asking=st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), max_size=6))
    def begin(self, members: int, asking: list[tuple[int, int]]) -> None:
        self.clock._now = START
        self.members = [Member(UUID(int=number), name) for number, name in enumerate(NAMES[:members], start=1)]
        self.last: dict[UUID, RequestState] = {}
        from_thread.run(begin_anew, self.members)
        for one, other in asking:
            from_thread.run(self._between_two, *self._two(one, other), "ask", 0)

    # One rule for all steps: hypothesis leaves whole rules out of many runs, and chains of steps matter here.
    @rule(
        hours=st.sampled_from([0, 0, 0, 0, 1, 12, 25, 48, 24 * 7, 24 * 29, 24 * 90]),
        step=st.integers(0, len(ABOUT_A_REQUEST) + len(BETWEEN_TWO)),
        which=st.integers(0, 10_000),
        two=st.tuples(st.integers(0, 4), st.integers(0, 4)),
        crash=st.sampled_from([0, 0, 0, 0, 0, 0, 1, 2, 3, 5, 8, 11, 14, 17, 20]),
    )
    def something_happens(self, hours: int, step: int, which: int, two: tuple[int, int], crash: int) -> None:
        self.clock.move(hours=hours)
        if step < len(ABOUT_A_REQUEST):
            from_thread.run(self._about_a_request, which, ABOUT_A_REQUEST[step], crash)
        elif step < len(ABOUT_A_REQUEST) + len(BETWEEN_TWO):
            from_thread.run(self._between_two, *self._two(*two), BETWEEN_TWO[step - len(ABOUT_A_REQUEST)], crash)
        else:
            from_thread.run(self._the_job_runs, crash)

    def teardown(self) -> None:
        from_thread.run(self._check_the_end)

    async def _about_a_request(self, which: int, step: str, crash: int) -> None:
        """One side does something to a request, mostly something that they are told they can."""
        found = await parties()
        of_sender = step in OF_SENDER
        told = step.removesuffix(" with a sentence")
        views = {key: await seen_by(self._member(both[not of_sender]), key) for key, both in found.items()}
        able = [key for key, view in views.items() if view is not None and told in view.can]
        some = able if able and which % 4 else list(found)
        if not some:
            return
        request_id = some[which % len(some)]
        actor = self._member(found[request_id][not of_sender])
        take = (OF_SENDER if of_sender else OF_RECIPIENT)[step]
        outcome = await self._attempt(take(actor, request_id), crash)
        if outcome is not None:
            may = request_id in able and not (step == "refusal with a sentence" and _said_no(views[request_id]))
            assert (outcome == "done") == may, (step, outcome, views[request_id])
        await self._check(reopened=request_id if step == "reopening" else None)

    async def _between_two(self, one: Member, other: Member, step: str, crash: int) -> None:
        if step == "ask":
            await self._ask(one, other, crash)
        elif step == "end":
            for item in (await queries.connections(one)).items[:1]:
                await self._attempt(services.end_connection(one, item.id), crash)
        else:
            attempts: dict[str, Callable[[], Awaitable[object]]] = {
                "block": lambda: block_member(one, other.id),
                "unblock": lambda: unblock_member(one, other.id),
                "off": lambda: switch_off_purpose(one, purpose=Purpose.HOBBY),
                "on": lambda: switch_on_purpose(one, purpose=Purpose.HOBBY, switch=PurposeSwitch()),
            }
            await self._attempt(attempts[step](), crash)
        await self._check()

    async def _ask(self, one: Member, other: Member, crash: int) -> None:
        before = len(await parties())
        mine, theirs = await self._towards(one, other), await self._towards(other, one)
        slots, taken = await queries.slots(one), await self._waiting_in_the_eyes_of_senders(other)
        outcome = await self._attempt(services.send_request(one, draft=draft_to(other)), crash)
        if outcome == "done" and len(await parties()) == before:
            assert theirs[-1].state in OPEN
        elif outcome == "done":
            assert slots.open < slots.allowed
            assert taken < CAPACITY
            assert not any(request.state in OPEN for request in [*mine, *theirs])
            assert all(request.created_at + PAUSE <= self.clock.now() for request in mine)
        elif outcome == "no-slot":
            assert slots.open >= slots.allowed
        elif outcome == "recipient-full":
            assert taken >= CAPACITY
        elif outcome == "already-open":
            assert mine[-1].state in OPEN
        elif outcome == "already-connected":
            assert other.id in {item.member.id for item in (await queries.connections(one)).items}
        else:
            assert outcome in {"too-soon", "not-found", "purpose-off", None}

    async def _the_job_runs(self, crash: int) -> None:
        before = await everything_seen(self.members)
        await self._attempt(expire_due_requests(), crash, at_once=False)
        assert before == await everything_seen(self.members)
        await self._attempt(expire_due_requests(), 0)
        written = await rows()
        await self._attempt(expire_due_requests(), 0)
        assert written == await rows()

    async def _attempt(self, attempt: Awaitable[object], crash: int, *, at_once: bool = True) -> str | None:
        """What came of it; None after a crash, which leaves nothing behind of what is one step."""
        before = await rows()
        try:
            if crash:
                with crashing_after(crash):
                    await attempt
            else:
                await attempt
        except CrashedError:
            assert not at_once or before == await rows()
            return None
        except WhereforeError as refused:
            assert before == await rows()
            return refused.code
        return "done"

    async def _check(self, *, reopened: UUID | None = None) -> None:
        """Nothing that is over goes on but what was reopened, and no pair has two that are not."""
        open_pairs: list[frozenset[UUID]] = []
        for request_id, both in (await parties()).items():
            view = await seen_by(self._member(both[0]), request_id)
            assert view is not None
            last = self.last.get(request_id, RequestState.PENDING)
            assert last in OPEN or view.state is last or request_id == reopened
            self.last[request_id] = view.state
            open_pairs += [frozenset(both)] * (view.state in OPEN)
        assert len(open_pairs) == len(set(open_pairs))

    async def _check_the_end(self) -> None:
        await check_promises(self.members)
        for one in self.members:
            for other in self.members:
                times = [request.created_at for request in await self._towards(one, other)]
                assert all(later - earlier >= PAUSE for earlier, later in pairwise(times))

    async def _towards(self, one: Member, other: Member) -> list[RequestRead]:
        """What one has asked another, oldest first."""
        between = [key for key, both in (await parties()).items() if both == (one.id, other.id)]
        views = [await seen_by(one, key) for key in between]
        return [view for view in views if view is not None]

    async def _waiting_in_the_eyes_of_senders(self, recipient: Member) -> int:
        there = [member for member in self.members if not await self._apart(member, recipient)]
        views = [await self._towards(member, recipient) for member in there]
        return sum(request.state is RequestState.PENDING for of_one in views for request in of_one)

    async def _apart(self, one: Member, other: Member) -> bool:
        """Whether a block is between two."""
        return bool(
            await fetch(
                "SELECT 1 FROM block WHERE (blocker, blocked) IN (({}, {}), ({}, {}))",
                one.id,
                other.id,
                other.id,
                one.id,
            )
        )

    def _member(self, member_id: UUID) -> Member:
        return next(member for member in self.members if member.id == member_id)

    def _two(self, one: int, other: int) -> tuple[Member, Member]:
        """Two different members."""
        one %= len(self.members)
        return self.members[one], self.members[(one + 1 + other % (len(self.members) - 1)) % len(self.members)]


async def test_whatever_members_do_the_services_keep_every_promise(
    moved_clock: MovedClock,
    monkeypatch: pytest.MonkeyPatch,
    soaking: bool,  # noqa: FBT001 - a fixture
) -> None:
    async def find_nothing(*args: object, **kwargs: object) -> list[Finding]:
        return []

    monkeypatch.setattr("api.connections.reason_checks.judge", find_nothing)
    monkeypatch.setattr("api.connections.reason_checks.copied", lambda *_, **__: None)  # all have the same reason
    walk = type("Walk", (Walk,), {"clock": moved_clock})

    await to_thread.run_sync(
        lambda: run_state_machine_as_test(
            walk,
            settings=settings(
                max_examples=RUNS_OF_A_SOAK if soaking else RUNS,
                stateful_step_count=STEPS,
                deadline=None,
                suppress_health_check=list(HealthCheck),
                phases=(Phase.generate,),  # shrinking takes minutes, and the steps are told anyway
            ),
        )
    )
