"""Other members, as far as one may see them."""

from uuid import uuid4

from api.accounts.schemas import Meets
from api.profiles import queries
from api.profiles.me import update_me
from api.profiles.schemas import Audience, MemberSummary, MeUpdate, Purpose, Role
from tests.api.profiles.relations import connect
from tests.factories import make_member, make_statement

LEEDS = 2644688


async def test_a_member_is_read_by_purpose_as_far_as_purposes_are_shared(database: None) -> None:
    viewer = await make_member("Viewer", purposes=[Purpose.INTEREST, Purpose.HOBBY])
    other = await make_member("Other", purposes=[Purpose.INTEREST, Purpose.HOBBY, Purpose.BELIEF])
    await make_statement(other, "Whom I seek.", role=Role.SEEKING, purpose=Purpose.INTEREST)
    await make_statement(other, "What I am into.", purpose=Purpose.INTEREST)
    await make_statement(other, "What I make.", purpose=Purpose.HOBBY)
    await make_statement(other, "What I believe.", purpose=Purpose.BELIEF)
    await update_me(other, change=MeUpdate(pronouns="they/them", place_id=LEEDS, languages=["en"]))

    read = await queries.member(viewer, other.id)

    assert [(card.purpose, [quoted.text for quoted in card.statements]) for card in read.purposes] == [
        (Purpose.HOBBY, ["What I make."]),
        (Purpose.INTEREST, ["What I am into.", "Whom I seek."]),
    ]
    assert (read.display_name, read.pronouns, read.place) == ("Other", "they/them", "Leeds, United Kingdom")
    assert (read.meets, read.languages, read.connected) == (Meets.ONLINE_FIRST, ["en"], False)


async def test_a_connection_reads_what_is_meant_for_connections(database: None) -> None:
    viewer, other = await make_member("Viewer"), await make_member("Other")
    await make_statement(other, "Only for those I know.", audience=Audience.CONNECTIONS)
    await connect(other, viewer)

    read = await queries.member(viewer, other.id)

    assert read.connected
    assert [quoted.text for card in read.purposes for quoted in card.statements] == ["Only for those I know."]


async def test_a_text_that_may_not_be_read_changes_no_byte_of_a_page(database: None) -> None:
    viewer, other = await make_member("Viewer"), await make_member("Other", statements=["I mend old clocks."])
    before = await queries.member(viewer, other.id)

    for audience in (Audience.CONNECTIONS, Audience.NOBODY):
        await make_statement(other, "Hidden words.", audience=audience)

    assert await queries.member(viewer, other.id) == before


async def test_summaries_come_by_id_and_leave_out_who_is_gone(database: None) -> None:
    viewer, other = await make_member("Viewer"), await make_member("Other")

    found = await queries.member_summaries(viewer, [other.id, other.id, uuid4()])

    assert found == {
        other.id: MemberSummary(id=other.id, display_name="Other", pronouns=None, place=None, meets=Meets.ONLINE_FIRST)
    }
    assert await queries.member_summaries(viewer, []) == {}
