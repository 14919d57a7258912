"""What goes in and what comes back, for the calls that most programs start with."""

from typing import Any

import msgspec

from api.matching.considered import NOT_USED, USED

Json = dict[str, Any]

_ADA = "0b8e6f2c-6f1d-4c8e-9a51-0a6d5e0f7c11"
_BEN = "5d1f9b6e-2f43-4a0c-8d8a-3c1f6c2b7e22"
_MINE = "7c3a1d84-91f5-4f0b-b7de-58a20c4e9d33"
_THEIRS = "e2b7c590-4d6a-4b1e-8f3c-1d9a7f60ab44"
_REQUEST = "3f6d8a17-c2e4-4d95-a07b-6b8e1f2d5c55"
_NOW = "2030-03-01T18:20:00Z"
_SAID = "I carve spoons from green wood, and nobody near me does."
_REASON = (
    "You carve spoons from green wood on your own. So do I, and my birch keeps splitting at the neck. "
    "Shall we compare how we let ours dry? I can show you my hook knives."
)


class CallExample(msgspec.Struct, frozen=True):
    """A call: the body, the reply when it is done, and problems that are worth showing."""

    body: Json | None = None
    reply: Json | None = None
    problems: tuple[Json, ...] = ()


def _member(member_id: str, name: str) -> Json:
    return {"id": member_id, "display_name": name, "pronouns": None, "place": None, "meets": "online_first"}


def _problem(code: str, title: str, status: int, detail: str, **more: Any) -> Json:
    return {"type": f"/problems/{code}", "title": title, "status": status, "detail": detail, "errors": [], **more}


_DRAFT: Json = {
    "recipient_id": _BEN,
    "purpose": "hobby",
    "anchor": {"kind": "statement", "id": _THEIRS},
    "reason": _REASON,
}
_TEMPLATE: Json = {
    "code": "template",
    "severity": "refuse",
    "start": 0,
    "end": 41,
    "message": "These words could be sent to anyone. Nothing here is about this person yet.",
    "suggestion": "What did they write that you would like to talk about?",
}
_READ: Json = {
    "id": _REQUEST,
    "sender": _member(_ADA, "Ada"),
    "recipient": _member(_BEN, "Ben"),
    "purpose": "hobby",
    "anchor": {"kind": "statement", "id": _THEIRS, "text": _SAID, "where": None},
    "reason": _REASON,
    "state": "pending",
    "rounds": 0,
    "created_at": _NOW,
    "expires_at": "2030-03-31T18:20:00Z",
    "history": [{"kind": "sent", "by_me": True, "text": None, "at": _NOW}],
    "connection_id": None,
    "can": [],
}

_MATCH: Json = {
    "member": _member(_BEN, "Ben"),
    "purpose": "hobby",
    "strength": "strong",
    "reasons": [
        {
            "kind": "shared",
            "closeness": "close",
            "mine": {
                "id": _MINE,
                "role": "about",
                "text": "I whittle spoons, mostly birch.",
                "language": "en",
                "marks": [[2, 16]],
            },
            "theirs": {"id": _THEIRS, "role": "about", "text": _SAID, "language": "en", "marks": [[2, 14]]},
        }
    ],
}

EXAMPLES: dict[str, CallExample] = {
    "CreateAccount": CallExample(
        body={
            "email": "ada@example.org",
            "password": "a lantern over nine quiet harbours",
            "display_name": "Ada",
            "over_18": True,
        },
        reply={"next": "sign_in"},
    ),
    "CreateToken": CallExample(
        body={
            "email": "ada@example.org",
            "password": "a lantern over nine quiet harbours",
            "name": "my script",
            "scopes": ["profile", "matches"],
            "expires_in_days": 30,
        },
        reply={
            "id": "c41e7d90-5a2b-4f68-9d13-7e0b6a8f2c66",
            "token": "whf_…",
            "scopes": ["profile", "matches"],
            "expires_at": "2030-03-31T18:20:00Z",
        },
        problems=(
            _problem(
                "wrong-credentials",
                "That did not match",
                401,
                "The e-mail address or the password is not right. Check both and try again.",
            ),
        ),
    ),
    "SwitchOnPurpose": CallExample(
        body={"consent": "2026-11-22"},
        reply={
            "purpose": "belief",
            "switched_on_at": _NOW,
            "consent_version": "2026-11-22",
            "consent_given_at": _NOW,
        },
        problems=(
            _problem(
                "consent-needed",
                "Your consent is needed first",
                422,
                "Read the consent text of this purpose as it is today, and send its version as `consent`.",
                consent_version="2026-11-22",
            ),
        ),
    ),
    "AddStatement": CallExample(
        body={"purpose": "hobby", "role": "about", "text": _SAID, "audience": "purpose"},
        reply={
            "id": _MINE,
            "purpose": "hobby",
            "role": "about",
            "text": _SAID,
            "audience": "purpose",
            "created_at": _NOW,
            "updated_at": _NOW,
            "language": "en",
            "read_well": True,
        },
    ),
    "Matches": CallExample(
        reply={
            "items": [
                _MATCH,
            ],
            "next": None,
        },
        problems=(
            _problem(
                "purpose-off",
                "This purpose is switched off",
                409,
                "You have not switched this purpose on. Switch it on first.",
            ),
        ),
    ),
    "Match": CallExample(reply={"match": _MATCH, "used": list(USED), "not_used": list(NOT_USED)}),
    "CheckReason": CallExample(
        body=_DRAFT | {"reason": "I'd like to add you to my personal network. Hope to hear from you very soon!"},
        reply={"sendable": False, "findings": [_TEMPLATE]},
    ),
    "SendConnectionRequest": CallExample(
        body=_DRAFT,
        reply=_READ,
        problems=(
            _problem(
                "reason-refused",
                "This reason cannot be sent as it is",
                422,
                "Something in your reason has to change first. Nothing was sent, and nothing was used up.",
                findings=[_TEMPLATE],
            ),
        ),
    ),
    "RefuseConnectionRequest": CallExample(body={"sentence": "Thank you. I have no time for more just now."}),
    "AskAboutConnectionRequest": CallExample(body={"text": "How long do you let yours dry?"}),
    "SendMessage": CallExample(
        body={"text": "Mine dry for two weeks in a paper bag. And yours?"},
        reply={
            "id": "9a5c0e3b-1f72-4d8c-b6e9-2a4f7d1c8b77",
            "author_id": _ADA,
            "text": "Mine dry for two weeks in a paper bag. And yours?",
            "created_at": _NOW,
        },
    ),
    "Report": CallExample(
        body={
            "target": {"kind": "message", "id": "9a5c0e3b-1f72-4d8c-b6e9-2a4f7d1c8b77"},
            "category": "connected_then_pitched",
            "words": "We connected to talk about spoons.",
            "block": False,
        },
        reply={
            "id": "6d2b9f04-7c1e-4a35-8f60-b1e9d3c7a588",
            "target": {"kind": "message", "id": "9a5c0e3b-1f72-4d8c-b6e9-2a4f7d1c8b77"},
            "category": "connected_then_pitched",
            "state": "waiting",
            "outcome": None,
            "created_at": _NOW,
            "decided_at": None,
        },
    ),
}
