"""Matches over HTTP."""

import re
from uuid import uuid4

from httpx import AsyncClient

from tests.api.matching.making import SAME_SPOONS, SPOONS
from tests.factories import as_member, make_member

URL = "/api/v1/matches"


async def test_a_match_is_sent_with_what_both_wrote(client: AsyncClient) -> None:
    ada, ben = await make_member("Ada", statements=[SPOONS]), await make_member("Ben", statements=[SAME_SPOONS])

    reply = await client.get(URL, params={"purpose": "hobby"}, headers=await as_member(client, ada))

    assert reply.status_code == 200, reply.text
    (item,) = reply.json()["items"]
    assert set(item) == {"member", "purpose", "strength", "reasons"}
    assert set(item["member"]) == {"id", "display_name", "pronouns", "place", "meets"}
    assert (item["member"]["id"], item["purpose"]) == (str(ben.id), "hobby")
    assert item["strength"] in {"strong", "good", "some"}
    (pair,) = item["reasons"]
    assert (pair["mine"]["text"], pair["theirs"]["text"]) == (SPOONS, SAME_SPOONS)
    assert set(pair) == {"kind", "closeness", "mine", "theirs"}
    assert (pair["kind"], pair["closeness"]) == ("shared", "close")
    assert set(pair["mine"]) == set(pair["theirs"]) == {"id", "role", "text", "language", "marks"}


async def test_marks_are_places_of_words_in_the_text(client: AsyncClient) -> None:
    ada, _ = await make_member("Ada", statements=[SPOONS]), await make_member("Ben", statements=[SAME_SPOONS])

    reply = await client.get(URL, params={"purpose": "hobby"}, headers=await as_member(client, ada))

    (pair,) = reply.json()["items"][0]["reasons"]
    assert "spoons" in [SPOONS[start:end] for start, end in pair["mine"]["marks"]]


async def test_a_match_is_explained(client: AsyncClient) -> None:
    ada, ben = await make_member("Ada", statements=[SPOONS]), await make_member("Ben", statements=[SAME_SPOONS])
    headers = await as_member(client, ada)
    (item,) = (await client.get(URL, params={"purpose": "hobby"}, headers=headers)).json()["items"]

    reply = await client.get(f"{URL}/{ben.id}", params={"purpose": "hobby"}, headers=headers)

    assert reply.status_code == 200, reply.text
    assert set(reply.json()) == {"match", "used", "not_used"}
    assert reply.json()["match"] == item


async def test_whoever_is_not_on_the_list_is_not_found(client: AsyncClient) -> None:
    ada, ben = await make_member("Ada", statements=[SPOONS]), await make_member("Ben", statements=[SAME_SPOONS])
    headers = await as_member(client, ada)
    await client.get(URL, params={"purpose": "hobby"}, headers=headers)

    for member_id, purpose in ((ben.id, "interest"), (uuid4(), "hobby"), (ada.id, "hobby")):
        reply = await client.get(f"{URL}/{member_id}", params={"purpose": purpose}, headers=headers)
        assert (reply.status_code, reply.json()["type"]) == (404, "/problems/not-found")


async def test_no_number_leaves(client: AsyncClient) -> None:
    ada, _ = await make_member("Ada", statements=[SPOONS]), await make_member("Ben", statements=[SAME_SPOONS])

    reply = await client.get(URL, params={"purpose": "hobby"}, headers=await as_member(client, ada))

    assert not re.search(r":\s*-?\d", reply.text)


async def test_a_choice_is_kept_and_taken_back(client: AsyncClient) -> None:
    ada, ben = await make_member("Ada", statements=[SPOONS]), await make_member("Ben", statements=[SAME_SPOONS])
    headers = await as_member(client, ada)

    put = await client.put(f"{URL}/{ben.id}/state", json={"state": "not_for_me"}, headers=headers)
    gone = await client.get(URL, params={"purpose": "hobby"}, headers=headers)
    deleted = await client.delete(f"{URL}/{ben.id}/state", headers=headers)
    back = await client.get(URL, params={"purpose": "hobby"}, headers=headers)

    assert (put.status_code, deleted.status_code) == (204, 204)
    assert gone.json() == {"items": [], "next": None, "held_back": None}
    assert len(back.json()["items"]) == 1


async def test_what_cannot_be_done_is_a_problem_that_says_why(client: AsyncClient) -> None:
    headers = await as_member(client, await make_member("Ada", statements=[SPOONS]))

    async def code(**params: str) -> tuple[int, str]:
        reply = await client.get(URL, params=params, headers=headers)
        return reply.status_code, reply.json()["type"].removeprefix("/problems/")

    assert await code(purpose="business") == (409, "purpose-off")
    assert await code(purpose="hobby", cursor="!") == (422, "invalid")
    for wrong in ({"purpose": "work"}, {"limit": "0"}, {"limit": "101"}):
        assert await code(**{"purpose": "hobby"} | wrong) == (422, "invalid"), wrong
    assert await code() == (422, "invalid")
    unknown = await client.put(f"{URL}/{uuid4()}/state", json={"state": "maybe"}, headers=headers)
    nobody = await client.put(f"{URL}/{uuid4()}/state", json={"state": "later"}, headers=headers)
    stranger = await client.get(URL, params={"purpose": "hobby"})
    assert (unknown.status_code, nobody.status_code, stranger.status_code) == (422, 404, 401)
