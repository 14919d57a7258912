"""Webhooks in the settings: made, tried, looked at, changed and deleted with forms alone."""

import re
from collections.abc import AsyncIterator

import pytest
from httpx import AsyncClient

from api.accounts.ways_in import sign_out_everywhere
from api.database import fetch
from api.event_kinds import Kind
from api.settings import settings
from api.webhooks.queries import webhooks
from tests.api.connections.making import make_recipient, make_request
from tests.api.webhooks.receiving import Receiver, deliver, make_webhook, receiving
from tests.factories import make_member
from tests.web.browsing import browser_of

HERE = "/settings/webhooks"


@pytest.fixture
async def receiver(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Receiver]:
    """A receiver on this machine, which may be called."""
    with monkeypatch.context() as meanwhile:
        meanwhile.setenv("WHEREFORE_WEBHOOKS", "development")
        settings.cache_clear()
        async with receiving() as the_receiver:
            yield the_receiver
    settings.cache_clear()


async def test_a_webhook_is_made_tried_and_deleted_with_forms_alone(client: AsyncClient, receiver: Receiver) -> None:
    ada = await make_member("Ada")
    browser = await browser_of(client, ada)
    await browser.open("/settings/programs")
    assert "Tell a program of mine when there is something new." in browser.text

    await browser.open(f"{HERE}/new")
    await browser.press("Make the webhook", url=receiver.url, kinds=["message.received"])
    secret = re.search(r"whsec_[\w+/=]{40,}", browser.reply.text)
    assert secret is not None
    assert browser.reply.headers["cache-control"] == "no-store"
    [made] = await webhooks(ada)
    assert made.kinds == [Kind.MESSAGE_RECEIVED]
    await browser.open(f"{HERE}/{made.id}")
    assert "whsec_" not in browser.reply.text
    await browser.press("Make a test call")
    assert "It is on its way." in browser.text
    await deliver()
    await browser.open(f"{HERE}/{made.id}")
    assert "It arrived." in browser.text
    assert "The receiver answered 204." in browser.text
    await browser.press("Send it again")
    await deliver()
    await browser.open(f"{HERE}/{made.id}/delete")
    assert receiver.url in browser.text
    assert len(await webhooks(ada)) == 1, "to look is not to delete"
    await browser.press("Delete the webhook")

    assert browser.path == HERE
    assert await webhooks(ada) == []
    assert receiver.types == ["webhook.test", "webhook.test"]


async def test_what_went_wrong_and_when_it_comes_again_is_said_in_plain_words(
    client: AsyncClient, receiver: Receiver
) -> None:
    ada, grace = await make_member("Ada"), await make_recipient("Grace")
    made = await make_webhook(grace, receiver.url)
    receiver.usual = 500
    await make_request(ada, grace)
    await deliver()

    browser = await browser_of(client, grace)
    await browser.open(f"{HERE}/{made.webhook.id}")

    assert "Somebody asks me to connect" in browser.text
    assert "It did not arrive yet. We try again around" in browser.text
    assert "The receiver answered 500." in browser.text
    assert "Nothing has arrived since" in browser.text
    assert "Ada" not in browser.text


async def test_nothing_typed_is_lost_when_an_address_cannot_be_used(client: AsyncClient) -> None:
    browser = await browser_of(client, await make_member())

    await browser.open(f"{HERE}/new")
    await browser.press("Make the webhook", url="https://10.0.0.1/hook", kinds=["connection.made"])

    assert browser.reply.status_code == 422
    assert "Give the name of a machine on the internet" in browser.text
    form = browser.form("Make the webhook")
    assert form.values["url"] == ["https://10.0.0.1/hook"]
    assert form.values["kinds"] == ["connection.made"]


async def test_a_webhook_is_changed_turned_off_and_on_and_given_another_secret(client: AsyncClient) -> None:
    ada = await make_member()
    made = await make_webhook(ada, "https://hooks.example.org/ada")
    browser = await browser_of(client, ada)
    one = f"{HERE}/{made.webhook.id}"

    await browser.open(f"{one}/change")
    await browser.press("Keep the changes", url="https://hooks.example.org/new")
    assert "https://hooks.example.org/new" in browser.text
    await browser.press("Turn it off")
    assert "You turned it off." in browser.text
    await browser.press("Turn it on")
    assert "The webhook is on." in browser.text
    await browser.open(f"{one}/secret")
    assert "https://hooks.example.org/new" in browser.text
    await browser.press("Make a new secret")
    assert "For 24 hours we also sign with the secret that you had before." in browser.text
    assert made.secret not in browser.reply.text


async def test_a_slip_of_the_finger_makes_no_new_secret(client: AsyncClient) -> None:
    ada = await make_member("Ada")
    made = await make_webhook(ada, "https://hooks.example.org/ada")
    browser = await browser_of(client, ada)
    one = f"{HERE}/{made.webhook.id}"

    await browser.open(one)

    assert f'action="{one}/secret"' not in browser.reply.text
    assert f'href="{one}/secret"' in browser.reply.text
    await browser.open(f"{one}/secret")
    assert "For 24 hours calls are also signed with the secret that you have now." in browser.text
    assert "stops working at once" not in browser.text
    await browser.press("Make a new secret")
    await browser.open(f"{one}/secret")
    assert "The secret that you had before that one stops working at once." in browser.text


async def test_settings_say_that_a_webhook_was_turned_off_and_why(client: AsyncClient) -> None:
    ada = await make_member()
    await make_webhook(ada, "https://hooks.example.org/ada")
    await sign_out_everywhere(ada)
    browser = await browser_of(client, ada)

    await browser.open("/settings")
    assert "One of my webhooks is off. See why." in browser.text
    await browser.open("/settings/programs")
    assert "One of them is off. See why." in browser.text
    await browser.open(HERE)
    assert "You signed out everywhere, or changed your password" in browser.text


async def test_who_has_not_proved_lately_who_they_are_is_asked_first(client: AsyncClient) -> None:
    browser = await browser_of(client, await make_member())
    await fetch("UPDATE session SET proved_at = NULL")

    await browser.open(f"{HERE}/new")

    assert browser.path == "/sign-in/again"
