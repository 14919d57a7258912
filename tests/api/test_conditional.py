"""A program changes only what is still as it was read, and is not sent again what it has."""

import asyncio
from typing import Any

import pytest
from httpx import AsyncClient

from api.accounts.schemas import Member
from tests.api.connections.making import make_connection, make_recipient
from tests.application import application
from tests.factories import as_member, make_member, make_statement
from tests.unlimited import lift_limits

PLAIN = {"Accept-Encoding": "identity"}
LONG = "I mend old mechanical clocks at my kitchen table and write down where each of them has stood before. " * 2


class Program:
    """A member's program, and something of theirs that it can change."""

    def __init__(self, client: AsyncClient, headers: dict[str, str], path: str, change: dict[str, Any]) -> None:
        self.client, self.headers, self.path, self.change = client, headers, path, change

    async def read(self, **headers: str) -> Any:
        return await self.client.get(self.path, headers=self.headers | headers)

    async def alter(self, *, change: dict[str, Any] | None = None, **headers: str) -> Any:
        said = {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.client.patch(self.path, headers=self.headers | said, json=change or self.change)


@pytest.fixture
async def ada(client: AsyncClient, monkeypatch: pytest.MonkeyPatch) -> Member:
    lift_limits(monkeypatch)
    return await make_member("Ada")


@pytest.fixture(params=["me", "statement", "connection"])
async def program(request: pytest.FixtureRequest, client: AsyncClient, ada: Member) -> Program:
    headers = await as_member(client, ada)
    if request.param == "me":
        return Program(client, headers, "/api/v1/me", {"pronouns": "she"})
    if request.param == "statement":
        statement = await make_statement(ada, LONG)
        return Program(client, headers, f"/api/v1/me/statements/{statement.id}", {"text": "I mend no clocks now."})
    connection_id = await make_connection(ada, await make_recipient("Grace", pair=0))
    return Program(client, headers, f"/api/v1/connections/{connection_id}", {"note": "Has a clock of an aunt."})


def test_all_that_is_changed_by_patch_can_be_expected_to_be_unchanged() -> None:
    patched = {
        (route.path, bool(handler.opt.get("edits")))
        for route in application().routes
        for handler in getattr(route, "route_handlers", ())
        if route.path.startswith("/api/v1/") and "PATCH" in handler.http_methods
    }
    assert patched == {
        ("/api/v1/me", True),
        ("/api/v1/me/statements/{statement_id:uuid}", True),
        ("/api/v1/connections/{connection_id:uuid}", True),
        ("/api/v1/me/webhooks/{webhook_id:uuid}", True),
    }


async def test_what_is_as_it_was_read_is_changed_and_has_a_new_tag(program: Program) -> None:
    before = await program.read()
    changed = await program.alter(If_Match=before.headers["etag"])
    after = await program.read()

    assert changed.status_code == 200, changed.text
    assert changed.headers["etag"] == after.headers["etag"] != before.headers["etag"]
    assert changed.json() == after.json()


async def test_what_has_changed_meanwhile_stays_as_it_is(program: Program) -> None:
    tag = (await program.read()).headers["etag"]
    await program.alter()
    between = await program.read()
    refused = await program.alter(change=dict.fromkeys(program.change, "Something else"), If_Match=tag)

    assert (refused.status_code, refused.json()["type"]) == (412, "/problems/changed-meanwhile")
    assert (await program.read()).content == between.content


async def test_of_many_changes_at_once_that_expect_the_same_one_is_done(program: Program) -> None:
    tag = (await program.read()).headers["etag"]
    [name] = program.change
    replies = await asyncio.gather(*[program.alter(change={name: f"Number {n}"}, If_Match=tag) for n in range(6)])

    assert sorted(reply.status_code for reply in replies) == [200, 412, 412, 412, 412, 412]
    [done] = [reply for reply in replies if reply.status_code == 200]
    assert (await program.read()).json()[name] == done.json()[name]


@pytest.mark.parametrize("encoding", ["br", "gzip", "identity"])
async def test_a_tag_holds_however_the_reply_was_packed(client: AsyncClient, ada: Member, encoding: str) -> None:
    headers = await as_member(client, ada) | {"Accept-Encoding": encoding}
    connection_id = await make_connection(ada, await make_recipient("Grace", pair=0))
    path = f"/api/v1/connections/{connection_id}"
    first = await client.patch(path, headers=headers, json={"note": "x" * 900})
    assert first.status_code == 200, first.text
    read = await client.get(path, headers=headers)
    changed = await client.patch(
        path, headers=headers | {"If-Match": f'"another", {read.headers["etag"]}'}, json={"note": "y" * 900}
    )
    assert changed.status_code == 200, changed.text
    after = await client.get(path, headers=headers | {"If-None-Match": changed.headers["etag"]})

    assert read.headers.get("content-encoding", "identity") == encoding
    assert after.status_code == 304


async def test_bytes_that_differ_have_different_tags(client: AsyncClient, ada: Member) -> None:
    headers = await as_member(client, ada)
    for _ in range(3):
        await make_statement(ada, LONG)
    tags = [
        (await client.get("/api/v1/me/statements", headers=headers | {"Accept-Encoding": one})).headers["etag"]
        for one in ("identity", "br", "gzip")
    ]
    assert len(set(tags)) == 3


@pytest.mark.parametrize("weak", ['W/"%s"', 'W/"nothing"'])
async def test_a_weak_tag_is_never_the_same(program: Program, weak: str) -> None:
    tag = (await program.read()).headers["etag"].strip('"')
    reply = await program.alter(If_Match=weak.replace("%s", tag))

    assert reply.status_code == 412


async def test_a_star_expects_only_that_it_is_there(program: Program) -> None:
    assert (await program.alter(If_Match="*")).status_code == 200


@pytest.mark.parametrize("field", ["7d865e95", '"open', "", '"a" "b"', "*, *"])
async def test_what_is_no_tag_does_nothing(program: Program, field: str) -> None:
    before = await program.read()
    reply = await program.alter(If_Match=field)

    assert (reply.status_code, reply.json()["type"]) == (400, "/problems/malformed")
    assert (await program.read()).content == before.content


async def test_what_a_program_has_is_not_sent_again(program: Program) -> None:
    first = await program.read()
    again = await program.read(**{"If-None-Match": first.headers["etag"]})
    await program.alter()
    changed = await program.read(**{"If-None-Match": first.headers["etag"]})

    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    assert again.headers["cache-control"] == "no-store"
    assert changed.status_code == 200


async def test_a_statement_is_deleted_only_as_it_was_read(client: AsyncClient, ada: Member) -> None:
    headers = await as_member(client, ada)
    path = f"/api/v1/me/statements/{(await make_statement(ada, LONG)).id}"
    tag = (await client.get(path, headers=headers)).headers["etag"]
    await client.patch(path, headers=headers, json={"text": "I mend no clocks now."})
    refused = await client.delete(path, headers=headers | {"If-Match": tag})
    newer = (await client.get(path, headers=headers)).headers["etag"]
    done = await client.delete(path, headers=headers | {"If-Match": newer})
    gone = await client.delete(path, headers=headers | {"If-Match": newer})

    assert (refused.status_code, done.status_code, gone.status_code) == (412, 204, 404)


async def test_an_expectation_ends_with_its_call(program: Program) -> None:
    tag = (await program.read()).headers["etag"]
    await program.alter()
    refused = await program.alter(If_Match=tag)
    plain = await program.alter()

    assert (refused.status_code, plain.status_code) == (412, 200)
