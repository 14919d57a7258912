"""What goes on around a member of which they may learn nothing, done at random and undone."""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from api.accounts import services as accounts
from api.accounts import tokens
from api.accounts.queries import member_by_session
from api.accounts.schemas import Meets, Member, TokenCreate
from api.connections import queries as connections
from api.connections import services as requests
from api.connections.schemas import Box, Refusal
from api.conversations.schemas import MessageCreate
from api.conversations.services import send_message
from api.database import fetch
from api.errors import WhereforeError
from api.matching import queries
from api.matching.schemas import ChoiceState, MatchChoiceSet
from api.matching.services import choose, unchoose
from api.moderation.services import block_member, unblock_member
from api.privacy.erasure import erase
from api.profiles import services as profiles
from api.profiles.me import end_pauses, update_me
from api.profiles.queries import my_statements
from api.profiles.schemas import Audience, MeUpdate, Purpose, PurposeSwitch, Role, StatementUpdate
from tests.api.matching.making import CHOIR, MOTORCYCLES, SAME_CHOIR, SAME_SPOONS, SPOONS
from tests.api.profiles.relations import ask, connect
from tests.factories import PASSWORD, email_of, make_member, make_statement

LEEDS = 2644688
TEXTS = (SPOONS, SAME_SPOONS, CHOIR, SAME_CHOIR, MOTORCYCLES, "I keep bees on the roof of a car park.")


@dataclass(frozen=True)
class World:
    """A viewer, those on their list, and those of whom they may know nothing."""

    viewer: Member
    shown: list[Member]
    asked: Member
    """Has a request of the viewer's."""
    hidden: Member
    """Blocked the viewer."""
    elsewhere: Member
    """Has no purpose in common with the viewer."""

    def one(self, number: int) -> Member:
        """One of those whom the viewer may see."""
        return self.shown[number % len(self.shown)]

    def two(self, number: int) -> tuple[Member, Member]:
        """Two different of them."""
        return self.one(number), self.one(number + 1 + number // len(self.shown) % (len(self.shown) - 1))


Act = Callable[[World, int], Awaitable[object]]
ACTS: list[Act] = []


def act(function: Act) -> Act:
    """Something that a viewer may not notice, done by or to the members that a number stands for."""
    ACTS.append(function)
    return function


@act
async def write_a_draft(world: World, number: int) -> None:
    await make_statement(world.one(number), TEXTS[number % len(TEXTS)], audience=Audience.NOBODY)


@act
async def write_for_connections(world: World, number: int) -> None:
    author, role = world.one(number), list(Role)[number % 2]
    await make_statement(author, TEXTS[number % len(TEXTS)], role=role, audience=Audience.CONNECTIONS)


@act
async def change_what_few_may_read(world: World, number: int) -> None:
    author = world.one(number)
    for statement in (await my_statements(author)).items:
        if statement.audience is not Audience.PURPOSE:
            await profiles.change_statement(author, statement.id, change=StatementUpdate(text=f"{number} {SPOONS}"))


@act
async def write_for_another_purpose(world: World, number: int) -> None:
    author = world.one(number)
    await profiles.switch_on_purpose(author, purpose=Purpose.BUSINESS, switch=PurposeSwitch())
    await make_statement(author, TEXTS[number % len(TEXTS)], purpose=Purpose.BUSINESS)


@act
async def switch_another_purpose_off(world: World, number: int) -> None:
    await profiles.switch_off_purpose(world.one(number), purpose=Purpose.BUSINESS)


@act
async def write_what_is_hidden(world: World, number: int) -> None:
    await make_statement(world.hidden, TEXTS[number % len(TEXTS)], role=list(Role)[number % 2])


@act
async def move_what_is_hidden(world: World, _: int) -> None:
    await update_me(world.hidden, change=MeUpdate(place_id=LEEDS, meets=Meets.IN_PERSON_TOO, display_name="Hid"))


@act
async def leave_unseen(world: World, number: int) -> None:
    gone = world.elsewhere if number % 2 else world.hidden
    if await fetch("SELECT 1 FROM account WHERE id = {}", gone.id):
        await erase(gone.id)


@act
async def write_elsewhere(world: World, number: int) -> None:
    if await fetch("SELECT 1 FROM account WHERE id = {}", world.elsewhere.id):
        await make_statement(world.elsewhere, TEXTS[number % len(TEXTS)], purpose=Purpose.BUSINESS)


@act
async def block_a_third(world: World, number: int) -> None:
    one, other = world.two(number)
    await block_member(one, other.id)


@act
async def unblock_a_third(world: World, number: int) -> None:
    one, other = world.two(number)
    await unblock_member(one, other.id)


@act
async def choose_unseen(world: World, number: int) -> None:
    about = world.viewer if number % 3 else world.asked
    await choose(world.one(number), about.id, choice=MatchChoiceSet(state=list(ChoiceState)[number % 2]))


@act
async def take_a_choice_back(world: World, number: int) -> None:
    await unchoose(world.one(number), world.viewer.id)


@act
async def ask_a_third(world: World, number: int) -> None:
    one, other = world.two(number)
    # Never as many as somebody can bear: whoever is full is not shown to anyone, on purpose.
    there = "SELECT 1 FROM connection_request WHERE sender = ANY({}::uuid[]) AND recipient = ANY({}::uuid[])"
    if not await fetch(there, [one.id, other.id], [one.id, other.id]):
        await ask(one, other)


@act
async def refuse_in_silence(world: World, number: int) -> None:
    recipient = world.asked if number % 2 else world.one(number)
    for request in (await connections.requests(recipient, box=Box.RECEIVED)).items:
        if request.state == "pending":
            await requests.refuse_request(recipient, request.id, refusal=Refusal())


@act
async def accept_a_third(world: World, number: int) -> None:
    recipient = world.one(number)
    for request in (await connections.requests(recipient, box=Box.RECEIVED)).items:
        if request.state == "pending":
            await requests.accept_request(recipient, request.id)


@act
async def connect_and_write(world: World, number: int) -> None:
    one, other = world.two(number)
    if not (await connections.connections(one)).items and not (await connections.connections(other)).items:
        await connect(one, other)
    for connection in (await connections.connections(one)).items:
        await send_message(one, connection.id, draft=MessageCreate(text=TEXTS[number % len(TEXTS)]))


@act
async def use_ones_account(world: World, number: int) -> None:
    member = world.one(number)
    email = await email_of(member.id)
    session = await accounts.sign_in(email=email, password=PASSWORD, label="Another browser")
    await tokens.create_token(TokenCreate(email=email, password=PASSWORD, name=f"Script {number}"))
    found = await member_by_session(session.token)
    assert found is not None
    assert found[1].session_id is not None
    await accounts.end_other_sessions(member, session_id=found[1].session_id)
    await fetch("UPDATE account SET email = {} WHERE id = {}", f"another{number}.{email}", member.id)


@act
async def bear_more_requests(world: World, number: int) -> None:
    await update_me(world.one(number), change=MeUpdate(request_capacity=6 + number % 14, languages=["cy"]))


@act
async def look_at_lists(world: World, number: int) -> None:
    for member in (*world.shown, world.hidden):
        if await fetch("SELECT 1 FROM member_purpose WHERE member = {} AND purpose = 'hobby'", member.id):
            await queries.matches(member, purpose=Purpose.HOBBY, limit=1 + number % 5)
    await end_pauses()


async def make_world() -> World:
    """The world as it is before anything happens in it."""
    viewer = await make_member("Viewer", purposes=[Purpose.HOBBY, Purpose.INTEREST], statements=[SPOONS, CHOIR])
    await make_statement(viewer, "I look for someone who restores motorcycles.", role=Role.SEEKING)
    await make_statement(viewer, "Why do people collect things?", purpose=Purpose.INTEREST)
    shown = [
        await make_member("Ben", statements=[SAME_SPOONS, MOTORCYCLES]),
        await make_member("Cyd", statements=[SAME_CHOIR, ("seeking", "Someone to sing with in a village choir")]),
        await make_member(
            "Dan", purposes=[Purpose.HOBBY, Purpose.INTEREST], statements=["I carve bowls and spoons of green wood"]
        ),
        await make_member("Eve", statements=["I restore old motorcycles and sing in a choir"]),
    ]
    await make_statement(shown[2], "What do collections say of a collector?", purpose=Purpose.INTEREST)
    asked = await make_member("Asked", statements=[SPOONS, CHOIR])
    await ask(viewer, asked)
    hidden = await make_member("Hidden", statements=[SAME_SPOONS, CHOIR])
    await block_member(hidden, viewer.id)
    elsewhere = await make_member("Elsewhere", purposes=[Purpose.BUSINESS], statements=[SPOONS])
    return World(viewer, shown, asked, hidden, elsewhere)


async def do(world: World, acts: Sequence[tuple[Act, int]]) -> None:
    """Do all of this, as far as the members may."""
    for done, number in acts:
        with suppress(WhereforeError):
            await done(world, number)
