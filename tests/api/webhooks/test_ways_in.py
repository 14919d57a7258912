"""What a webhook opens: it gets around no scope, no old proof and no new password, and its owner is told by mail."""

import pytest
from httpx import AsyncClient, Response

from api.accounts import ways_in
from api.database import fetch
from api.errors import NotSignedInError
from api.live.streams import SCOPES
from api.webhooks import queries, services
from api.webhooks.schemas import WebhookUpdate, WhyOff
from tests.api.accounts.making import credential_of
from tests.api.webhooks.receiving import Receiver, deliver, make_webhook, with_scopes
from tests.api.webhooks.talking import pair, say
from tests.factories import as_member, make_member
from tests.moved_clock import MovedClock

WEBHOOKS = "/api/v1/me/webhooks"
URL = "https://hooks.example.org/ada"
ELSEWHERE = "https://hooks.example.org/thief"


def problem(reply: Response) -> tuple[int, str]:
    return reply.status_code, reply.json()["type"]


@pytest.mark.parametrize("change", [{"url": ELSEWHERE}, {"is_on": True}, {"url": ELSEWHERE, "is_on": True}])
async def test_nobody_leads_elsewhere_what_their_token_may_not_read(
    change: dict[str, object], client: AsyncClient
) -> None:
    ada = await make_member("Ada")
    one = f"{WEBHOOKS}/{(await make_webhook(ada, URL)).webhook.id}"
    narrow = await with_scopes(ada, "profile", "requests:read")

    refused = await client.patch(one, headers=narrow, json=change)

    assert (*problem(refused), refused.json()["scope"]) == (403, "/problems/scope-missing", "messages:read")
    assert (await client.get(one, headers=narrow)).json()["url"] == URL
    assert (await client.patch(one, headers=narrow, json={"is_on": False})).status_code == 200
    whole = await with_scopes(ada, "profile", *set(SCOPES.values()))
    assert (await client.patch(one, headers=whole, json=change)).status_code == 200


async def test_what_was_sent_is_read_with_the_scope_for_what_it_was_about(
    client: AsyncClient, receiver: Receiver
) -> None:
    ada, grace, connection_id = await pair()
    made = (await make_webhook(grace, receiver.url)).webhook
    await say(ada, connection_id)
    await services.test_webhook(grace, made.id)
    await deliver()
    there = f"{WEBHOOKS}/{made.id}/deliveries"
    narrow, wide = await with_scopes(grace, "profile"), await with_scopes(grace, "profile", "messages:read")

    read = [(await client.get(there, headers=headers)).json()["items"] for headers in (narrow, wide)]

    assert [[one["type"] for one in items] for items in read] == [
        ["webhook.test"],
        ["webhook.test", "message.received"],
    ]
    one = f"{there}/{read[1][1]['id']}"
    assert [(await client.get(one, headers=headers)).status_code for headers in (narrow, wide)] == [404, 200]
    again = [(await client.post(f"{one}/resending", headers=headers)).status_code for headers in (narrow, wide)]
    assert again == [404, 202]


async def test_a_secret_is_made_anew_with_a_token_that_is_new(client: AsyncClient, moved_clock: MovedClock) -> None:
    ada, other = await make_member("Ada"), await make_member("Ben")
    headers, others = await as_member(client, ada), await as_member(client, other)
    one = f"{WEBHOOKS}/{(await make_webhook(ada, URL)).webhook.id}"
    moved_clock.move(minutes=16)

    assert problem(await client.post(f"{one}/secret", headers=headers)) == (403, "/problems/sign-in-again")
    assert problem(await client.post(f"{one}/secret", headers=others)) == (404, "/problems/not-found")
    assert (await fetch("SELECT old_secret FROM webhook"))[0]["old_secret"] is None


async def test_its_owner_is_told_by_mail_that_it_leads_elsewhere(client: AsyncClient) -> None:
    ada = await make_member("Ada")
    headers = await as_member(client, ada)
    one = f"{WEBHOOKS}/{(await make_webhook(ada, URL)).webhook.id}"
    told = "SELECT 1 FROM outgoing_mail WHERE kind = 'webhook_made'"
    assert len(await fetch(told)) == 1

    for url, mails in ((URL, 1), (ELSEWHERE, 2)):
        assert (await client.patch(one, headers=headers, json={"url": url})).status_code == 200
        assert len(await fetch(told)) == mails


async def test_one_leads_elsewhere_only_so_often(client: AsyncClient) -> None:
    ada = await make_member("Ada")
    headers = await as_member(client, ada)
    one = f"{WEBHOOKS}/{(await make_webhook(ada, URL)).webhook.id}"

    replies = [
        await client.patch(one, headers=headers, json={"url": f"https://hooks.example.org/{number}"})
        for number in range(31)
    ]

    assert [reply.status_code for reply in replies] == [200] * 30 + [429]
    assert len(await fetch("SELECT 1 FROM outgoing_mail WHERE kind = 'webhook_made'")) == 31


@pytest.mark.parametrize("change", [WebhookUpdate(is_on=True), WebhookUpdate(url=ELSEWHERE, is_on=True)])
async def test_what_a_new_password_ends_turns_no_webhook_on_again(
    change: WebhookUpdate, database: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever gives a name that is looked up slowly has seconds in which the password is changed."""
    ada = await make_member("Ada")
    made = (await make_webhook(ada, URL)).webhook
    thief, owner = await credential_of(ada), await credential_of(ada)

    async def looked_up_slowly(_: object) -> bool:
        await ways_in.change_password(ada, credential=owner, password="seven loose kettles sing at dusk")
        return True

    monkeypatch.setattr(services, "leads_somewhere", looked_up_slowly)

    with pytest.raises(NotSignedInError):
        await services.change_webhook(ada, made.id, credential=thief, change=change)

    [kept] = await queries.webhooks(ada)
    assert (kept.is_on, kept.why_off, kept.url) == (False, WhyOff.SIGNED_OUT, URL)


async def test_a_session_that_a_new_password_ended_makes_no_new_secret(
    database: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = await make_member("Ada")
    made = (await make_webhook(ada, URL)).webhook
    thief, owner = await credential_of(ada), await credential_of(ada)
    await ways_in.change_password(ada, credential=owner, password="seven loose kettles sing at dusk")

    with pytest.raises(NotSignedInError):
        await services.renew_secret(ada, made.id, credential=thief)
