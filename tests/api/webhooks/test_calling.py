"""A call reaches the address that was looked at and no other, and no receiver can make it long or large."""

import asyncio
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.settings import settings
from api.webhooks import calling
from api.webhooks.addresses import Target, target_of
from api.webhooks.calling import Answer, call, leads_somewhere, still_looking_up
from tests.api.mail.posting import certificate
from tests.api.webhooks.receiving import Receiver, receiving


def _names(monkeypatch: pytest.MonkeyPatch, *answers: list[str]) -> list[str]:
    """Let name servers say these one after the other, the last for ever; which names they were asked for."""
    asked: list[str] = []

    def look_up(host: str, port: int) -> list[str]:
        asked.append(host)
        return answers[min(len(asked), len(answers)) - 1]

    monkeypatch.setattr(calling, "_addresses_of", look_up)
    return asked


async def _call(target: Target) -> Answer:
    return await call(target, headers={"webhook-id": "1"}, body=b"{}")


@pytest.mark.parametrize(
    "within", ["127.0.0.1", "169.254.169.254", "10.0.0.1", "::1", "::ffff:127.0.0.1", "fe80::1%lo", "64:ff9b::7f00:1"]
)
async def test_a_public_name_that_leads_inside_is_never_connected_to(
    within: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for answer in ([within], ["93.184.215.14", within], [within, "93.184.215.14"], []):
        _names(monkeypatch, answer)
        connected = _connections(monkeypatch)

        assert (await _call(target_of("https://hooks.example.org/"))).outcome == "no public address"
        assert not await leads_somewhere(target_of("https://hooks.example.org/"))
        assert connected == []


async def test_a_name_is_looked_up_once_for_a_call_and_what_was_looked_at_is_connected_to(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = _names(monkeypatch, ["93.184.215.14"], ["127.0.0.1"])
    connected = _connections(monkeypatch)

    assert (await _call(target_of("https://hooks.example.org/"))).outcome == "not reached"
    assert (await _call(target_of("https://hooks.example.org/"))).outcome == "no public address"

    assert asked == ["hooks.example.org"] * 2
    assert connected == [("93.184.215.14", 443)]


def _connections(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """What is connected to, below every library; nothing is reached."""
    connected: list[tuple[str, int]] = []

    async def connect(_: object, __: socket.socket, address: tuple[str, int]) -> None:
        connected.append(address[:2])
        raise ConnectionRefusedError

    monkeypatch.setattr(type(asyncio.get_running_loop()), "sock_connect", connect)

    async def create(loop: object, factory: object, host: str, port: int, **more: object) -> object:
        connected.append((host, port))
        raise ConnectionRefusedError

    monkeypatch.setattr(type(asyncio.get_running_loop()), "create_connection", create)
    return connected


@pytest.fixture
def trusting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ssl.SSLContext]:
    """The server's side of TLS for hooks.example.org, whose certificate this system trusts."""
    server, public = certificate(tmp_path, host="hooks.example.org")
    monkeypatch.setenv("SSL_CERT_FILE", str(public))
    calling._trusted.cache_clear()
    yield server
    calling._trusted.cache_clear()


@pytest.mark.usefixtures("development")
async def test_the_name_stays_in_tls_and_in_the_host_field_while_an_address_is_connected_to(
    trusting: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    named: list[str | None] = []
    trusting.sni_callback = lambda _, name, __: named.append(name)
    _names(monkeypatch, ["127.0.0.1"])
    async with receiving(tls=trusting) as receiver:
        answer = await _call(target_of(f"https://hooks.example.org:{receiver.port}/a?b=c"))

    assert answer == Answer(outcome="204", arrived=True)
    assert named == ["hooks.example.org"]
    assert receiver.calls[0].headers["host"] == f"hooks.example.org:{receiver.port}"
    assert receiver.calls[0].line == "POST /a?b=c HTTP/1.1"


@pytest.mark.usefixtures("development")
async def test_a_certificate_for_another_name_or_of_nobody_is_not_trusted(
    trusting: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    _names(monkeypatch, ["127.0.0.1"])
    async with receiving(tls=trusting) as receiver:
        other = await _call(target_of(f"https://other.example.org:{receiver.port}/"))
        monkeypatch.delenv("SSL_CERT_FILE")
        calling._trusted.cache_clear()
        nobody = await _call(target_of(f"https://hooks.example.org:{receiver.port}/"))
    async with receiving() as plain:
        none = await _call(target_of(f"https://hooks.example.org:{plain.port}/"))

    assert {answer.outcome for answer in (other, nobody, none)} == {"no trusted encryption"}
    assert (receiver.calls, plain.calls) == ([], [])


HOLDING = {
    "hangs": "no answer in time",
    "drips a byte now and then": "no answer in time",
    "never ends the head": "answer too long",
    "promises for ever": "answer too long",
    "hangs up": "answer not understood",
    "babbles": "answer not understood",
}


@pytest.mark.parametrize("how", HOLDING)
async def test_no_receiver_can_make_a_call_long_or_large(
    how: str, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calling, "WHOLE_SECONDS", 0.6)
    monkeypatch.setattr(calling, "ANSWER_SECONDS", 0.3 if how == "hangs" else 10)
    receiver.usual = {
        "hangs": receiver.hang,
        "drips a byte now and then": receiver.drip,
        "never ends the head": receiver.talk_without_end,
        "promises for ever": receiver.promise_without_end,
        "hangs up": receiver.hang_up,
        "babbles": receiver.babble,
    }[how]

    answer = await _call(target_of(receiver.url))

    assert (answer.arrived, answer.outcome) == (False, HOLDING[how])


async def test_of_a_gigabyte_next_to_nothing_is_read(receiver: Receiver) -> None:
    receiver.usual = receiver.pour

    answer = await _call(target_of(receiver.url))

    assert answer == Answer(outcome="200", arrived=True)
    assert receiver.sent < 20_000_000  # what the system's buffers hold between the two


@pytest.mark.parametrize("status", [200, 204, 299, 301, 400, 404, 410, 429, 500])
async def test_only_a_success_counts_as_arrived(status: int, receiver: Receiver) -> None:
    receiver.usual = status

    answer = await _call(target_of(receiver.url))

    assert (answer.arrived, answer.gone) == (status < 300, status == 410)


@pytest.mark.usefixtures("development")
async def test_where_nobody_listens_nothing_is_reached() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        answer = await _call(target_of(f"http://localhost:{unused.getsockname()[1]}/"))

    assert answer.outcome == "not reached"


async def test_a_name_server_that_never_answers_holds_nobody_and_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = threading.Event()
    monkeypatch.setattr(calling, "WHOLE_SECONDS", 0.5)
    monkeypatch.setattr(calling, "NAME_SECONDS", 0.1)
    calling._trusted()  # read before the clock runs

    def never(host: str, port: int) -> list[str]:
        answers.wait(30)
        return ["93.184.215.14"]

    monkeypatch.setattr(calling, "_addresses_of", never)
    before = time.monotonic()

    outcome = (await _call(target_of("https://hooks.example.org/"))).outcome
    typed = await leads_somewhere(target_of("https://hooks.example.org/"))

    assert (outcome, typed) == ("no answer in time", True)
    assert time.monotonic() - before < 20
    assert still_looking_up() == 1
    answers.set()
    async with asyncio.timeout(30):
        while still_looking_up():  # noqa: ASYNC110 - nothing else tells
            await asyncio.sleep(0.01)


def test_by_default_nothing_but_https_may_be_called() -> None:
    assert settings().webhooks == "yes"
