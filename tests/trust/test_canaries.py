"""Words planted everywhere a member can write are met by nobody else: on pages, in calls, mails, logs and files."""

import re
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
import structlog
from httpx import AsyncClient

from api import logs
from api.database import fetch
from api.mail.schemas import MailKind
from api.sealing import open_in
from api.settings import settings
from tests.running_site import RunningSite
from tests.server.person import Person
from tests.trust.planting import Aviary

IN_CLEAR = {
    "account.display_name",
    "account.pronouns",
    "account.email",
    "mailed_link.email",
    "session.label",
    "access_token.name",
    "statement_vector.vector",
    "statement_vector_hobby.vector",
    "statement_vector_belief.vector",
}
"""Columns that the site has to read as they are: see docs/encryption.md."""

MARK = "quixobluub"


async def test_canaries_are_met_by_nobody_else(
    client: AsyncClient,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    tell: Callable[[str], None],
) -> None:
    monkeypatch.setenv("WHEREFORE_LOG_FORMAT", "json")
    settings.cache_clear()
    logs.configure_logs()
    monkeypatch.setattr(logs, "logger", structlog.get_logger())
    aviary = Aviary(client)
    await aviary.plant()

    met = [one for who in ("nobody", *aviary.people) for one in await aviary.look(who)]

    assert aviary.leaks(met) == []
    # Everybody whom something is for did meet it somewhere, or this would prove nothing.
    readers = {(one.planted, one.reader) for one in met}
    assert {planted for planted, _ in readers} >= {
        canary.planted for canary in aviary.canaries if canary.seen_by and canary.planted != "words of a report"
    }
    assert ("message of ada", "ben") in readers
    assert ("statement under belief for purpose", "kim") in readers
    # And it bites: were the visible ones for nobody, it would say so.
    for planted in ("name", "message of ada", "statement under hobby for connections", "question", "note of ada"):
        with aviary.nobody_may_see(planted):
            assert aviary.leaks(met) != []
    settings.cache_clear()

    written = capfd.readouterr()
    assert written.out.count('"event": "request"') > 500
    assert aviary.found_in(written.out + written.err, reader="operator", where="log") == []
    mails = await fetch("SELECT id, kind, subject, text, html FROM outgoing_mail WHERE text IS NOT NULL")
    open_in(mails, text="outgoing_mail.text", html="outgoing_mail.html")
    assert len([mail for mail in mails if mail["kind"] != MailKind.TOKEN_MADE]) == 2
    said = "\n".join(f"{mail['subject']}\n{mail['text']}\n{mail['html']}" for mail in mails)
    assert [one for one in aviary.found_in(said, reader="mail", where="mail") if one.planted != "address"] == []
    in_clear = await aviary.in_database()
    assert {column for column, _ in in_clear} == IN_CLEAR
    vectors = {planted for column, planted in in_clear if column.startswith("statement_vector")}
    assert len(vectors) == 2
    assert all(planted.startswith("vector") for planted in vectors)
    assert {planted for column, planted in in_clear if column.endswith(".email")} == {"address"}
    tell(f"{len(aviary.canaries)} canaries, met {len(met)} times; {len(mails)} mails")


@pytest.mark.server
def test_no_log_and_no_file_of_a_running_site_has_what_members_write(tmp_path: Path) -> None:
    site = RunningSite(tmp_path / "data")
    with site:
        ada, ben = Person(site.url, "Ada"), Person(site.url, "Ben")
        ada.states("I swim in the sea all winter")
        statement = ben.states(f"I keep {MARK}ka bees on a flat roof in the city")
        reason = f"How do your {MARK}ka bees bear the summer heat up there on the roof? I have lavender, {MARK}ke."
        sent = ada.call("POST", "/connection-requests", expect=201, json=ada.request_for(ben, statement, reason))
        ben.call("POST", f"/connection-requests/{sent['id']}/question", expect=201, json={"text": f"{MARK}ki?"})
        ada.call("POST", f"/connection-requests/{sent['id']}/answer", expect=201, json={"text": f"{MARK}ko."})
        talk = ben.call("POST", f"/connection-requests/{sent['id']}/acceptance", expect=201)["connection_id"]
        ada.call("PATCH", f"/connections/{talk}", expect=200, json={"note": f"{MARK}ku"})
        ada.call("POST", f"/connections/{talk}/messages", expect=201, json={"text": f"Hello {MARK}la"})
        httpx.get(f"{site.url}/sign-in", params={"next": f"/{MARK}le"})
        httpx.get(f"{site.url}/{MARK}li", headers={"User-Agent": f"{MARK}lo", "X-Forwarded-For": "203.0.113.99"})
        httpx.post(f"{site.url}/api/v1/tokens", json={"email": f"{MARK}lu@example.org", "password": MARK, "name": "x"})
        httpx.get(f"{site.url}/reset/{MARK}ma")
        httpx.post(f"{site.url}/api/v1/accounts", content=f'{{"email": "{MARK}me')
        address = ada.get("/me")["email"]
        time.sleep(3)  # jobs say what they did

    said = site.said() + (site.data_dir / "postgres.log").read_text()
    files = [file for file in site.data_dir.rglob("*") if file.is_file()]
    holding = {
        str(file.relative_to(site.data_dir)): sorted(set(re.findall(rb"quixobluub\w\w", content)))
        for file in files
        if MARK.encode() in (content := file.read_bytes())
    }
    assert "ready to accept connections" in said
    assert MARK not in said
    assert "203.0.113.99" not in said
    assert "@example.org" not in said
    assert len(files) > 500
    assert holding == {}
    # What has to be in clear is there, so that looking into files is no empty gesture.
    assert any(address.encode() in file.read_bytes() for file in files)
