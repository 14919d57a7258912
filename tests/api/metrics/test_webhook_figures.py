"""How many deliveries of webhooks arrived, failed, wait and were given up is told, in fives, and of nobody."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from api import clock
from api.metrics.figures import figures, measure
from api.sealing.tokens import seal
from api.webhooks.tables import Webhook, WebhookDelivery
from tests.factories import make_member

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database")]


async def _webhook() -> Webhook:
    member, row = await make_member("Ada"), uuid4()
    webhook = Webhook(
        id=row,
        member=member.id,
        url=seal("https://hooks.example.org/", about="webhook.url", row=row),
        kinds=["message.received"],
        secret=seal("whsec_AAAA", about="webhook.secret", row=row),
        created_at=clock.now(),
    )
    await Webhook.insert(webhook)
    return webhook


def _delivery(webhook: Webhook, *tries: tuple[datetime, str], **where_it_is: Any) -> WebhookDelivery:
    now = clock.now()
    return WebhookDelivery(
        id=uuid4(),
        webhook=webhook.id,
        event=uuid4(),
        kind="message.received",
        created_at=now,
        queued_at=now,
        tried_at=[at for at, _ in tries],
        outcomes=[outcome for _, outcome in tries],
        **where_it_is,
    )


async def test_deliveries_of_the_last_hour_and_those_that_wait_are_counted() -> None:
    webhook, now = await _webhook(), clock.now()
    lately, before = now - timedelta(minutes=20), now - timedelta(hours=2)
    refused, hung = (lately, "503"), (lately, "no answer in time")
    await WebhookDelivery.insert(
        *(_delivery(webhook, hung, (lately, "204"), delivered_at=lately) for _ in range(10)),
        *(_delivery(webhook, (before, "200"), delivered_at=before) for _ in range(5)),
        *(_delivery(webhook, (before, "500"), refused, next_try_at=now) for _ in range(15)),
        *(_delivery(webhook, next_try_at=now) for _ in range(5)),
        *(_delivery(webhook, (before, "500"), dead_at=lately) for _ in range(25)),
        *(_delivery(webhook, (before, "500"), dead_at=before) for _ in range(5)),
    )

    await measure()

    told = {name.removeprefix("webhooks_"): value for name, value in (await figures()).items() if "webhooks" in name}
    assert told == {"sent": 10, "failed": 10 + 15, "waiting": 15 + 5, "given_up": 25}


async def test_one_or_two_deliveries_are_not_told() -> None:
    webhook, now = await _webhook(), clock.now()
    await WebhookDelivery.insert(
        *(_delivery(webhook, (now, "204"), delivered_at=now) for _ in range(2)),
        _delivery(webhook, (now, "410"), dead_at=now),
        _delivery(webhook, (now, "500"), next_try_at=now),
    )

    await measure()

    assert {value for name, value in (await figures()).items() if name.startswith("webhooks_")} == {0}
