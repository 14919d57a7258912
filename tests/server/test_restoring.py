"""A site that was put back from a backup keeps apart whom it kept apart before: by its commands and over HTTP alone."""

import signal
from pathlib import Path

import pytest

from tests.running_site import RunningSite
from tests.server.person import Person
from tests.unlimited import UNLIMITED

pytestmark = pytest.mark.server


def test_a_restore_undoes_no_block_and_no_consent_that_was_taken_back(tmp_path: Path) -> None:
    backups = tmp_path / "backups"
    backups.mkdir()
    with RunningSite(tmp_path / "data", limits=UNLIMITED) as site:
        ada, stalker, friend, again = (Person(site.url, name) for name in ("Ada", "Ben", "Fay", "Max"))
        everyone = (ada, stalker, friend, again)
        for person in everyone:
            person.states(f"I carve spoons, says {person.email}.")
        consent = next(one for one in ada.get("/purposes") if one["purpose"] == "belief")["consent_version"]
        for person in (ada, friend):
            person.call("PUT", "/me/purposes/belief", expect=200, json={"consent": consent})
        prayer = {"purpose": "belief", "role": "about", "text": "I pray in my garden."}
        ada.call("POST", "/me/statements", expect=201, json=prayer)
        ada.call("PUT", f"/blocks/{again.id}", expect=204)
        assert "I pray in my garden." in _page(friend, ada)

        site.run("backup", str(backups))
        ada.call("PUT", f"/blocks/{stalker.id}", expect=204)
        ada.call("PUT", f"/blocks/{friend.id}", expect=204)
        ada.call("DELETE", f"/blocks/{friend.id}", expect=204)
        ada.call("DELETE", f"/blocks/{again.id}", expect=204)
        ada.call("PUT", f"/blocks/{again.id}", expect=204)
        ada.call("DELETE", "/me/purposes/belief", expect=204)
        site.stop(signal.SIGKILL)  # the moment after it was answered
        [made] = backups.iterdir()
        site.run("restore", str(made), "--replace")
        site.start()
        for person in everyone:
            person.sign_in()

        for away in (stalker, again):
            away.call("GET", f"/members/{ada.id}", expect=404)
            ada.call("GET", f"/members/{away.id}", expect=404)
        page = _page(friend, ada)
        assert "I carve spoons" in page
        assert "I pray in my garden." not in page
        assert [one["purpose"] for one in ada.get("/me/purposes")] == ["hobby"]
        assert {one["id"] for one in ada.get("/blocks")} == {stalker.id, again.id}

        ada.call("DELETE", f"/blocks/{stalker.id}", expect=204)
        site.stop()
        site.start()
        assert "I carve spoons" in _page(stalker, ada), "lifted is lifted, also after a start"


def _page(reader: Person, other: Person) -> str:
    """All that one member is shown of another."""
    return str(reader.get(f"/members/{other.id}"))
