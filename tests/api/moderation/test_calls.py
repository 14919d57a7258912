"""Reports over the JSON API."""

from uuid import uuid4

from httpx import AsyncClient

from api.accounts.schemas import Member
from api.moderation.schemas import Decision
from tests.api.moderation.judging import decided, make_message, make_talk
from tests.factories import as_member


async def grace_and_a_message(client: AsyncClient) -> tuple[Member, dict[str, str], dict[str, object]]:
    """Ada, Grace's headers, and a report of a message of Ada's."""
    ada, grace, connection_id = await make_talk()
    target = {"kind": "message", "id": str(await make_message(ada, connection_id))}
    return ada, await as_member(client, grace), {"target": target, "category": "harassment", "words": "It hurt."}


async def test_a_report_is_made_once_and_listed_with_its_outcome(client: AsyncClient) -> None:
    _, grace, body = await grace_and_a_message(client)

    made = await client.post("/api/v1/reports", json=body, headers=grace)
    again = await client.post("/api/v1/reports", json=body, headers=grace)

    assert (made.status_code, again.status_code) == (201, 201)
    assert made.json() == again.json()
    assert {name: made.json()[name] for name in ("category", "state", "outcome", "decided_at", "target")} == {
        "category": "harassment",
        "state": "waiting",
        "outcome": None,
        "decided_at": None,
        "target": body["target"],
    }
    await decided(made.json()["id"], Decision.REQUESTS_PAUSED)
    [read] = (await client.get("/api/v1/reports", headers=grace)).json()
    assert (read["state"], read["outcome"]) == ("decided", "acted")


async def test_a_report_with_block_blocks(client: AsyncClient) -> None:
    ada, grace, body = await grace_and_a_message(client)

    await client.post("/api/v1/reports", json=body | {"block": True}, headers=grace)

    assert [one["id"] for one in (await client.get("/api/v1/blocks", headers=grace)).json()] == [str(ada.id)]


async def test_what_is_not_there_or_ones_own_is_refused(client: AsyncClient) -> None:
    ada, grace, body = await grace_and_a_message(client)

    missing = await client.post(
        "/api/v1/reports", json=body | {"target": {"kind": "message", "id": str(uuid4())}}, headers=grace
    )
    own = await client.post("/api/v1/reports", json=body, headers=await as_member(client, ada))

    assert (missing.status_code, missing.json()["type"]) == (404, "/problems/not-found")
    assert (own.status_code, own.json()["errors"][0]["pointer"]) == (422, "/target")


async def test_the_reported_member_notices_nothing_of_a_report(client: AsyncClient) -> None:
    ada, grace, body = await grace_and_a_message(client)
    headers = await as_member(client, ada)
    paths = ("/me", "/reports", "/blocks", "/connections", "/connection-requests?box=sent", "/me/slots")

    async def seen() -> list[str]:
        return [(await client.get(f"/api/v1{path}", headers=headers)).text for path in paths]

    before = await seen()
    assert (await client.post("/api/v1/reports", json=body, headers=grace)).status_code == 201

    assert await seen() == before


async def test_paused_requests_are_a_problem_of_their_own(client: AsyncClient) -> None:
    ada, grace, body = await grace_and_a_message(client)
    made = await client.post("/api/v1/reports", json=body, headers=grace)
    await decided(made.json()["id"], Decision.REQUESTS_PAUSED)

    draft = {"recipient_id": str(uuid4()), "purpose": "hobby", "reason": "x" * 70}
    reply = await client.post("/api/v1/connection-requests", json=draft, headers=await as_member(client, ada))

    assert (reply.status_code, reply.json()["type"]) == (409, "/problems/requests-paused-by-moderators")
