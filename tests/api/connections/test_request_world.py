"""Whatever two to five members do in whatever order, the promises about requests hold at every moment.

Beside each request lives its twin, to which nobody ever said a silent no and which nobody closed in silence: what the
sender can see or do must never tell the two apart.
"""

from collections import Counter
from datetime import datetime, timedelta

from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import invariant

from api.connections import request_machine as machine
from api.connections.request_machine import OPEN
from api.connections.schemas import RequestState
from tests.api.connections.request_steps import RequestSteps


class Requests(RequestSteps):
    """What holds after each of these steps."""

    @invariant()
    def one_open_request_for_each_pair(self) -> None:
        pairs = Counter(
            frozenset({request.sender, request.recipient}) for request in self.requests if self.face(request) in OPEN
        )
        assert all(number == 1 for number in pairs.values())
        assert not set(pairs) & self.connected

    @invariant()
    def the_sender_cannot_tell_silence_from_silence(self) -> None:
        for request in self.requests:
            facts, twin = (machine.settled(each, self.now) for each in (request.facts, request.twin))
            assert machine.as_sender_sees(facts) is machine.as_sender_sees(twin)
            assert machine.sender_can(facts, self.now) == machine.sender_can(twin, self.now)
            assert machine.takes_slot(facts, self.now) == machine.takes_slot(twin, self.now)
            assert machine.runs_out_at(facts, self.now) == machine.runs_out_at(twin, self.now)
            assert (facts.may_ask_again_at, facts.rounds, facts.closed_at, facts.holds_slot) == (
                twin.may_ask_again_at,
                twin.rounds,
                twin.closed_at,
                twin.holds_slot,
            )

    @invariant()
    def slots_are_neither_overdrawn_nor_leaked(self) -> None:
        for member in range(self.members):
            mine = [request.facts for request in self.requests if request.sender == member]
            held = [facts for facts in mine if machine.takes_slot(facts, self.now)]
            assert len(held) <= 8
            for facts in held:
                assert facts.state in OPEN | {RequestState.DECLINED, RequestState.CLOSED}
            returns_at = machine.slot_returns_at(mine, self.now)
            assert returns_at is None or returns_at > self.now
            assert returns_at is not None or all(facts.state is RequestState.ASKED for facts in held)

    @invariant()
    def nobody_gets_a_second_text_they_did_not_ask_for(self) -> None:
        assert all(request.unasked_texts <= 1 for request in self.requests)
        last: dict[tuple[int, int], datetime] = {}
        for request in self.requests:
            key = (request.sender, request.recipient)
            assert key not in last or request.facts.created_at >= last[key] + timedelta(days=90)
            last[key] = request.facts.created_at

    @invariant()
    def nothing_leaves_a_closed_state(self) -> None:
        for request in self.requests:
            face = self.face(request)
            assert not request.seen or request.seen[-1] in OPEN or face is request.seen[-1]
            request.seen.append(face)

    @invariant()
    def both_sides_agree_but_for_silence(self) -> None:
        for request in self.requests:
            facts = machine.settled(request.facts, self.now)
            ours, theirs = machine.as_sender_sees(facts), machine.as_recipient_sees(facts)
            if facts.declined_silently_at is None and ours is not RequestState.CLOSED:
                assert ours is theirs
            elif ours in OPEN | {RequestState.EXPIRED}:
                assert theirs in {RequestState.DECLINED, RequestState.CLOSED}
            assert (facts.state is RequestState.ASKED) == (facts.asked_at is not None)
            assert (facts.state in OPEN) == (facts.closed_at is None)
            assert facts.rounds <= 2


TestRequests = Requests.TestCase
TestRequests.settings = settings(
    max_examples=250,
    stateful_step_count=50,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    phases=(Phase.reuse, Phase.generate),  # shrinking takes minutes, and the steps are told anyway
)
