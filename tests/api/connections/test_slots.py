"""How many requests one may have open, and how many may wait for one recipient."""

import pytest

from api.accounts.schemas import Member
from api.connections import queries, services
from api.connections.errors import NoSlotError, RecipientFullError
from api.connections.schemas import Refusal, Words
from api.conversations.schemas import MessageCreate
from api.conversations.services import send_message
from api.database import fetch
from api.errors import NotFoundError
from api.moderation.services import block_member
from api.profiles.me import update_me
from api.profiles.schemas import MeUpdate, Purpose
from api.profiles.services import switch_off_purpose
from tests.api.connections.making import make_connection, make_recipient, make_request, received, sent_by
from tests.factories import make_member
from tests.moved_clock import MovedClock

pytestmark = pytest.mark.usefixtures("database")


async def full_recipient() -> Member:
    """A member for whom one request may wait, and one does."""
    grace = await make_recipient("Grace", pair=0)
    await update_me(grace, change=MeUpdate(request_capacity=1))
    await make_request(await make_member(), grace)
    return grace


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
