"""The main job over the network: two people join, find each other, and are connected by a reason."""

import pytest

from tests.running_site import RunningSite
from tests.server.person import REASON, Person

pytestmark = pytest.mark.server

TEMPLATE = "Hi, I came across your profile and I would like to add you to my professional network. Let us connect!"


def test_two_people_are_connected_by_a_reason(site: RunningSite) -> None:
    ada, grace = Person(site.url, "Ada"), Person(site.url, "Grace")
    mine = ada.states("I want to learn to carve wooden spoons", role="seeking")
    theirs = grace.states("I carve spoons and bowls from windfall apple wood")

    [match] = [one for one in ada.get("/matches?purpose=hobby")["items"] if one["member"]["id"] == grace.id]
    [reason] = match["reasons"]
    assert reason["kind"] == "they_offer"
    assert reason["mine"]["id"] == mine
    assert {key: reason["theirs"][key] for key in ("id", "role", "text")} == {
        "id": theirs, "role": "about", "text": "I carve spoons and bowls from windfall apple wood",
    }  # fmt: skip
    assert ada.get(f"/matches/{grace.id}?purpose=hobby")["match"] == match
    assert match["strength"] in {"strong", "good", "some"}
    assert ada.id in [one["member"]["id"] for one in grace.get("/matches?purpose=hobby")["items"]]

    draft = ada.request_for(grace, theirs, TEMPLATE)
    refused = ada.call("POST", "/connection-requests", expect=422, json=draft)
    assert refused["type"] == "/problems/reason-refused"
    assert "template" in [finding["code"] for finding in refused["findings"]]
    assert ada.get("/me/slots")["open"] == 0

    assert ada.call("POST", "/reason-checks", expect=200, json=ada.request_for(grace, theirs))["sendable"]
    sent = ada.call("POST", "/connection-requests", expect=201, json=ada.request_for(grace, theirs))
    assert sent["state"] == "pending"
    path = f"/connection-requests/{sent['id']}"

    [received] = grace.get("/connection-requests?box=received")["items"]
    assert received["reason"] == REASON
    asked = grace.call("POST", f"{path}/question", expect=201, json={"text": "Is the tree an old variety?"})
    assert asked["state"] == "asked"
    answered = ada.call("POST", f"{path}/answer", expect=201, json={"text": "A Bramley, about sixty years old."})
    assert answered["state"] == "pending"
    accepted = grace.call("POST", f"{path}/acceptance", expect=201)
    assert accepted["state"] == "accepted"

    connection = accepted["connection_id"]
    ada.call("POST", f"/connections/{connection}/messages", expect=201, json={"text": "Shall I post the wood?"})
    grace.call("POST", f"/connections/{connection}/messages", expect=201, json={"text": "Please do."})
    texts = [message["text"] for message in ada.get(f"/connections/{connection}/messages")["items"]]
    assert texts == ["Please do.", "Shall I post the wood?"]
    assert grace.get(f"/connections/{connection}")["reason"] == REASON


def test_nobody_else_sees_any_of_it(site: RunningSite) -> None:
    ada, grace, eve = (Person(site.url, name) for name in ("Ada", "Grace", "Eve"))
    theirs = grace.states("I carve spoons and bowls from windfall apple wood")
    ada.states("Spoon carving")
    eve.states("I breed racing pigeons")
    sent = ada.call("POST", "/connection-requests", expect=201, json=ada.request_for(grace, theirs))

    unknown = eve.call("GET", "/connection-requests/00000000-0000-4000-8000-000000000000", expect=404)

    assert eve.call("GET", f"/connection-requests/{sent['id']}", expect=404) == unknown
    assert eve.call("POST", f"/connection-requests/{sent['id']}/acceptance", expect=404) == unknown
