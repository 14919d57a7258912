"""Members say which findings are wrong; moderators see how often, and texts only where their writers agreed."""

from typing import Any

import pytest
from httpx import AsyncClient, Response

from api.accounts.schemas import Member
from api.accounts.services import set_moderator
from api.connections.errors import ReasonRefusedError
from api.connections.services import check_reason, send_request
from api.conversations.errors import ReadsAsPitchError
from api.conversations.schemas import MessageCreate
from api.conversations.services import send_message
from api.database import fetch
from api.disagreements import services
from api.disagreements.schemas import DisagreementCreate, Judged
from api.errors import NotFoundError
from api.privacy.erasure import erase
from api.profiles.schemas import Purpose
from tests.api.connections.making import make_connection, make_draft, make_recipient
from tests.factories import as_member, email_of, make_member
from tests.moved_clock import MovedClock

TEMPLATE = "Hi, I came across your profile and I would like to add you to my professional network. Let us connect!"
PITCH = "By the way: our agency helps small shops. Book a free discovery call this week and get 20 % off our services!"


async def disagrees(client: AsyncClient, member: Member, **body: Any) -> Response:
    headers = await as_member(client, member)
    return await client.post("/api/v1/reason-checks/disagreements", headers=headers, json=body)


async def make_moderator() -> Member:
    member = await make_member("Mo")
    await set_moderator(email=await email_of(member.id), is_moderator=True)
    return member


async def seen(client: AsyncClient, *, what: str = "findings") -> list[dict[str, Any]]:
    reply = await client.get(f"/api/v1/moderation/{what}", headers=await as_member(client, await make_moderator()))
    assert reply.status_code == 200
    found: list[dict[str, Any]] = reply.json()
    return found


async def own_texts(client: AsyncClient, member: Member) -> list[dict[str, Any]]:
    reply = await client.get("/api/v1/reason-checks/disagreements", headers=await as_member(client, member))
    assert reply.status_code == 200
    found: list[dict[str, Any]] = reply.json()
    return found


async def counts(client: AsyncClient) -> dict[tuple[str, str], tuple[int, int]]:
    return {(one["code"], one["judged"]): (one["shown"], one["called_wrong"]) for one in await seen(client)}


async def refused(sender: Member) -> None:
    with pytest.raises(ReasonRefusedError):
        await send_request(sender, draft=await make_draft(await make_recipient(), reason=TEMPLATE))


async def test_without_a_text_only_the_finding_the_engine_and_the_time_are_kept(client: AsyncClient) -> None:
    ada = await make_member("Ada")

    reply = await disagrees(client, ada, code="template")

    assert reply.status_code == 201
    kept = reply.json()
    assert (kept["code"], kept["judged"], kept["text_kept_until"]) == ("template", "reason", None)
    assert "all-MiniLM" in kept["engine"]
    [row] = await fetch("SELECT * FROM disagreement")
    assert {name for name, value in row.items() if value is not None} == {
        "id", "member", "code", "judged", "engine", "day", "created_at",
    }  # fmt: skip


async def test_a_text_is_kept_for_ninety_days_where_its_writer_agrees(
    client: AsyncClient, moved_clock: MovedClock
) -> None:
    ada = await make_member("Ada")

    reply = await disagrees(client, ada, code="template", text=f" {TEMPLATE} ", purpose="hobby")
    now = await seen(client, what="disagreement-texts")
    moved_clock.move(days=89)
    forgotten_early = await services.forget_texts()
    moved_clock.move(days=1)
    hidden = await seen(client, what="disagreement-texts")
    forgotten = await services.forget_texts()

    assert reply.json()["text_kept_until"] is not None
    assert [one["text"] for one in now] == [TEMPLATE]
    assert set(now[0]) == {"code", "judged", "text", "created_at"}
    assert hidden == []
    assert (forgotten_early, forgotten, await services.forget_texts()) == (0, 1, 0)
    assert await fetch("SELECT 1 FROM disagreement_text") == []
    assert [row["member"] for row in await fetch("SELECT member FROM disagreement")] == [None]


async def test_a_text_goes_with_its_writers_account(client: AsyncClient) -> None:
    ada = await make_member("Ada")
    await disagrees(client, ada, code="template", text=TEMPLATE, purpose="hobby")

    await erase(ada.id)

    assert await fetch("SELECT 1 FROM disagreement") == []
    assert await fetch("SELECT 1 FROM disagreement_text") == []


async def test_every_text_that_was_given_is_kept_and_the_same_one_once(client: AsyncClient) -> None:
    ada = await make_member("Ada")
    for text in (TEMPLATE, PITCH, TEMPLATE):
        last = await disagrees(client, ada, code="template", text=text, purpose="hobby")

    given = await own_texts(client, ada)

    assert [one["text"] for one in given] == [PITCH, TEMPLATE]
    assert last.json()["text_id"] == given[1]["id"]
    assert last.json()["text_kept_until"] == given[1]["kept_until"]
    assert (await counts(client))[("template", "reason")] == (1, 1)


async def test_a_text_is_taken_back_and_no_moderator_reads_it(client: AsyncClient) -> None:
    ada = await make_member("Ada")
    reply = await disagrees(client, ada, code="template", text=TEMPLATE, purpose="hobby")
    path = f"/api/v1/reason-checks/disagreements/{reply.json()['text_id']}"

    taken = await client.delete(path, headers=await as_member(client, ada))
    again = await client.delete(path, headers=await as_member(client, ada))

    assert (taken.status_code, again.status_code) == (204, 404)
    assert await own_texts(client, ada) == []
    assert await seen(client, what="disagreement-texts") == []
    assert (await counts(client))[("template", "reason")] == (1, 1)


async def test_nobody_reads_or_takes_back_what_another_gave(client: AsyncClient) -> None:
    ada, ben = await make_member("Ada"), await make_member("Ben")
    reply = await disagrees(client, ada, code="template", text=TEMPLATE, purpose="hobby")
    path = f"/api/v1/reason-checks/disagreements/{reply.json()['text_id']}"

    assert await own_texts(client, ben) == []
    assert (await client.delete(path, headers=await as_member(client, ben))).status_code == 404
    assert len(await own_texts(client, ada)) == 1


@pytest.mark.parametrize(
    ("purpose", "why"),
    [
        ("belief", "may tell something private"),
        ("caretaking", "never are"),
        ("partnership", "never are"),
        (None, "say"),
    ],
)
async def test_words_that_may_quote_something_private_are_not_kept(
    client: AsyncClient, purpose: str | None, why: str
) -> None:
    ada = await make_member("Ada")

    reply = await disagrees(client, ada, code="template", text=TEMPLATE, purpose=purpose)

    assert (reply.status_code, reply.json()["text_id"], reply.json()["text_kept_until"]) == (201, None, None)
    assert why in reply.json()["text_not_kept"]
    assert await own_texts(client, ada) == []
    assert (await counts(client))[("template", "reason")] == (1, 1)


async def test_of_one_member_so_many_texts_are_kept_and_no_more(client: AsyncClient) -> None:
    ada = await make_member("Ada")
    for number in range(services.MOST_GIVEN):
        draft = DisagreementCreate("template", text=f"{TEMPLATE} {number}", purpose=Purpose.HOBBY)
        await services.disagree(ada, draft=draft)

    reply = await disagrees(client, ada, code="template", text=TEMPLATE, purpose="hobby")

    assert "20 of yours already" in reply.json()["text_not_kept"]
    assert len(await own_texts(client, ada)) == services.MOST_GIVEN


@pytest.mark.parametrize(
    "body",
    [
        {"code": "rude"},
        {"code": "template", "judged": "message"},
        {"code": "template", "text": " "},
        {"code": "template", "text": "x" * 4001},
        {"code": "template", "text": "a\x00b"},
    ],
    ids=["no such finding", "not in messages", "empty", "too long", "not to be kept"],
)
async def test_what_cannot_be_kept_is_told(client: AsyncClient, body: dict[str, str]) -> None:
    assert (await disagrees(client, await make_member(), **body)).status_code == 422
    assert await fetch("SELECT 1 FROM disagreement") == []


async def test_a_member_counts_once_a_day_for_a_finding(client: AsyncClient, moved_clock: MovedClock) -> None:
    ada, ben = await make_member("Ada"), await make_member("Ben")
    for _ in range(3):
        await disagrees(client, ada, code="template")
    await disagrees(client, ada, code="template", text=TEMPLATE, purpose="hobby")
    await disagrees(client, ada, code="template")
    await disagrees(client, ben, code="template")
    await disagrees(client, ada, code="pitch", judged="message")
    moved_clock.move(days=1)
    await disagrees(client, ada, code="template")

    assert await counts(client) == {("template", "reason"): (3, 3), ("pitch", "message"): (1, 1)}
    assert len(await own_texts(client, ada)) == 1


async def test_whoever_was_stopped_counts_once_a_day_and_a_check_does_not(
    client: AsyncClient, moved_clock: MovedClock
) -> None:
    ada = await make_member("Ada")
    for _ in range(3):
        await refused(ada)
    await refused(await make_member("Ben"))
    await check_reason(await make_member("Cleo"), draft=await make_draft(await make_recipient(), reason=TEMPLATE))
    await disagrees(client, ada, code="template")
    today = await counts(client)
    moved_clock.move(days=1)

    await refused(ada)

    assert today == {("template", "reason"): (2, 1)}
    assert await counts(client) == {("template", "reason"): (3, 1)}


async def test_who_was_stopped_is_kept_until_the_day_is_over(client: AsyncClient, moved_clock: MovedClock) -> None:
    ada = await make_member("Ada")
    await refused(ada)
    await services.forget_texts()
    same_day = await fetch("SELECT member FROM finding_counted")
    moved_clock.move(days=1)

    await services.forget_texts()

    assert [row["member"] for row in same_day] == [ada.id]
    assert await fetch("SELECT 1 FROM finding_counted") == []
    assert await counts(client) == {("template", "reason"): (1, 0)}


async def test_a_pitch_that_was_asked_about_is_counted(client: AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.conversations.pitch_guard.PATIENCE", 60)
    ada = await make_member("Ada")
    connection_id = await make_connection(ada, await make_recipient(pair=0))
    with pytest.raises(ReadsAsPitchError):
        await send_message(ada, connection_id, draft=MessageCreate(PITCH))

    await services.disagree(ada, draft=DisagreementCreate("pitch", judged=Judged.MESSAGE))

    assert await counts(client) == {("pitch", "message"): (1, 1)}


async def test_counts_older_than_ninety_days_are_not_shown(client: AsyncClient, moved_clock: MovedClock) -> None:
    await disagrees(client, await make_member(), code="template")
    moved_clock.move(days=91)

    assert await counts(client) == {}


@pytest.mark.parametrize("what", ["findings", "disagreement-texts"])
async def test_for_ordinary_members_there_is_nothing_to_moderate(client: AsyncClient, what: str) -> None:
    headers = await as_member(client, await make_member())

    assert (await client.get(f"/api/v1/moderation/{what}", headers=headers)).status_code == 404


async def test_an_address_that_nobody_has_makes_no_moderator(database: None) -> None:
    with pytest.raises(NotFoundError):
        await set_moderator(email="nobody@example.org", is_moderator=True)
