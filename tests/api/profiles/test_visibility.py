"""Who may see whom and read what: every rule that shows and every rule that hides, alone and against the others."""

from collections.abc import Awaitable, Callable
from uuid import uuid4

import pytest

from api.accounts.schemas import Member
from api.database import fetch
from api.errors import NotFoundError
from api.profiles import queries, services
from api.profiles.purposes import consent_version
from api.profiles.schemas import Audience, Purpose, PurposeSwitch
from api.profiles.visibility import can_read_statement, can_see_member
from tests.api.profiles.relations import ask, block, connect, pause, suspend
from tests.factories import make_member, make_statement

Change = Callable[[Member, Member], Awaitable[None]]
"""Something that happens between the viewer and the other member."""


async def nothing(_viewer: Member, _other: Member) -> None:
    """The two share a purpose, and that is all."""


async def viewer_blocks(viewer: Member, other: Member) -> None:
    await block(viewer, other)


async def other_blocks(viewer: Member, other: Member) -> None:
    await block(other, viewer)


async def other_pauses(_viewer: Member, other: Member) -> None:
    await pause(other, days=7)


async def other_has_paused(_viewer: Member, other: Member) -> None:
    await pause(other, seconds=-1)


async def viewer_pauses(viewer: Member, _other: Member) -> None:
    await pause(viewer, days=7)


async def other_suspended(_viewer: Member, other: Member) -> None:
    await suspend(other)


async def other_switches_off(_viewer: Member, other: Member) -> None:
    await services.switch_off_purpose(other, purpose=Purpose.BELIEF)


async def viewer_switches_off(viewer: Member, _other: Member) -> None:
    await services.switch_off_purpose(viewer, purpose=Purpose.BELIEF)


async def other_switches_to_another(_viewer: Member, other: Member) -> None:
    await services.switch_off_purpose(other, purpose=Purpose.BELIEF)
    await services.switch_on_purpose(other, purpose=Purpose.HOBBY, switch=PurposeSwitch())


async def they_connect(viewer: Member, other: Member) -> None:
    await connect(viewer, other)


async def they_connect_the_other_way(viewer: Member, other: Member) -> None:
    await connect(other, viewer)


async def their_connection_ends(viewer: Member, other: Member) -> None:
    await connect(viewer, other, ended=True)


async def viewer_asks(viewer: Member, other: Member) -> None:
    await ask(viewer, other)


async def viewer_asks_and_is_declined_silently(viewer: Member, other: Member) -> None:
    await ask(viewer, other, declined=True)


async def other_asks_and_there_is_a_question(viewer: Member, other: Member) -> None:
    await ask(other, viewer, state="asked", ran_out=True)


async def a_request_ran_out(viewer: Member, other: Member) -> None:
    await ask(viewer, other, ran_out=True)


async def a_request_was_withdrawn(viewer: Member, other: Member) -> None:
    await ask(viewer, other, state="withdrawn")


async def a_third_connects(_viewer: Member, other: Member) -> None:
    await connect(await make_member("Third"), other)


async def a_third_blocks(_viewer: Member, other: Member) -> None:
    await block(await make_member("Third"), other)


# (what happens, seen, the statement for the purpose is read, the one for connections is read)
MATRIX: list[tuple[list[Change], bool, bool, bool]] = [
    ([nothing], True, True, False),
    ([a_third_connects], True, True, False),
    ([a_third_blocks], True, True, False),
    ([viewer_blocks], False, False, False),
    ([other_blocks], False, False, False),
    ([other_pauses], False, False, False),
    ([other_has_paused], True, True, False),
    ([viewer_pauses], True, True, False),
    ([other_suspended], False, False, False),
    ([other_switches_off], False, False, False),
    ([viewer_switches_off], False, False, False),
    ([other_switches_to_another], False, False, False),
    ([they_connect], True, True, True),
    ([they_connect_the_other_way], True, True, True),
    ([their_connection_ends], True, True, False),
    ([they_connect, viewer_blocks], False, False, False),
    ([they_connect, other_blocks], False, False, False),
    ([they_connect, other_pauses], True, True, True),
    ([they_connect, other_suspended], False, False, False),
    ([they_connect, other_switches_off], True, False, False),
    ([they_connect, viewer_switches_off], True, False, True),
    ([their_connection_ends, other_pauses], False, False, False),
    ([their_connection_ends, viewer_switches_off], False, False, False),
    ([viewer_asks], True, True, False),
    ([viewer_asks, other_pauses], True, True, False),
    ([viewer_asks_and_is_declined_silently, other_pauses], True, True, False),
    ([viewer_asks, other_switches_off], True, False, False),
    ([viewer_asks, viewer_switches_off], True, False, False),
    ([viewer_asks, other_blocks], False, False, False),
    ([viewer_asks, other_suspended], False, False, False),
    ([other_asks_and_there_is_a_question, other_pauses], True, True, False),
    ([a_request_ran_out, other_pauses], False, False, False),
    ([a_request_was_withdrawn, other_pauses], False, False, False),
]


@pytest.mark.parametrize(
    ("changes", "seen", "for_purpose", "for_connections"),
    MATRIX,
    ids=["-".join(change.__name__ for change in row[0]) for row in MATRIX],
)
async def test_what_a_viewer_sees_of_another(
    database: None, changes: list[Change], *, seen: bool, for_purpose: bool, for_connections: bool
) -> None:
    viewer = await make_member("Viewer", purposes=[Purpose.BELIEF])
    other = await make_member("Other", purposes=[Purpose.BELIEF])
    statements = {
        audience: await make_statement(other, f"For {audience}.", purpose=Purpose.BELIEF, audience=audience)
        for audience in Audience
    }

    for change in changes:
        await change(viewer, other)

    assert await sees(viewer, other) is seen
    assert {audience: await reads(viewer, statements[audience].id) for audience in Audience} == {
        Audience.PURPOSE: for_purpose,
        Audience.CONNECTIONS: for_connections,
        Audience.NOBODY: False,
    }
    assert await texts_on_page(viewer, other) == (
        {text for text, read in {"For purpose.": for_purpose, "For connections.": for_connections}.items() if read}
        if seen
        else None
    )
    assert all([await reads(other, statement.id) for statement in statements.values()])


async def test_consent_taken_back_and_given_again_shows_the_texts_again(database: None) -> None:
    viewer = await make_member("Viewer", purposes=[Purpose.BELIEF])
    other = await make_member("Other", purposes=[Purpose.BELIEF], statements=["I keep silence on Sundays."])
    await services.switch_off_purpose(other, purpose=Purpose.BELIEF)

    await services.switch_on_purpose(
        other, purpose=Purpose.BELIEF, switch=PurposeSwitch(consent=consent_version(Purpose.BELIEF))
    )

    assert await texts_on_page(viewer, other) == {"I keep silence on Sundays."}


async def test_members_see_themselves_with_all_they_wrote_whatever_happened(database: None) -> None:
    ada = await make_member()
    await make_statement(ada, "A draft.", audience=Audience.NOBODY)

    await pause(ada, days=7)
    await services.switch_off_purpose(ada, purpose=Purpose.HOBBY)

    assert await sees(ada, ada)
    assert await texts_on_page(ada, ada) == {"A draft."}


async def test_hidden_and_never_existed_read_the_same(database: None) -> None:
    viewer, other = await make_member("Viewer"), await make_member("Other", purposes=[Purpose.INTEREST])

    with pytest.raises(NotFoundError) as hidden:
        await queries.member(viewer, other.id)
    with pytest.raises(NotFoundError) as missing:
        await queries.member(viewer, uuid4())

    assert (hidden.value.detail, hidden.value.code) == (missing.value.detail, missing.value.code)


async def test_the_conditions_do_not_mistake_the_aliases_of_a_query_for_their_own(database: None) -> None:
    viewer, other = await make_member("Viewer"), await make_member("Other", statements=["I mend old clocks."])

    for alias in ("mine", "theirs", "link", "seen", "statement"):
        rows = await fetch(
            f"SELECT {alias}.id FROM statement AS {alias} WHERE {{}} AND {{}}",
            can_read_statement(viewer.id, alias),
            can_see_member(viewer.id, f"{alias}.author"),
        )
        assert len(rows) == 1, (alias, other)


async def sees(viewer: Member, other: Member) -> bool:
    return bool(
        await fetch("SELECT 1 FROM account WHERE id = {} AND {}", other.id, can_see_member(viewer.id, "account.id"))
    )


async def reads(viewer: Member, statement_id: object) -> bool:
    return bool(
        await fetch(
            "SELECT 1 FROM statement WHERE id = {} AND {}", statement_id, can_read_statement(viewer.id, "statement")
        )
    )


async def texts_on_page(viewer: Member, other: Member) -> set[str] | None:
    """What the member's page shows, or None where there is no page."""
    try:
        page = await queries.member(viewer, other.id)
    except NotFoundError:
        return None
    return {statement.text for card in page.purposes for statement in card.statements}
