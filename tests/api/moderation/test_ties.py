"""No moderator looks at a case that they have a part in, and no member at any."""

from uuid import uuid4

import pytest

from api.accounts.schemas import Member
from api.connections.schemas import Refusal
from api.connections.services import end_connection, refuse_request
from api.database import fetch
from api.errors import NotFoundError
from api.moderation.audit import audit_trail
from api.moderation.cases import appeals_for_others, claim, look_at, open_case, queue, release, waiting_cases
from api.moderation.deciding import decide, decide_appeal
from api.moderation.reporting import report
from api.moderation.schemas import AppealDecision, AppealOutcome, TargetKind
from api.moderation.services import block_member, unblock_member
from api.privacy.erasure import erase
from tests.api.connections.making import PAIRS, make_connection, make_recipient, make_request
from tests.api.moderation.judging import NOTHING, about, as_moderator, insulted, join_in, make_moderator
from tests.factories import email_of, make_member, make_statement
from tests.web.mailing import mail_goes_out

pytestmark = pytest.mark.usefixtures("database")


async def connected(moderator: Member, other: Member) -> None:
    await make_connection(moderator, other)


async def once_connected(moderator: Member, other: Member) -> None:
    await end_connection(moderator, await make_connection(moderator, other))


async def asked(moderator: Member, other: Member) -> None:
    await make_request(moderator, other)


async def blocked(moderator: Member, other: Member) -> None:
    await block_member(moderator, other.id)


async def blocking(moderator: Member, other: Member) -> None:
    await block_member(other, moderator.id)


async def asking(moderator: Member, other: Member) -> None:
    await make_statement(moderator, PAIRS[0][0])
    await make_request(other, moderator)


async def refused(moderator: Member, other: Member) -> None:
    await make_statement(moderator, PAIRS[0][0])
    await refuse_request(moderator, (await make_request(other, moderator)).id, refusal=Refusal())


async def not_there(member: Member, case_id: object) -> None:
    """As if the case had never been: for everything that can be done about one."""
    if member.is_moderator:
        assert await queue(member) == []
        assert await waiting_cases(member) == 0
    else:
        for reading in (queue(member), waiting_cases(member), appeals_for_others(member)):
            with pytest.raises(NotFoundError):
                await reading
    draft = AppealDecision(outcome=AppealOutcome.UPHELD, reason="It stays as it is.")
    for attempt in (
        claim(member, case_id),  # type: ignore[arg-type]
        release(member, case_id),  # type: ignore[arg-type]
        look_at(member, case_id),  # type: ignore[arg-type]
        open_case(member, case_id),  # type: ignore[arg-type]
        decide(member, case_id, draft=NOTHING),  # type: ignore[arg-type]
        decide_appeal(member, case_id, draft=draft),  # type: ignore[arg-type]
    ):
        with pytest.raises(NotFoundError):
            await attempt


@pytest.mark.parametrize("tie", [connected, once_connected, asked, refused, blocked])
@pytest.mark.parametrize("which", [0, 1], ids=["with the reported", "with the reporter"])
async def test_a_moderator_with_a_tie_finds_no_case(tie: object, which: int) -> None:
    ada, grace = await make_recipient("Ada"), await make_recipient("Grace")
    made = await report(grace, draft=about(TargetKind.MEMBER, ada.id))
    moderator = await make_moderator()
    await join_in(moderator)
    assert len(await queue(moderator)) == 1

    await tie(moderator, (ada, grace)[which])  # type: ignore[operator]  # one of the above

    await not_there(moderator, made.id)


@pytest.mark.parametrize("tie", [asking, blocking])
@pytest.mark.parametrize("before", [True, False], ids=["before the report", "after it"])
async def test_a_reported_member_takes_their_case_out_of_no_queue(tie: object, *, before: bool) -> None:
    ada, grace, moderator = await make_recipient("Ada"), await make_recipient("Grace"), await make_moderator()
    await join_in(moderator)
    if before:
        await tie(moderator, ada)  # type: ignore[operator]  # one of the above
    made = await report(grace, draft=about(TargetKind.MEMBER, ada.id))

    if not before:
        await tie(moderator, ada)  # type: ignore[operator]  # one of the above

    assert [case.id for case in await queue(moderator)] == [made.id]
    await claim(moderator, made.id)
    await decide(moderator, made.id, draft=NOTHING)


async def test_a_moderator_finds_no_case_of_a_reporter_who_had_blocked_them() -> None:
    ada, grace, moderator = await make_recipient("Ada"), await make_recipient("Grace"), await make_moderator()
    await join_in(moderator)
    await block_member(grace, moderator.id)

    made = await report(grace, draft=about(TargetKind.MEMBER, ada.id))
    await not_there(moderator, made.id)
    await unblock_member(grace, moderator.id)

    await not_there(moderator, made.id)


@pytest.mark.parametrize("which", [0, 1], ids=["the reported", "the reporter"])
async def test_a_tie_holds_when_the_account_it_was_to_is_gone(which: int) -> None:
    ada, grace = await make_recipient("Ada"), await make_recipient("Grace")
    made = await report(grace, draft=about(TargetKind.MEMBER, ada.id))
    moderator = await make_moderator()
    await join_in(moderator)
    await connected(moderator, (ada, grace)[which])

    await erase((ada, grace)[which].id)

    await not_there(moderator, made.id)
    assert [case.id for case in await queue(await make_moderator("Mia"))] == [made.id]


async def test_a_tie_at_the_moment_of_the_report_holds_also_when_it_is_lifted_later() -> None:
    ada, grace = await make_recipient("Ada"), await make_recipient("Grace")
    moderator = await make_moderator()
    await join_in(moderator)
    await block_member(moderator, ada.id)
    made = await report(grace, draft=about(TargetKind.MEMBER, ada.id))

    await unblock_member(moderator, ada.id)

    await not_there(moderator, made.id)


async def test_a_tie_that_comes_while_a_case_is_taken_stops_the_decision() -> None:
    ada, _, made = await insulted()
    mo = await make_moderator()
    await claim(mo, made.id)
    await fetch(
        "INSERT INTO block (id, blocker, blocked, created_at) VALUES ({}, {}, {}, now())", uuid4(), mo.id, ada.id
    )

    with pytest.raises(NotFoundError):
        await decide(mo, made.id, draft=NOTHING)

    await unblock_member(mo, ada.id)
    await decide(mo, made.id, draft=NOTHING)


@pytest.mark.parametrize("which", [0, 1], ids=["the reported", "the reporter"])
async def test_a_moderator_finds_no_case_of_their_own(which: int) -> None:
    ada, grace, made = await insulted()

    await not_there(await as_moderator((ada, grace)[which]), made.id)


@pytest.mark.parametrize("which", [0, 1], ids=["the reported", "the reporter"])
async def test_a_moderator_finds_no_case_of_another_account_of_their_mailbox(
    monkeypatch: pytest.MonkeyPatch, which: int
) -> None:
    ada, grace, made = await insulted()
    theirs = (ada, grace)[which]
    name, _, domain = (await email_of(theirs.id)).partition("@")
    moderator = await as_moderator(await make_member("Mo", email=f"{name}+second@{domain}"))
    another = await make_moderator("Mia")
    assert [case.id for case in await queue(moderator)] == [made.id]  # addresses prove nothing without mail

    mail_goes_out(monkeypatch)

    await not_there(moderator, made.id)
    assert [case.id for case in await queue(another)] == [made.id]
    await erase(theirs.id)
    await not_there(moderator, made.id)


async def test_for_ordinary_members_and_suspended_moderators_no_case_is_there() -> None:
    _, _, made = await insulted()

    await not_there(await make_member(), made.id)
    with pytest.raises(NotFoundError):
        await audit_trail(await make_member())
