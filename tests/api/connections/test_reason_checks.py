"""Which reasons are refused, and that checking one keeps nothing."""

import asyncio

import pytest

from api.connections import queries, services
from api.connections.errors import ReasonRefusedError
from api.errors import InvalidError
from api.profiles.queries import my_statements
from tests.api.connections.making import (
    MET,
    PAIRS,
    REASONS,
    kept,
    make_draft,
    make_recipient,
    make_request,
    refused_for,
    sent_by,
)
from tests.factories import make_member

pytestmark = pytest.mark.usefixtures("database")


async def test_a_template_is_refused_and_leaves_nothing_behind() -> None:
    ada, grace = await make_member(), await make_recipient()

    draft = await make_draft(
        grace, reason="Hi, I came across your profile and I would like to add you to my professional network on here."
    )

    assert "template" in await refused_for(ada, draft)
    assert await kept() == 0
    assert (await queries.slots(ada)).open == 0


async def test_a_reason_given_before_with_the_names_changed_is_a_copy() -> None:
    ada, grace, edith = (
        await make_member(),
        await make_recipient("Grace", pair=0),
        await make_recipient("Edith", pair=0),
    )
    await make_request(ada, grace, reason="Dear Grace, " + PAIRS[0][1])

    assert "copy" in await refused_for(ada, await make_draft(edith, reason="Dear Edith, " + PAIRS[0][1]))


async def test_what_was_written_when_both_asked_counts_as_given_before() -> None:
    ada, grace, edith = await make_recipient("Ada"), await make_recipient("Grace"), await make_recipient("Edith")
    await make_request(grace, ada)
    given = await make_draft(ada)
    await services.send_request(ada, draft=await make_draft(grace))

    again = await make_draft(edith, anchor=MET, reason=REASONS[(await my_statements(grace)).items[0].text])

    assert given.reason
    assert "copy" in await refused_for(ada, again)


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


async def test_a_reason_that_shows_nothing_is_too_short() -> None:
    ada, grace = await make_member(), await make_recipient()

    assert "too-short" in await refused_for(ada, await make_draft(grace, reason="\u200b" * 100))


async def test_a_check_says_what_sending_would_say_and_keeps_nothing() -> None:
    ada, grace = await make_member(), await make_recipient("Grace", pair=0)

    good = await services.check_reason(ada, draft=await make_draft(grace))
    bad = await services.check_reason(ada, draft=await make_draft(grace, reason="Hello there."))

    assert (good.sendable, bad.sendable) == (True, False)
    assert "too-short" in [found.code for found in bad.findings]
    assert await kept() == 0
