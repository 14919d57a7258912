"""What two to five members do to each other, in any order, to each request and to its twin that knows no silence."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule
from msgspec.structs import replace

from api.connections import request_machine as machine
from api.connections.errors import NoSlotError, NotNowError, RecipientFullError, TooSoonError
from api.connections.request_machine import OPEN, RequestFacts
from api.connections.schemas import RequestState
from api.connections.slots import SenderRoom, slots_allowed
from api.errors import ConflictError

CAPACITY = 2

STEPS = {
    "acceptance": "accept",
    "refusal": "decline_with_sentence",
    "question": "ask",
    "answer": "answer",
    "withdrawal": "withdraw",
    "reopening": "reopen",
}
SENDERS = {"answer", "withdraw"}

someone = st.integers(0, 4)
anything = st.integers(0, 10_000)
hours = st.sampled_from([0, 0, 0, 0, 1, 12, 25, 48, 24 * 7, 24 * 29, 24 * 90])


class World:
    """One request between two, as it is and as it would be without silence."""

    def __init__(self, sender: int, recipient: int, facts: RequestFacts) -> None:
        self.sender, self.recipient = sender, recipient
        self.facts = self.twin = facts
        self.unasked_texts = 1
        self.seen: list[RequestState] = []


class RequestSteps(RuleBasedStateMachine):
    """Members who do things to each other, and a clock."""

    def __init__(self) -> None:
        super().__init__()
        self.now = datetime(2026, 1, 1, tzinfo=UTC)
        self.born = self.now
        self.members = 2
        self.requests: list[World] = []
        self.connected: set[frozenset[int]] = set()
        self.blocked: set[tuple[int, int]] = set()

    @initialize(members=st.integers(2, 5), asking=st.lists(st.tuples(someone, someone), min_size=1, max_size=6))
    def begin(self, members: int, asking: list[tuple[int, int]]) -> None:
        self.members = members
        for one, other in asking:
            self.somebody_asks_somebody(one, other)

    def the_job_runs(self) -> None:
        for request in self.requests:
            self._move(request, machine.settled)

    def somebody_asks_somebody(self, one: int, other: int) -> None:
        one, other = self._two(one, other)
        pair = frozenset({one, other})
        if pair in self.connected or self._blocked(one, other):
            return
        self.the_job_runs()
        standing = [request for request in self._between(one, other) if request.facts.state in OPEN]
        if standing and standing[0].sender == one:
            return
        if standing:
            self._move(standing[0], machine.cross)
            self.connected.add(pair)
            return
        outcomes: list[RequestFacts | type[ConflictError]] = []
        for twins in (False, True):
            try:
                outcomes.append(machine.send(self.now, room=self._room(one, other, twins=twins)))
            except ConflictError as refused:
                outcomes.append(type(refused))
        assert outcomes[0] == outcomes[1]
        if isinstance(outcomes[0], RequestFacts):
            self.requests.append(World(one, other, outcomes[0]))
        else:
            assert outcomes[0] in {TooSoonError, NoSlotError, RecipientFullError}

    def _recipient_accepts(self, which: int) -> None:
        if (request := self._pick(which, "acceptance")) and self._try(request, machine.accept):
            self.connected.add(frozenset({request.sender, request.recipient}))

    def _recipient_asks(self, which: int) -> None:
        if (request := self._pick(which, "question")) and self._try(request, machine.ask):
            request.unasked_texts -= 1

    def _sender_answers(self, which: int) -> None:
        if (request := self._pick(which, "answer", of_sender=True)) and self._try(request, machine.answer):
            request.unasked_texts += 1

    def _recipient_declines_with_a_sentence(self, which: int) -> None:
        if request := self._pick(which, "refusal"):
            self._try(request, machine.decline_with_sentence)

    def _recipient_declines_in_silence(self, which: int) -> None:
        if request := self._pick(which, "refusal"):
            self._try(request, machine.decline_silently, twin=machine.settled)

    def _sender_withdraws(self, which: int) -> None:
        if request := self._pick(which, "withdrawal", of_sender=True):
            self._try(request, machine.withdraw)

    def _recipient_reopens(self, which: int) -> None:
        request = self._pick(which, "reopening")
        if request is None or self._busy(request):
            return
        was = machine.settled(request.facts, self.now).state
        twin = machine.settled if was in OPEN else machine.reopen
        if self._try(request, machine.reopen, twin=twin) and was not in OPEN:
            request.seen = []
            assert not machine.takes_slot(request.facts, self.now)

    # One rule for all steps: hypothesis leaves whole rules out of many runs, and chains of steps matter here.
    @rule(hours=hours, step=st.integers(0, 24), which=anything, one=someone, other=someone)
    def something_happens(self, hours: int, step: int, which: int, one: int, other: int) -> None:
        self.now += timedelta(hours=hours)
        about_a_request = [
            self._recipient_asks,
            self._recipient_asks,
            self._sender_answers,
            self._sender_answers,
            self._recipient_accepts,
            self._recipient_declines_with_a_sentence,
            self._recipient_declines_in_silence,
            self._recipient_declines_in_silence,
            self._sender_withdraws,
            self._recipient_reopens,
            self._recipient_reopens,
            self._sender_switches_the_purpose_off,
            self._recipient_switches_the_purpose_off,
        ]
        between_two = [
            *[self.somebody_asks_somebody] * 6,
            self._somebody_blocks_somebody,
            *[self._somebody_unblocks_somebody] * 4,
        ]
        if step < len(about_a_request):
            about_a_request[step](which)
        elif step < len(about_a_request) + len(between_two):
            between_two[step - len(about_a_request)](one, other)
        else:
            self.the_job_runs()

    def _somebody_blocks_somebody(self, one: int, other: int) -> None:
        one, other = self._two(one, other)
        self.blocked.add((one, other))
        self.connected.discard(frozenset({one, other}))
        self.the_job_runs()
        for request in self._between(one, other):
            if request.sender == one:
                self._move(request, machine.close_by_sender)
            else:
                request.facts = machine.close_by_recipient(request.facts, self.now)

    def _somebody_unblocks_somebody(self, one: int, other: int) -> None:
        self.blocked.discard(self._two(one, other))

    def _sender_switches_the_purpose_off(self, which: int) -> None:
        if request := self._to_leave(which):
            request.facts = replace(request.facts, sender_left_at=self.now)
            request.twin = replace(request.twin, sender_left_at=self.now)

    def _recipient_switches_the_purpose_off(self, which: int) -> None:
        request = self._to_leave(which)
        if request and request.facts.recipient_left_at is None:
            request.facts = replace(request.facts, recipient_left_at=self.now)

    def _to_leave(self, which: int) -> World | None:
        """A request that was last written as open, and whose sender has not left."""
        written = [each for each in self.requests if each.facts.state in OPEN and each.facts.sender_left_at is None]
        return written[which % len(written)] if written else None

    def face(self, request: World) -> RequestState:
        """How it stands now."""
        return machine.settled(request.facts, self.now).state

    def _between(self, one: int, other: int) -> list[World]:
        return [request for request in self.requests if {request.sender, request.recipient} == {one, other}]

    def _blocked(self, one: int, other: int) -> bool:
        return bool({(one, other), (other, one)} & self.blocked)

    def _busy(self, request: World) -> bool:
        pair = frozenset({request.sender, request.recipient})
        others = [other for other in self._between(*pair) if other is not request and self.face(other) in OPEN]
        return bool(others) or pair in self.connected

    def _two(self, one: int, other: int) -> tuple[int, int]:
        """Two different members."""
        one %= self.members
        return one, (one + 1 + other % (self.members - 1)) % self.members

    def _pick(self, which: int, step: str, *, of_sender: bool = False) -> World | None:
        """A request for one of its sides to act on, mostly one with which they can.

        A blocked sender still can act, a blocked recipient sees nothing.
        """
        there = [each for each in self.requests if of_sender or not self._blocked(each.sender, each.recipient)]
        able = [each for each in there if step in self._can(each, of_sender=of_sender)]
        some = able if able and which % 4 else there
        return some[which % len(some)] if some else None

    def _can(self, request: World, *, of_sender: bool) -> list[str]:
        facts = machine.settled(request.facts, self.now)
        return machine.sender_can(facts, self.now) if of_sender else machine.recipient_can(facts)

    def _try(
        self,
        request: World,
        step: Callable[[RequestFacts, datetime], RequestFacts],
        *,
        twin: Callable[[RequestFacts, datetime], RequestFacts] | None = None,
    ) -> bool:
        told = step.__name__ in {STEPS[can] for can in self._can(request, of_sender=step.__name__ in SENDERS)}
        told |= step is machine.decline_silently and "refusal" in self._can(request, of_sender=False)
        try:
            moved = step(request.facts, self.now)
        except NotNowError:
            assert not told
            return False
        assert told
        request.facts, request.twin = moved, (twin or step)(request.twin, self.now)
        return True

    def _move(
        self,
        request: World,
        step: Callable[[RequestFacts, datetime], RequestFacts],
    ) -> None:
        request.facts, request.twin = step(request.facts, self.now), step(request.twin, self.now)

    def _room(self, one: int, other: int, *, twins: bool) -> SenderRoom:
        def pick(request: World) -> RequestFacts:
            return machine.settled(request.twin if twins else request.facts, self.now)

        mine = [pick(request) for request in self.requests if request.sender == one]
        theirs = [pick(request) for request in self.requests if request.recipient == other]
        again = [facts.may_ask_again_at for facts in map(pick, self._mine_to(one, other)) if facts.may_ask_again_at]
        return SenderRoom(
            slots_open=sum(machine.takes_slot(facts, self.now) for facts in mine),
            slots_allowed=slots_allowed(created_at=self.born, now=self.now, has_conversed=False),
            recipient_taken=sum(machine.as_sender_sees(facts) is RequestState.PENDING for facts in theirs),
            recipient_capacity=CAPACITY,
            may_ask_again_at=max(again, default=None),
        )

    def _mine_to(self, one: int, other: int) -> list[World]:
        return [request for request in self.requests if (request.sender, request.recipient) == (one, other)]
