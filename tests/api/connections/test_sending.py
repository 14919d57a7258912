"""Asking another member to connect: who may be asked, with which reason, and how often."""

import asyncio
from uuid import uuid4

import pytest

from api.accounts.schemas import Member
from api.connections import queries, services
from api.connections.errors import (
    AlreadyConnectedError,
    AlreadyOpenError,
    NoSlotError,
    ReasonRefusedError,
    RecipientFullError,
    TooSoonError,
)
from api.connections.schemas import Anchor, AnchorKind, Refusal, RequestCreate, RequestState, Words
from api.conversations.schemas import MessageCreate
from api.conversations.services import send_message
from api.database import fetch
from api.errors import ConflictError, InvalidError, NotFoundError
from api.moderation.services import block_member, unblock_member
from api.profiles.errors import PurposeOffError
from api.profiles.me import update_me
from api.profiles.queries import my_statements
from api.profiles.schemas import (
    Audience,
    MeUpdate,
    Purpose,
    StatementUpdate,
)
from api.profiles.services import change_statement, delete_statement, switch_off_purpose
from tests.api.connections.making import (
    PAIRS,
    REASONS,
    make_connection,
    make_draft,
    make_recipient,
    make_request,
    received,
    sent_by,
)
from tests.factories import make_member, make_statement
from tests.moved_clock import MovedClock

pytestmark = pytest.mark.usefixtures("database")

MET = Anchor(AnchorKind.MET, where="the seed swap in the parish hall")
MET_REASON = (
    "We stood beside each other at the seed swap in the parish hall and laughed about the labels. I never asked "
    "whether your beans came up."
)


async def kept() -> int:
    rows = await fetch("SELECT (SELECT count(*) FROM connection_request) + (SELECT count(*) FROM connection) AS number")
    return int(rows[0]["number"])


async def codes(sender: Member, draft: RequestCreate) -> list[str]:
    with pytest.raises(ReasonRefusedError) as refused:
        await services.send_request(sender, draft=draft)
    return [found.code for found in refused.value.findings if found.severity == "refuse"]


async def test_a_request_reaches_its_recipient_with_the_words_it_is_about() -> None:
    ada, grace = await make_member("Ada"), await make_recipient("Grace", pair=0)

    sent = await make_request(ada, grace)

    [got] = await received(grace)
    assert (sent.state, got.state) == (RequestState.PENDING, RequestState.PENDING)
    assert (got.sender.display_name, got.recipient.display_name) == ("Ada", "Grace")
    assert (got.anchor.text, got.reason) == PAIRS[0]
    assert [event.kind for event in got.history] == ["sent"]
    assert got.can == ["acceptance", "refusal", "question"]
    assert (sent.can, sent.rounds) == ([], 0)
    assert await queries.waiting(grace) == 1
    assert (await queries.slots(ada)).open == 1


async def test_a_request_can_be_about_where_the_two_have_met() -> None:
    ada, grace = await make_member(), await make_recipient()

    sent = await services.send_request(ada, draft=await make_draft(grace, anchor=MET, reason=MET_REASON))

    assert (sent.anchor.kind, sent.anchor.where, sent.anchor.text) == (AnchorKind.MET, MET.where, None)


@pytest.mark.parametrize("where", ["ab", "a" * 121, "the\nhall", "the \x00 hall"])
async def test_a_place_that_cannot_be_kept_is_said_at_its_field(where: str) -> None:
    ada, grace = await make_member(), await make_recipient()

    with pytest.raises(InvalidError) as refused:
        await services.send_request(
            ada, draft=await make_draft(grace, anchor=Anchor(AnchorKind.MET, where=where), reason=MET_REASON)
        )

    assert [error.pointer for error in refused.value.errors] == ["/anchor/where"]


@pytest.mark.parametrize(
    "anchor",
    [
        Anchor(AnchorKind.MET, where="  "),
        Anchor(AnchorKind.STATEMENT),
        Anchor(AnchorKind.STATEMENT, id=uuid4()),
        Anchor(AnchorKind.POST, id=uuid4()),
        Anchor(AnchorKind.CIRCLE, id=uuid4()),
        Anchor(AnchorKind.INTRODUCTION, id=uuid4()),
    ],
    ids=["nowhere", "no statement", "unknown statement", "post", "circle", "introduction"],
)
async def test_an_anchor_that_is_not_there_is_none(anchor: Anchor) -> None:
    ada, grace = await make_member(), await make_recipient()

    assert "no-anchor" in await codes(ada, await make_draft(grace, anchor=anchor, reason=MET_REASON))


async def test_without_an_anchor_a_reason_is_refused() -> None:
    ada, grace = await make_member(), await make_recipient()

    draft = RequestCreate(recipient_id=grace.id, purpose=Purpose.HOBBY, reason=MET_REASON)

    assert "no-anchor" in await codes(ada, draft)


async def test_a_statement_of_somebody_else_is_no_anchor() -> None:
    ada, grace, other = await make_member(), await make_recipient(), await make_recipient()
    [theirs] = (await my_statements(other)).items

    anchor = Anchor(AnchorKind.STATEMENT, id=theirs.id)

    assert "no-anchor" in await codes(ada, await make_draft(grace, anchor=anchor, reason=MET_REASON))


@pytest.mark.parametrize("audience", [Audience.NOBODY, Audience.CONNECTIONS])
async def test_a_statement_that_the_sender_may_not_read_is_no_anchor(audience: Audience) -> None:
    ada, grace = await make_member(), await make_recipient()
    hidden = await make_statement(grace, PAIRS[0][0], audience=audience)

    anchor = Anchor(AnchorKind.STATEMENT, id=hidden.id)

    assert "no-anchor" in await codes(ada, await make_draft(grace, anchor=anchor, reason=PAIRS[0][1]))


async def test_a_statement_under_another_purpose_is_no_anchor() -> None:
    both = (Purpose.HOBBY, Purpose.INTEREST)
    ada, grace = await make_member(purposes=both), await make_member(purposes=both)
    elsewhere = await make_statement(grace, PAIRS[0][0], purpose=Purpose.INTEREST)

    anchor = Anchor(AnchorKind.STATEMENT, id=elsewhere.id)

    assert "no-anchor" in await codes(ada, await make_draft(grace, anchor=anchor, reason=PAIRS[0][1]))


async def test_a_template_is_refused_and_leaves_nothing_behind() -> None:
    ada, grace = await make_member(), await make_recipient()

    draft = await make_draft(
        grace, reason="Hi, I came across your profile and I would like to add you to my professional network on here."
    )

    assert "template" in await codes(ada, draft)
    assert await kept() == 0
    assert (await queries.slots(ada)).open == 0


async def test_a_reason_given_before_with_the_names_changed_is_a_copy() -> None:
    ada, grace, edith = (
        await make_member(),
        await make_recipient("Grace", pair=0),
        await make_recipient("Edith", pair=0),
    )
    await make_request(ada, grace, reason="Dear Grace, " + PAIRS[0][1])

    assert "copy" in await codes(ada, await make_draft(edith, reason="Dear Edith, " + PAIRS[0][1]))


async def test_what_was_written_when_both_asked_counts_as_given_before() -> None:
    ada, grace, edith = await make_recipient("Ada"), await make_recipient("Grace"), await make_recipient("Edith")
    await make_request(grace, ada)
    given = await make_draft(ada)
    await services.send_request(ada, draft=await make_draft(grace))

    again = await make_draft(edith, anchor=MET, reason=REASONS[(await my_statements(grace)).items[0].text])

    assert given.reason
    assert "copy" in await codes(ada, again)


async def test_characters_that_cannot_be_kept_are_said_at_the_reason() -> None:
    ada, grace = await make_member(), await make_recipient()

    with pytest.raises(InvalidError) as refused:
        await services.check_reason(ada, draft=await make_draft(grace, reason=PAIRS[0][1] + "\x00"))

    assert [error.pointer for error in refused.value.errors] == ["/reason"]


async def test_of_copies_that_are_sent_at_once_one_goes() -> None:
    ada = await make_member("Ada")
    drafts = [await make_draft(await make_recipient(name, pair=0)) for name in ("Grace", "Edith", "Joan")]

    outcomes = await asyncio.gather(
        *[services.send_request(ada, draft=draft) for draft in drafts], return_exceptions=True
    )

    refused = [outcome for outcome in outcomes if isinstance(outcome, ReasonRefusedError)]
    assert [[found.code for found in one.findings] for one in refused] == [["copy"], ["copy"]]
    assert len(await sent_by(ada)) == 1


LONG = (
    "Old mechanical clocks on a kitchen table: mine stands still. It came from my aunt, who wound it every Sunday "
    "after church, and nobody has dared to open it since she died. I have taken the hands off and cleaned the face. "
    "The escapement frightens me, and I would rather ask somebody who has had one in pieces before. How do you hold "
    "the spring while the plates come apart? I read that people tie it with wire, and that sounds like a way to lose a "
    "finger. In return I can tell you how to make new wooden feet for a case, which I have done for three of them, and "
    "how to match an old polish so that the repair does not show in the evening light, at least not to visitors."
)


@pytest.mark.parametrize(("length", "sendable"), [(59, False), (60, True), (600, True), (601, False)])
async def test_a_reason_has_sixty_to_six_hundred_characters(length: int, *, sendable: bool) -> None:
    ada, grace = await make_member(), await make_recipient("Grace", pair=0)
    draft = await make_draft(grace, reason=LONG[: length - 1] + "é")

    found = await services.check_reason(ada, draft=draft)

    assert found.sendable is sendable
    if sendable:
        assert (await services.send_request(ada, draft=draft)).reason == draft.reason


async def test_a_check_says_what_sending_would_say_and_keeps_nothing() -> None:
    ada, grace = await make_member(), await make_recipient("Grace", pair=0)

    good = await services.check_reason(ada, draft=await make_draft(grace))
    bad = await services.check_reason(ada, draft=await make_draft(grace, reason="Hello there."))

    assert (good.sendable, bad.sendable) == (True, False)
    assert "too-short" in [found.code for found in bad.findings]
    assert await kept() == 0


async def test_nobody_asks_themselves_or_somebody_who_is_not_there() -> None:
    ada, grace = await make_recipient(), await make_recipient()
    draft = await make_draft(ada)

    for sender, asked in ((ada, draft), (grace, RequestCreate(uuid4(), Purpose.HOBBY, draft.reason, draft.anchor))):
        with pytest.raises(NotFoundError):
            await services.send_request(sender, draft=asked)


async def test_a_member_who_cannot_be_seen_cannot_be_asked() -> None:
    ada, grace, paused = await make_member(), await make_recipient(), await make_recipient()
    draft, to_paused = await make_draft(grace), await make_draft(paused)
    await block_member(grace, ada.id)
    await fetch("UPDATE account SET paused_until = now() + interval '1 day' WHERE id = {}", paused.id)

    for asked in (draft, to_paused):
        with pytest.raises(NotFoundError):
            await services.send_request(ada, draft=asked)
        with pytest.raises(NotFoundError):
            await services.check_reason(ada, draft=asked)


async def test_both_must_have_the_purpose_switched_on() -> None:
    both = (Purpose.HOBBY, Purpose.INTEREST)
    ada, grace, edith = await make_member(purposes=both), await make_recipient(), await make_member(purposes=both)

    with pytest.raises(NotFoundError):
        await services.send_request(
            ada, draft=await make_draft(grace, anchor=MET, reason=MET_REASON, purpose=Purpose.INTEREST)
        )
    with pytest.raises(PurposeOffError):
        await services.send_request(
            grace, draft=await make_draft(edith, anchor=MET, reason=MET_REASON, purpose=Purpose.INTEREST)
        )


async def test_words_that_change_while_the_reason_is_judged_must_be_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    ada, grace = await make_member(), await make_recipient("Grace", pair=0)
    [statement] = (await my_statements(grace)).items
    draft, judge = await make_draft(grace), services.send_request.__globals__["reason_checks"].judge

    async def judge_slowly(*args: object, **kwargs: object) -> object:
        found = await judge(*args, **kwargs)
        await change_statement(grace, statement.id, change=StatementUpdate(text=PAIRS[1][0]))
        return found

    monkeypatch.setattr("api.connections.reason_checks.judge", judge_slowly)
    with pytest.raises(ConflictError):
        await services.send_request(ada, draft=draft)

    assert await kept() == 0


async def test_an_author_who_goes_while_their_words_are_read_is_not_found(monkeypatch: pytest.MonkeyPatch) -> None:
    ada, grace = await make_member(), await make_recipient("Grace", pair=0)
    draft, read = await make_draft(grace), services.send_request.__globals__["reason_checks"]._statement

    async def read_too_late(*args: object, **kwargs: object) -> object:
        await block_member(grace, ada.id)
        return await read(*args, **kwargs)

    monkeypatch.setattr("api.connections.reason_checks._statement", read_too_late)
    for attempt in (services.send_request, services.check_reason):
        with pytest.raises(NotFoundError):  # and not "this reason is about nothing"
            await attempt(ada, draft=draft)
        await unblock_member(grace, ada.id)


async def test_a_new_account_has_three_places_and_none_after_them() -> None:
    ada = await make_member()
    for pair in range(3):
        await make_request(ada, await make_recipient(pair=pair))

    for pair in (3, 4, 5):
        with pytest.raises(NoSlotError):
            await make_request(ada, await make_recipient(pair=pair))

    found = await queries.slots(ada)
    assert (found.open, found.allowed, len(await sent_by(ada))) == (3, 3, 3)
    assert found.returns_at == min(request.expires_at for request in await sent_by(ada))


async def test_an_account_of_two_weeks_has_eight_places_and_none_after_them(moved_clock: MovedClock) -> None:
    ada = await make_member()
    moved_clock.move(days=14)
    for pair in range(8):
        await make_request(ada, await make_recipient(pair=pair))

    for pair in (8, 9, 10):
        with pytest.raises(NoSlotError):
            await make_request(ada, await make_recipient(pair=pair))

    assert ((await queries.slots(ada)).open, (await queries.slots(ada)).allowed) == (8, 8)


async def test_a_conversation_in_which_both_wrote_gives_eight_places() -> None:
    ada, grace = await make_member(), await make_recipient()
    connection_id = await make_connection(ada, grace)

    await send_message(ada, connection_id, draft=MessageCreate("Hello!"))
    before = await queries.slots(ada)
    await send_message(grace, connection_id, draft=MessageCreate("Hello to you!"))

    assert (before.allowed, (await queries.slots(ada)).allowed) == (3, 8)


async def test_slots_of_an_account_that_is_gone_are_not_found() -> None:
    ada = await make_member()
    await fetch("DELETE FROM account WHERE id = {}", ada.id)

    with pytest.raises(NotFoundError):
        await queries.slots(ada)


async def test_a_recipient_is_full_at_five_and_stays_so() -> None:
    grace = await make_recipient("Grace", pair=0)
    for _ in range(5):
        await make_request(await make_member(), grace)

    for _ in range(3):
        late = await make_member()
        with pytest.raises(RecipientFullError):
            await make_request(late, grace)
        assert (await queries.slots(late)).open == 0

    assert await queries.waiting(grace) == 5


async def full_recipient() -> Member:
    """A member for whom one request may wait, and one does."""
    grace = await make_recipient("Grace", pair=0)
    await update_me(grace, change=MeUpdate(request_capacity=1))
    await make_request(await make_member(), grace)
    return grace


async def test_the_recipient_says_how_many_they_can_bear() -> None:
    grace = await full_recipient()

    with pytest.raises(RecipientFullError):
        await make_request(await make_member(), grace)
    await update_me(grace, change=MeUpdate(request_capacity=2))

    assert await make_request(await make_member(), grace)


async def test_a_silent_refusal_keeps_its_place_until_the_request_runs_out(moved_clock: MovedClock) -> None:
    grace = await full_recipient()
    await services.refuse_request(grace, (await received(grace))[0].id, refusal=Refusal())

    for days in (0, 20, 9.9):
        moved_clock.move(days=days)
        with pytest.raises(RecipientFullError):
            await make_request(await make_member(), grace)
    moved_clock.move(days=0.2)

    assert await make_request(await make_member(), grace)


@pytest.mark.parametrize("what", ["acceptance", "sentence", "question", "block", "purpose off"])
async def test_whatever_the_sender_notices_frees_the_place(what: str) -> None:
    grace = await full_recipient()
    [request] = await received(grace)

    match what:
        case "acceptance":
            await services.accept_request(grace, request.id)
        case "sentence":
            await services.refuse_request(grace, request.id, refusal=Refusal("Not now, but thank you for asking."))
        case "question":
            await services.ask(grace, request.id, words=Words("Which of your clocks is the oldest?"))
        case "block":
            await block_member(grace, request.sender.id)
        case _:
            await switch_off_purpose(Member(request.sender.id, ""), purpose=Purpose.HOBBY)

    assert await make_request(await make_member(), grace)


async def test_one_open_request_at_a_time() -> None:
    ada, grace = await make_member(), await make_recipient()
    await make_request(ada, grace)

    with pytest.raises(AlreadyOpenError):
        await services.send_request(ada, draft=await make_draft(grace, anchor=MET, reason=MET_REASON))


async def test_asking_in_turn_accepts_and_keeps_both_reasons() -> None:
    ada, grace = await make_recipient("Ada", pair=0), await make_recipient("Grace", pair=1)
    first = await make_request(ada, grace)

    second = await make_request(grace, ada)

    [connection] = (await queries.connections(ada)).items
    assert (second.id, second.state, second.connection_id) == (first.id, RequestState.ACCEPTED, connection.id)
    assert (connection.reason, connection.crossed_reason) == (PAIRS[1][1], PAIRS[0][1])
    assert connection.asked_by_me
    assert [(event.kind, event.text) for event in second.history] == [("sent", None), ("accepted", PAIRS[0][1])]
    assert (await queries.slots(ada)).open == (await queries.slots(grace)).open == 0


async def test_asking_in_turn_is_judged_too() -> None:
    ada, grace = await make_recipient("Ada"), await make_recipient("Grace")
    await make_request(ada, grace)

    assert "too-short" in await codes(grace, await make_draft(ada, reason="Yes, gladly!"))
    assert (await received(grace))[0].state is RequestState.PENDING


async def test_asking_in_turn_accepts_what_was_declined_in_silence() -> None:
    ada, grace = await make_recipient("Ada"), await make_recipient("Grace")
    sent = await make_request(ada, grace)
    await services.refuse_request(grace, sent.id, refusal=Refusal())

    await make_request(grace, ada)

    assert (await queries.request(ada, sent.id)).state is RequestState.ACCEPTED


async def test_asking_in_turn_after_a_block_connects_for_the_purpose_named_now() -> None:
    both = (Purpose.HOBBY, Purpose.INTEREST)
    ada, grace = await make_member("Ada", purposes=both), await make_member("Grace", purposes=both)
    meeting = await make_draft(grace, anchor=MET, reason=MET_REASON, purpose=Purpose.INTEREST)
    sent = await services.send_request(ada, draft=meeting)
    await block_member(grace, ada.id)
    await unblock_member(grace, ada.id)

    await services.send_request(grace, draft=await make_draft(ada, anchor=MET, reason=MET_REASON))

    [connection] = (await queries.connections(grace)).items
    assert connection.purpose is Purpose.HOBBY
    assert (await queries.request(ada, sent.id)).state is RequestState.ACCEPTED


async def test_connected_members_are_not_asked_again() -> None:
    ada, grace = await make_recipient("Ada"), await make_recipient("Grace")
    await make_connection(ada, grace)

    for sender, recipient in ((ada, grace), (grace, ada)):
        with pytest.raises(AlreadyConnectedError):
            await services.send_request(sender, draft=await make_draft(recipient, anchor=MET, reason=MET_REASON))


async def test_ninety_days_after_a_request_ended_one_may_ask_again(moved_clock: MovedClock) -> None:
    ada, grace = await make_member(), await make_recipient("Grace", pair=0)
    again = await make_draft(grace, anchor=MET, reason=MET_REASON)
    sent = await make_request(ada, grace)
    moved_clock.move(days=1)
    await services.refuse_request(grace, sent.id, refusal=Refusal("I have no room for this now, forgive me."))

    for days in (0, 60, 29.999):
        moved_clock.move(days=days)
        with pytest.raises(TooSoonError):
            await services.send_request(ada, draft=again)
    moved_clock.move(days=0.001)

    assert (await services.send_request(ada, draft=again)).state is RequestState.PENDING


async def test_the_recipient_may_ask_in_turn_without_a_pause() -> None:
    ada, grace = await make_recipient("Ada"), await make_recipient("Grace")
    sent = await make_request(ada, grace)
    await services.refuse_request(grace, sent.id, refusal=Refusal("I have no room for this now, forgive me."))

    assert (await make_request(grace, ada)).state is RequestState.PENDING


async def test_whoever_was_left_waits_before_asking_and_whoever_left_need_not(moved_clock: MovedClock) -> None:
    ada, grace = await make_recipient("Ada"), await make_recipient("Grace")
    connection_id = await make_connection(ada, grace)
    moved_clock.move(days=100)
    await services.end_connection(ada, connection_id)

    with pytest.raises(TooSoonError):
        await make_request(grace, ada)

    assert await services.send_request(ada, draft=await make_draft(grace, anchor=MET, reason=MET_REASON))


async def test_a_deleted_statement_leaves_the_request_for_both() -> None:
    ada, grace = await make_member(), await make_recipient("Grace", pair=0)
    sent = await make_request(ada, grace)
    await delete_statement(grace, (await my_statements(grace)).items[0].id)

    hers, authors = await queries.request(ada, sent.id), await queries.request(grace, sent.id)

    assert (hers.anchor.text, authors.anchor.id, authors.anchor.text) == (None, None, None)


@pytest.mark.parametrize("place", ["the seed swap, +44 7700 900123", "telegram adaswaps", "insta: ada", "ada at gmail"])
async def test_contact_details_cannot_hide_in_where_two_have_met(place: str) -> None:
    ada, grace = await make_member(), await make_recipient()
    where = Anchor(AnchorKind.MET, where=place)

    with pytest.raises(InvalidError) as refused:
        await services.send_request(ada, draft=await make_draft(grace, anchor=where, reason=MET_REASON))

    assert [(error.pointer, error.code) for error in refused.value.errors] == [("/anchor/where", "contact-details")]
    assert await kept() == 0


async def test_a_reason_that_shows_nothing_is_too_short() -> None:
    ada, grace = await make_member(), await make_recipient()

    assert "too-short" in await codes(ada, await make_draft(grace, reason="\u200b" * 100))


async def test_sending_the_same_twice_is_told_as_what_it_is() -> None:
    ada, grace = await make_member(), await make_recipient()
    await make_request(ada, grace)

    with pytest.raises(AlreadyOpenError):
        await make_request(ada, grace)
