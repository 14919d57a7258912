"""What the logs say of faults: enough to find them, and nothing that anybody wrote."""

import asyncio
import json
import logging
from collections.abc import Iterator

import asyncpg
import pytest
import structlog
from httpx import AsyncClient

from api import logs, worker
from api.database import fetch
from api.settings import settings
from tests.factories import make_member

SECRET = "my mother is ill"


@pytest.fixture(params=["json", "console"])
def said(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[pytest.CaptureFixture[str]]:
    """What is printed, in each form of the log."""
    monkeypatch.setenv("WHEREFORE_LOG_FORMAT", request.param)
    settings.cache_clear()
    before = logging.getLogger().handlers, logging.getLogger().level
    structlog.reset_defaults()
    logs.configure_logs()
    monkeypatch.setattr(logs, "logger", structlog.get_logger())
    yield capsys
    logging.getLogger().handlers, logging.getLogger().level = before
    settings.cache_clear()


def test_a_fault_is_told_by_kind_and_place_without_its_words(said: pytest.CaptureFixture[str]) -> None:
    try:
        try:
            int(SECRET)
        except ValueError as error:
            raise RuntimeError(SECRET) from error
    except RuntimeError:
        structlog.get_logger().exception("unexpected_error")

    out = said.readouterr().out
    assert "unexpected_error" in out
    assert "ValueError" in out
    assert "RuntimeError" in out
    assert "test_faults.py" in out
    assert SECRET not in out


def test_faults_of_a_group_are_all_told_without_their_words(said: pytest.CaptureFixture[str]) -> None:
    several = ExceptionGroup(SECRET, [ValueError(SECRET), KeyError(SECRET)])

    structlog.get_logger().error("unexpected_error", exc_info=several)

    out = said.readouterr().out
    assert "ValueError" in out
    assert "KeyError" in out
    assert SECRET not in out


async def test_a_taken_address_is_told_by_the_name_of_the_constraint(
    database: None, said: pytest.CaptureFixture[str]
) -> None:
    await make_member("Ada", email="secret-address@example.org")
    [ada] = await fetch("SELECT id, email FROM account")
    ben = await make_member("Ben")

    with pytest.raises(asyncpg.UniqueViolationError, match="secret-address") as caught:  # so that this could fail
        await fetch("UPDATE account SET email = {} WHERE id = {}", ada["email"], ben.id)
    structlog.get_logger().error("unexpected_error", exc_info=caught.value)

    out = said.readouterr().out
    assert "UniqueViolationError 23505 account_email_key" in out
    assert "secret-address" not in out
    assert str(ada["id"]) not in out


def test_what_libraries_log_is_told_without_what_they_put_in(said: pytest.CaptureFixture[str]) -> None:
    logging.getLogger("some.library").warning("Could not read %s", SECRET)
    logging.getLogger("asyncio").error(f"Task exception was never retrieved\nfuture: <Task exception={SECRET}>")  # noqa: G004
    logging.getLogger("some.library").info(SECRET)

    out = said.readouterr().out
    assert "Could not read %s" in out
    assert "Task exception was never retrieved" in out
    assert SECRET not in out


async def test_a_page_that_fails_is_logged_by_its_route(
    client: AsyncClient, said: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails(*_: object, **__: object) -> None:
        raise ValueError(SECRET)

    monkeypatch.setattr("api.profiles.places.search_places", fails)
    monkeypatch.setattr("api.profiles.purposes.purposes", lambda: int(SECRET))

    reply = await client.get("/api/v1/places?q=secret-street", headers={"X-Forwarded-For": "203.0.113.77"})

    out = said.readouterr().out
    assert reply.status_code == 500
    assert "secret-street" not in reply.text + out
    assert SECRET not in reply.text + out
    assert "203.0.113.77" not in out
    assert "/api/v1/places" in out


async def test_a_failed_job_keeps_no_words_of_its_failure() -> None:
    async def fails(_: bytes) -> None:
        raise ValueError(SECRET)

    class Asked:
        payload, attempts = b"", 0

    with pytest.raises(worker.JobFailedError) as caught:
        await worker._as_asked("compute_list", fails, asyncio.Event())(Asked())  # type: ignore[arg-type]

    assert "ValueError" in str(caught.value)
    assert SECRET not in json.dumps([str(caught.value), repr(caught.value.__cause__)])
    assert caught.value.__suppress_context__
