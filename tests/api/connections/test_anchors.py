"""What a reason is about: words that the sender may read, or where the two have met."""

from uuid import uuid4

import pytest

from api.connections import queries, services
from api.connections.schemas import Anchor, AnchorKind, RequestCreate
from api.errors import ConflictError, InvalidError, NotFoundError
from api.moderation.services import block_member, unblock_member
from api.profiles.queries import my_statements
from api.profiles.schemas import Audience, Purpose, StatementUpdate
from api.profiles.services import change_statement, delete_statement
from tests.api.connections.making import (
    MET,
    MET_REASON,
    PAIRS,
    kept,
    make_draft,
    make_recipient,
    make_request,
    refused_for,
)
from tests.factories import make_member, make_statement

pytestmark = pytest.mark.usefixtures("database")


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


@pytest.mark.parametrize("place", ["the seed swap, +44 7700 900123", "telegram adaswaps", "insta: ada", "ada at gmail"])
async def test_contact_details_cannot_hide_in_where_two_have_met(place: str) -> None:
    ada, grace = await make_member(), await make_recipient()
    where = Anchor(AnchorKind.MET, where=place)

    with pytest.raises(InvalidError) as refused:
        await services.send_request(ada, draft=await make_draft(grace, anchor=where, reason=MET_REASON))

    assert [(error.pointer, error.code) for error in refused.value.errors] == [("/anchor/where", "contact-details")]
    assert await kept() == 0


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

    assert "no-anchor" in await refused_for(ada, await make_draft(grace, anchor=anchor, reason=MET_REASON))


async def test_without_an_anchor_a_reason_is_refused() -> None:
    ada, grace = await make_member(), await make_recipient()

    draft = RequestCreate(recipient_id=grace.id, purpose=Purpose.HOBBY, reason=MET_REASON)

    assert "no-anchor" in await refused_for(ada, draft)


async def test_a_statement_of_somebody_else_is_no_anchor() -> None:
    ada, grace, other = await make_member(), await make_recipient(), await make_recipient()
    [theirs] = (await my_statements(other)).items

    anchor = Anchor(AnchorKind.STATEMENT, id=theirs.id)

    assert "no-anchor" in await refused_for(ada, await make_draft(grace, anchor=anchor, reason=MET_REASON))


@pytest.mark.parametrize("audience", [Audience.NOBODY, Audience.CONNECTIONS])
async def test_a_statement_that_the_sender_may_not_read_is_no_anchor(audience: Audience) -> None:
    ada, grace = await make_member(), await make_recipient()
    hidden = await make_statement(grace, PAIRS[0][0], audience=audience)

    anchor = Anchor(AnchorKind.STATEMENT, id=hidden.id)

    assert "no-anchor" in await refused_for(ada, await make_draft(grace, anchor=anchor, reason=PAIRS[0][1]))


async def test_a_statement_under_another_purpose_is_no_anchor() -> None:
    both = (Purpose.HOBBY, Purpose.INTEREST)
    ada, grace = await make_member(purposes=both), await make_member(purposes=both)
    elsewhere = await make_statement(grace, PAIRS[0][0], purpose=Purpose.INTEREST)

    anchor = Anchor(AnchorKind.STATEMENT, id=elsewhere.id)

    assert "no-anchor" in await refused_for(ada, await make_draft(grace, anchor=anchor, reason=PAIRS[0][1]))


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


async def test_a_deleted_statement_leaves_the_request_for_both() -> None:
    ada, grace = await make_member(), await make_recipient("Grace", pair=0)
    sent = await make_request(ada, grace)
    await delete_statement(grace, (await my_statements(grace)).items[0].id)

    hers, authors = await queries.request(ada, sent.id), await queries.request(grace, sent.id)

    assert (hers.anchor.text, authors.anchor.id, authors.anchor.text) == (None, None, None)
