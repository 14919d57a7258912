"""The main job over the network: two people join, find each other, and are connected by a reason."""

from tests.server.person import REASON, Person

TEMPLATE = "Hi, I came across your profile and I would like to add you to my professional network. Let us connect!"


def two_people_are_connected(url: str) -> None:
    """Everything that two people do, on the site at this address, until they write to each other."""
    ada, grace = Person(url, "Ada"), Person(url, "Grace")
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
