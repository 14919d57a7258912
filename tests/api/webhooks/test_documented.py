"""What docs/webhooks.md tells receivers to do tells our calls from others."""

import asyncio
import json
import re
import textwrap
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright._impl._driver import compute_driver_executable

from api.webhooks import patience, services
from tests.api.accounts.making import credential_of
from tests.api.webhooks.receiving import Receiver, deliver, make_webhook
from tests.factories import make_member

PAGE = (Path(__file__).parents[3] / "docs/webhooks.md").read_text()


def _code(language: str) -> str:
    [code] = re.findall(rf"```{language}\n(.*?)```", PAGE, flags=re.DOTALL)
    return str(code)


def _in_python(secret: str, headers: dict[str, str], body: bytes) -> bool:
    space: dict[str, Any] = {}
    exec(_code("python"), space)  # noqa: S102 - our own page
    verify: Callable[..., bool] = space["verify"]
    return verify(secret, headers, body)


async def _in_javascript(secret: str, headers: dict[str, str], body: bytes) -> bool:
    asked = json.dumps([secret, headers, body.decode()])
    program = _code("javascript") + textwrap.dedent(f"""
        const [secret, headers, body] = {asked};
        console.log(verify(secret, headers, Buffer.from(body)));
    """)
    node = compute_driver_executable()[0]
    running = await asyncio.create_subprocess_exec(
        node, "--input-type=module", "-", stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    said, _ = await running.communicate(program.encode())
    return {b"true": True, b"false": False}[said.strip()]


async def test_the_code_on_the_page_tells_our_calls_from_changed_old_and_foreign_ones(receiver: Receiver) -> None:
    ada = await make_member()
    made = await make_webhook(ada, receiver.url)
    # Two signatures, of which the second is by this secret.
    await services.renew_secret(ada, made.webhook.id, credential=await credential_of(ada))
    await services.test_webhook(ada, made.webhook.id)
    await deliver()
    [call] = receiver.calls
    other = (await make_webhook(ada, receiver.url)).secret
    old = call.headers | {"webhook-timestamp": str(int(call.headers["webhook-timestamp"]) - 301)}

    for given, ours in [
        ((made.secret, call.headers, call.body), True),
        ((made.secret, call.headers, call.body + b" "), False),
        ((made.secret, call.headers | {"webhook-id": "x"}, call.body), False),
        ((other, call.headers, call.body), False),
        ((made.secret, old, call.body), False),
    ]:
        assert _in_python(*given) is ours
        assert await _in_javascript(*given) is ours


def test_the_page_tells_when_it_is_tried_again() -> None:
    [row] = [line for line in PAGE.splitlines() if line.startswith("| after |")]
    minutes = {"min": 1, "h": 60}
    told = [int(number) * minutes[unit] for number, unit in re.findall(r"(\d+) (min|h)", row)]

    assert told == [after.total_seconds() / 60 for after in patience.TRY_AGAIN_AFTER]


@pytest.mark.parametrize("tries", range(1, len(patience.TRY_AGAIN_AFTER) + 1))
def test_no_wait_is_more_than_a_fifth_off(tries: int) -> None:
    now = datetime.now(UTC)
    wanted = patience.TRY_AGAIN_AFTER[tries - 1]

    waits = []
    for _ in range(200):
        again = patience.next_try(tries, now=now)
        assert again is not None
        waits.append(again - now)

    assert wanted * 0.8 <= min(waits) < max(waits) <= wanted * 1.2
    assert patience.next_try(len(patience.TRY_AGAIN_AFTER) + 1, now=now) is None


def test_a_webhook_rests_longer_each_time_and_an_hour_at_most() -> None:
    rests = [patience.rest_after(failures).total_seconds() for failures in (1, 3, 5, 9, 10_000)]

    assert rests[:4] == sorted(rests[:4])
    assert 12 <= rests[0] <= 18
    assert max(rests) <= 3600 * 1.2
