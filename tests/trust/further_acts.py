"""Further acts of which a viewer may learn nothing: by a friend of theirs, by moderators, by those they never see."""

from uuid import UUID

from api import clock
from api.accounts.schemas import Member
from api.connections.schemas import ConnectionUpdate
from api.connections.services import update_note
from api.conversations.services import mark_read
from api.database import fetch
from api.moderation.reporting import report
from api.moderation.schemas import Category, ReportCreate, Target, TargetKind
from api.moderation.services import block_member
from api.profiles.me import update_me
from api.profiles.purposes import consent_version
from api.profiles.schemas import Audience, MeUpdate, Purpose, PurposeSwitch
from api.profiles.services import switch_off_purpose, switch_on_purpose
from tests.api.connections.making import make_connection
from tests.api.matching.out_of_sight import ACTS, Act, World, bear_more_requests
from tests.factories import make_member, make_statement

REASON = "A clock from my aunt has stood still since March, and yours tick at the kitchen table; how did you begin?"
FRIENDS: dict[UUID, tuple[Member, UUID]] = {}


async def make_friend(world: World) -> tuple[Member, UUID]:
    """Connect the viewer with Fay."""
    friend = await make_member("Fay", statements=["I mend old mechanical clocks at my kitchen table."])
    connection_id = await make_connection(world.viewer, friend, reason=REASON)
    FRIENDS[world.viewer.id] = friend, connection_id
    return friend, connection_id


def friend_of(world: World) -> tuple[Member, UUID]:
    """Fay, with whom the viewer is connected, and their connection."""
    return FRIENDS[world.viewer.id]


async def note_about_the_viewer(world: World, number: int) -> None:
    friend, connection_id = friend_of(world)
    await update_note(friend, connection_id, change=ConnectionUpdate(f"Met {number} times."))


async def read_what_the_viewer_wrote(world: World, _: int) -> None:
    friend, connection_id = friend_of(world)
    await mark_read(friend, connection_id)


async def keep_drafts_of_a_friend(world: World, number: int) -> None:
    friend, _ = friend_of(world)
    await make_statement(friend, f"A draft of {number} words.", audience=Audience.NOBODY)


async def agree_to_what_is_sensitive(world: World, number: int) -> None:
    for member in world.two(number):
        switch = PurposeSwitch(consent=consent_version(Purpose.BELIEF))
        await switch_on_purpose(member, purpose=Purpose.BELIEF, switch=switch)
        await make_statement(member, f"I sit in silence at dawn, {number}.", purpose=Purpose.BELIEF)


async def take_a_consent_back(world: World, number: int) -> None:
    await switch_off_purpose(world.one(number), purpose=Purpose.BELIEF)


async def report_each_other(world: World, number: int) -> None:
    one, other = world.two(number)
    about = other if number % 2 else world.viewer
    await report(one, draft=ReportCreate(Target(TargetKind.MEMBER, about.id), Category.SCAM, words=f"{number}"))


async def suspend_the_unseen(world: World, number: int) -> None:
    gone = world.hidden if number % 2 else world.elsewhere
    await fetch("UPDATE account SET suspended_at = {} WHERE id = {}", clock.now(), gone.id)


async def pause_somebodys_requests(world: World, number: int) -> None:
    member = world.one(number)
    await fetch("UPDATE account SET requests_paused_until = {} WHERE id = {}", clock.now(), member.id)


async def block_the_viewer_from_afar(world: World, _: int) -> None:
    await fetch(
        "INSERT INTO block (id, blocker, blocked, created_at) "
        "SELECT gen_random_uuid(), id, {}, {} FROM account WHERE id = {} ON CONFLICT DO NOTHING",
        world.viewer.id,
        clock.now(),
        world.elsewhere.id,
    )


async def block_a_friend_of_the_viewer(world: World, number: int) -> None:
    await block_member(world.one(number), friend_of(world)[0].id)


async def bear_more(world: World, number: int) -> None:
    await update_me(world.one(number), change=MeUpdate(request_capacity=6 + number % 14))


async def become_a_moderator(world: World, number: int) -> None:
    await fetch("UPDATE account SET is_moderator = NOT is_moderator WHERE id = {}", world.one(number).id)


MORE: list[Act] = [
    note_about_the_viewer,
    read_what_the_viewer_wrote,
    keep_drafts_of_a_friend,
    agree_to_what_is_sensitive,
    take_a_consent_back,
    report_each_other,
    suspend_the_unseen,
    pause_somebodys_requests,
    block_the_viewer_from_afar,
    block_a_friend_of_the_viewer,
    bear_more,
    become_a_moderator,
]
UNSEEN = [act for act in ACTS if act is not bear_more_requests] + MORE
"""All but the one that also says in which languages somebody can be written to, which their page shows."""
