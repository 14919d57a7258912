"""Figures tell how the site goes and nothing of anybody: too few are not told, and numbers are rounded."""

from datetime import datetime, timedelta
from itertools import combinations
from uuid import uuid4

import pytest

from api import clock
from api.accounts.schemas import Member
from api.connections.tables import Connection, ConnectionRequest, RequestEvent
from api.conversations.tables import Message
from api.database import fetch
from api.matching.tables import MatchEntry, MatchList
from api.metrics.figures import FEWEST, figures, measure, ratio, rounded
from api.sealing.tokens import seal
from scripts.simulate_exposure import gini
from tests.factories import make_member

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database")]

WEEKS_AGO = timedelta(days=20)
SENT = "You wrote that you carve spoons from apple wood, and a tree fell in our yard last week."

SEALED = seal(SENT, about="connection.reason", row=uuid4())
"""Nobody opens it: only whose it is and when it was written is counted."""


async def _connected(pairs: list[tuple[Member, Member]], *, at: datetime) -> list[Connection]:
    made = [
        Connection(id=uuid4(), asker=one.id, accepter=other.id, purpose="hobby", reason=SEALED, created_at=at)
        for one, other in pairs
    ]
    await Connection.insert(*made)
    return made


async def _talked(connections: list[Connection], *, after: timedelta, each: int = 2) -> None:
    """Both wrote so often."""
    await Message.insert(
        *(
            Message(id=uuid4(), connection=one.id, author=author, text=SEALED, created_at=one.created_at + after)
            for one in connections
            for author in (one.asker, one.accepter)
            for _ in range(each)
        )
    )


async def _pairs(number: int) -> list[tuple[Member, Member]]:
    members = [await make_member(f"Ada {index}") for index in range(8)]
    return list(combinations(members, 2))[:number]


async def test_conversations_count_where_both_wrote_twice_within_two_weeks() -> None:
    made = await _connected(await _pairs(25), at=clock.now() - WEEKS_AGO)
    await _talked(made[:10], after=timedelta(days=3))
    await _talked(made[10:15], after=timedelta(days=3), each=1)  # too little
    await _talked(made[15:20], after=timedelta(days=15))  # too late

    await measure()

    assert (await figures())["two_way_conversation_ratio"] == 10 / 25


async def test_of_too_few_conversations_nothing_is_told_and_what_was_told_is_taken_back() -> None:
    pairs = await _pairs(FEWEST)
    made = await _connected(pairs, at=clock.now() - WEEKS_AGO)
    await measure()
    told = await figures()
    await Connection.delete().where(Connection.id == made[0].id)
    await fetch("UPDATE site_figure SET measured_at = measured_at - interval '2 hours'")

    await measure()

    assert told["two_way_conversation_ratio"] == 0
    assert "two_way_conversation_ratio" not in await figures()


async def test_one_more_conversation_changes_nothing_that_is_told() -> None:
    assert ratio(10, 25) == ratio(11, 26) == 0.4
    assert ratio(19, 19) is None
    assert [rounded(number) for number in (0, 2, 3, 7, 8)] == [0, 0, 5, 5, 10]


async def test_the_first_answer_is_a_question_or_a_yes_and_never_a_silence() -> None:
    now = clock.now()
    pairs = await _pairs(24)
    asked = [
        ConnectionRequest(
            id=uuid4(), sender=one.id, recipient=other.id, purpose="hobby", anchor_kind="met", reason=SEALED,
            state="pending", created_at=now - timedelta(days=5), opened_at=now, expires_at=now + timedelta(days=25),
        )
        for one, other in pairs
    ]  # fmt: skip
    await ConnectionRequest.insert(*asked)
    kinds = ["asked"] * 10 + ["accepted"] * 11 + ["declined"] * 3
    hours = [2] * 10 + [26] * 11 + [90] * 3
    await RequestEvent.insert(
        *(
            RequestEvent(id=uuid4(), request=one.id, kind=kind, at=one.created_at + timedelta(hours=hour))
            for one, kind, hour in zip(asked, kinds, hours, strict=True)
        )
    )

    await measure()

    assert (await figures())["first_answer_seconds"] == 26 * 3600


async def test_how_evenly_members_are_shown_is_what_the_simulation_calls_gini() -> None:
    import numpy as np

    members = [await make_member(f"Ada {index}", statements=["I keep bees on a roof."]) for index in range(FEWEST)]
    shown = [0, 0, 1, 1, 1, 2, 3, 5, 8, 13, 1, 1, 1, 2, 2, 2, 3, 3, 4, 19]
    lists = [
        MatchList(id=uuid4(), viewer=members[index].id, purpose="hobby", computed_at=clock.now()) for index in range(20)
    ]
    await fetch("DELETE FROM match_list")
    await MatchList.insert(*lists)
    entries = [(kept.id, member.id) for member, often in zip(members, shown, strict=True) for kept in lists[:often]]
    await MatchEntry.insert(
        *(
            MatchEntry(id=uuid4(), match_list=kept, member=member, position=index % 20)
            for index, (kept, member) in enumerate(entries)
        )
    )

    await measure()

    assert (await figures())["exposure_gini"] == round(gini(np.array(shown, dtype=float)), 2)
