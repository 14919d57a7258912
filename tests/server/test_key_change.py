"""`wherefore rotate-keys` beside a site that serves."""

import pytest

from tests.running_site import RunningSite
from tests.server.person import CRAFTS, Person

pytestmark = pytest.mark.server


def test_members_go_on_talking_while_and_after_the_key_is_changed(site: RunningSite) -> None:
    ada, ben = Person(site.url, "Ada"), Person(site.url, "Ben")
    craft, reason = CRAFTS[0]
    ada.states("I swim in the sea all winter, with a woolly hat")
    draft = ada.request_for(ben, ben.states(craft), reason)
    sent = ada.call("POST", "/connection-requests", expect=201, json=draft)
    talk = ben.call("POST", f"/connection-requests/{sent['id']}/acceptance", expect=201)["connection_id"]
    key_file = site.data_dir / "encryption_keys"
    before = key_file.read_text()
    ada.call("POST", f"/connections/{talk}/messages", expect=201, json={"text": "Before."})

    site.run("rotate-keys")
    ada.call("POST", f"/connections/{talk}/messages", expect=201, json={"text": "After."})

    said = [message["text"] for message in ben.get(f"/connections/{talk}/messages")["items"]]
    assert said == ["After.", "Before."]
    assert ben.get(f"/connections/{talk}")["reason"] == reason
    assert len(key_file.read_text().splitlines()) == len(before.splitlines()) + 1
    assert key_file.stat().st_mode & 0o777 == 0o600
    assert key_file.parent.stat().st_mode & 0o777 == 0o700
