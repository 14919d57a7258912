"""What members have begun to write: kept for them alone, gone when it is sent, and telling nothing about the other."""

import asyncio
from uuid import UUID, uuid4

import pytest
from httpx import AsyncClient
from msgspec.structs import replace
from piccolo.querystring import QueryString

from api.accounts.schemas import Member
from api.connections import services as requests
from api.connections.reason_drafts import (
    ReasonDraft,
    ReasonDraftSet,
    forget_reason,
    keep_reason,
    reason_draft,
    reason_drafts,
)
from api.connections.schemas import Anchor, AnchorKind
from api.connections.services import end_connection
from api.conversations.message_drafts import MessageDraftSet, keep_message, message_draft, message_drafts
from api.conversations.schemas import MessageCreate
from api.conversations.services import send_message
from api.database import fetch
from api.drafts import services as keeping
from api.drafts.errors import DraftsFullError
from api.drafts.queries import drafts
from api.drafts.schemas import LONGEST_DRAFT, DraftKind, DraftWords, Place
from api.drafts.services import MOST_DRAFTS, forget_old_drafts
from api.errors import InvalidError, NotFoundError
from api.moderation.services import block_member
from api.privacy.erasure import erase, leave
from api.profiles.errors import PurposeOffError
from api.profiles.schemas import Audience, Purpose, StatementUpdate
from api.profiles.services import change_statement
from tests.api.connections.making import PAIRS, make_connection, make_draft, make_recipient
from tests.factories import as_member, make_member, make_statement
from tests.moved_clock import MovedClock

pytestmark = pytest.mark.usefixtures("database")

HALF = ReasonDraftSet("Your kitchen table full of clocks")
HOBBY = Purpose.HOBBY


async def _begun(actor: Member, recipient: Member, text: str = HALF.reason) -> ReasonDraft:
    kept = await keep_reason(actor, recipient.id, purpose=HOBBY, draft=ReasonDraftSet(text))
    assert kept is not None
    return kept


async def test_a_reason_is_kept_as_it_grows_one_for_each_person_and_purpose() -> None:
    ada = await make_member("Ada", purposes=[HOBBY, Purpose.INTEREST])
    grace, cleo = await make_recipient("Grace", pair=0), await make_recipient("Cleo", pair=1)
    await _begun(ada, grace, "Your kitchen")
    await _begun(ada, grace)
    await _begun(ada, cleo, "Swifts")
    await keep_reason(ada, grace.id, purpose=Purpose.INTEREST, draft=ReasonDraftSet("Something else"))

    found = await reason_draft(ada, grace.id, purpose=HOBBY)

    assert found is not None
    assert (found.reason, found.member and found.member.display_name) == (HALF.reason, "Grace")
    assert len(await reason_drafts(ada)) == 3
    assert await reason_drafts(grace) == []


async def test_what_is_kept_says_nothing_in_clear_of_words_people_or_purposes() -> None:
    ada, grace = await make_member("Ada"), await make_recipient("Grace", pair=0)
    await _begun(ada, grace)

    [row] = await fetch("SELECT d::text AS said FROM draft AS d")

    assert not any(word in row["said"] for word in ("clocks", "hobby", str(grace.id), "reason"))


async def test_a_reason_that_was_sent_is_begun_no_more() -> None:
    ada, grace = await make_member("Ada"), await make_recipient("Grace", pair=0)
    await _begun(ada, grace, PAIRS[0][1] + "  ")

    await requests.send_request(ada, draft=await make_draft(grace, reason=PAIRS[0][1]))

    assert await reason_drafts(ada) == []


async def test_other_words_than_those_that_were_sent_stay() -> None:
    ada, grace = await make_member("Ada"), await make_recipient("Grace", pair=0)
    await _begun(ada, grace, "Written in another window")

    await requests.send_request(ada, draft=await make_draft(grace, reason=PAIRS[0][1]))

    assert [kept.reason for kept in await reason_drafts(ada)] == ["Written in another window"]


async def test_what_was_chosen_comes_back_as_long_as_it_may_be_read() -> None:
    ada, grace = await make_member("Ada"), await make_member("Grace")
    said = await make_statement(grace, PAIRS[0][0])
    anchor = Anchor(AnchorKind.STATEMENT, id=said.id)
    await keep_reason(ada, grace.id, purpose=HOBBY, draft=replace(HALF, anchor=anchor))
    before = await reason_draft(ada, grace.id, purpose=HOBBY)

    await change_statement(grace, said.id, change=StatementUpdate(audience=Audience.NOBODY))

    after = await reason_draft(ada, grace.id, purpose=HOBBY)
    assert before is not None
    assert after is not None
    assert (before.anchor, after.anchor, after.reason) == (anchor, None, HALF.reason)


async def test_where_they_have_met_comes_back() -> None:
    ada, grace = await make_member("Ada"), await make_recipient("Grace", pair=0)
    met = Anchor(AnchorKind.MET, where="at the seed swap")

    kept = await keep_reason(ada, grace.id, purpose=HOBBY, draft=ReasonDraftSet("", met))

    assert kept is not None
    assert kept.anchor == met


async def test_nothing_written_is_no_draft_and_ends_the_one_before() -> None:
    ada, grace = await make_member("Ada"), await make_recipient("Grace", pair=0)
    await _begun(ada, grace)

    kept = await keep_reason(ada, grace.id, purpose=HOBBY, draft=ReasonDraftSet(" \n "))

    assert (kept, await reason_drafts(ada)) == (None, [])


async def test_a_draft_is_thrown_away_by_its_writer() -> None:
    ada, grace = await make_member("Ada"), await make_recipient("Grace", pair=0)
    await _begun(ada, grace)

    await forget_reason(ada, grace.id, purpose=HOBBY)

    assert await reason_drafts(ada) == []


async def test_nothing_is_kept_about_somebody_who_is_not_there_for_its_writer() -> None:
    ada, hidden = await make_member("Ada"), await make_member("Hidden", purposes=[Purpose.BELIEF])

    for recipient_id in (hidden.id, uuid4(), ada.id):
        with pytest.raises(NotFoundError):
            await keep_reason(ada, recipient_id, purpose=HOBBY, draft=HALF)


async def test_nothing_is_kept_under_a_purpose_that_its_writer_has_not_agreed_to() -> None:
    ada, grace = await make_member("Ada"), await make_recipient("Grace", pair=0)

    with pytest.raises(PurposeOffError):
        await keep_reason(ada, grace.id, purpose=Purpose.BELIEF, draft=HALF)


async def test_the_words_stay_their_writers_and_are_the_same_why_ever_the_other_is_not_there() -> None:
    ada = await make_member("Ada")
    blocked, blocking, left, gone, off = [await make_recipient(f"R{pair}", pair=pair) for pair in range(5)]
    kept = {member.id: await _begun(ada, member) for member in (blocked, blocking, left, gone, off)}
    await block_member(ada, blocked.id)
    await block_member(blocking, ada.id)
    await leave(left)
    await leave(gone)
    await erase(gone.id)
    await fetch("UPDATE account SET suspended_at = now() WHERE id = {}", off.id)

    found = {draft.id: draft for draft in await reason_drafts(ada)}

    assert len(found) == 5
    for draft in kept.values():
        assert found[draft.id] == replace(draft, member=None)


async def test_after_thirty_days_a_draft_is_not_read_and_then_deleted(moved_clock: MovedClock) -> None:
    ada, grace = await make_member("Ada"), await make_recipient("Grace", pair=0)
    await _begun(ada, grace)
    moved_clock.move(days=20)
    await _begun(ada, grace, "Gone on with")
    moved_clock.move(days=29)
    assert len(await reason_drafts(ada)) == 1
    moved_clock.move(days=1)

    read, deleted = await reason_drafts(ada), await forget_old_drafts()

    assert (read, deleted, await fetch("SELECT 1 FROM draft")) == ([], 1, [])


async def test_there_is_a_most_and_nothing_is_thrown_away_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    assert MOST_DRAFTS >= 50
    monkeypatch.setattr(keeping, "MOST_DRAFTS", 2)
    ada = await make_member("Ada")
    people = [await make_recipient(f"R{pair}", pair=pair) for pair in range(3)]
    for person in people[:2]:
        await _begun(ada, person)

    with pytest.raises(DraftsFullError):
        await _begun(ada, people[2])

    await _begun(ada, people[0], "Still growing")
    assert [kept.reason for kept in await reason_drafts(ada)] == ["Still growing", HALF.reason]


async def test_many_at_once_are_not_more_than_the_most(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "MOST_DRAFTS", 2)
    ada = await make_member("Ada")
    places = [Place(DraftKind.MESSAGE, uuid4()) for _ in range(30)]
    tries = [keeping.store(ada, words=DraftWords(place, "Begun"), provided=QueryString("TRUE")) for place in places]
    await asyncio.gather(*[fetch("SELECT pg_sleep(0.05)") for _ in range(10)])  # so that there are connections
    outcomes = await asyncio.gather(*tries, return_exceptions=True)

    assert len(await drafts(ada)) == 2
    assert sum(isinstance(outcome, DraftsFullError) for outcome in outcomes) == 28


async def test_far_too_long_is_kept_and_absurdly_long_is_not() -> None:
    ada, grace = await make_member("Ada"), await make_recipient("Grace", pair=0)

    kept = await _begun(ada, grace, '"\n' * (LONGEST_DRAFT // 2 - 1) + ".")

    assert len(kept.reason) == LONGEST_DRAFT - 1
    with pytest.raises(InvalidError):
        await _begun(ada, grace, "o" * (LONGEST_DRAFT + 1))
    with pytest.raises(InvalidError):
        await _begun(ada, grace, "\x00")


async def test_a_message_is_kept_until_it_is_sent() -> None:
    ada, grace = await make_member("Ada"), await make_recipient("Grace", pair=0)
    connection_id = await make_connection(ada, grace)
    await keep_message(ada, connection_id, draft=MessageDraftSet("Mine has stopped"))
    begun = await message_draft(ada, connection_id)

    await send_message(ada, connection_id, draft=MessageCreate("Mine has stopped"))

    assert begun is not None
    assert (begun.text, begun.connection_id) == ("Mine has stopped", connection_id)
    assert await message_draft(ada, connection_id) is None


@pytest.mark.parametrize("end", ["ended by the writer", "ended by the other", "blocked", "gone"])
async def test_what_was_begun_in_a_conversation_that_is_over_is_the_same_whoever_ended_it(end: str) -> None:
    ada, grace = await make_member("Ada"), await make_recipient("Grace", pair=0)
    connection_id = await make_connection(ada, grace)
    kept = await keep_message(ada, connection_id, draft=MessageDraftSet("Mine has stopped"))
    assert kept is not None
    await _end(end, ada, grace, connection_id)

    assert await message_drafts(ada) == [replace(kept, connection_id=None, member=None)]
    with pytest.raises(NotFoundError):
        await keep_message(ada, connection_id, draft=MessageDraftSet("And more"))


async def _end(how: str, ada: Member, grace: Member, connection_id: UUID) -> None:
    match how:
        case "ended by the writer":
            await end_connection(ada, connection_id)
        case "ended by the other":
            await end_connection(grace, connection_id)
        case "blocked":
            await block_member(grace, ada.id)
        case _:
            await leave(grace)
            await erase(grace.id)


async def test_programs_keep_read_and_forget_drafts(client: AsyncClient) -> None:
    ada, grace = await make_member("Ada"), await make_recipient("Grace", pair=0)
    connection_id = await make_connection(ada, await make_recipient("Cleo", pair=1))
    headers = await as_member(client, ada)
    reason = await client.put(f"/api/v1/reason-drafts/{grace.id}/hobby", json={"reason": HALF.reason}, headers=headers)
    message = await client.put(f"/api/v1/message-drafts/{connection_id}", json={"text": "Good"}, headers=headers)

    for address, kept in (("reason-drafts", reason), ("message-drafts", message)):
        assert (await client.get(f"/api/v1/{address}", headers=headers)).json() == [kept.json()]
        assert kept.json()["member"]["display_name"] in {"Grace", "Cleo"}
        reply = await client.delete(kept.url.path, headers=headers)
        assert reply.status_code == 204
        assert (await client.get(f"/api/v1/{address}", headers=headers)).json() == []
