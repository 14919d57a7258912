"""Who may do what: one row for every route, read by `test_authorisation.py`.

A new page or call needs a row in `ROWS`: its method and path, its access level, and who of those whom the level lets in
finds anything there; left out, that is everyone. What is about another member is about Grace: `{member_id}` is hers,
`{request_id}` and `{connection_id}` are between the caller and her (between her and somebody else for those who have
none), and `{statement_id}`, `{session_id}` and the like are her own. Who finds something may depend on what became of
her: `SEES` and its neighbours below say it by `State`. Where an answer needs a body or a query, give one that would be
taken.
"""

from enum import StrEnum
from typing import Any
from uuid import UUID

import msgspec

from api.authentication import Access
from web.static_files import static


class Caller(StrEnum):
    """Who calls, by what they are to Grace."""

    NOBODY = "nobody"
    EXPIRED = "expired"
    """Signed in once; the session or token has run out."""
    NARROW = "wrong scope"
    """With a token whose scopes are all but the one that is needed; the API alone knows scopes."""
    STRANGER = "stranger"
    SAME = "same purpose"
    SENDER = "sender"
    RECIPIENT = "recipient"
    CONNECTED = "connected"
    FORMER = "formerly connected"
    BLOCKED = "blocked"
    """Grace blocked them, after they had asked her."""
    BLOCKING = "blocking"
    """They blocked Grace, after she had asked them."""
    SUSPENDED = "suspended"
    MODERATOR = "moderator"
    GRACE = "herself"


class State(StrEnum):
    """What became of Grace."""

    THERE = "there"
    PAUSED = "paused"
    SUSPENDED = "suspended"
    ERASED = "erased"
    NEVER = "never existed"


Who = dict[State, frozenset[Caller]]

C = Caller
ALL = frozenset(Caller)
NOBODY = dict.fromkeys(State, frozenset[Caller]())


def _who(there: set[Caller], paused: set[Caller] | None = None, **others: set[Caller]) -> Who:
    states = {State.THERE: there, State.PAUSED: there if paused is None else paused}
    states |= {State[name.upper()]: callers for name, callers in others.items()}
    return NOBODY | {state: frozenset(callers) for state, callers in states.items()}


MEMBERS = _who(*[set(ALL)] * 2, suspended=set(ALL), erased=set(ALL), never=set(ALL))

_TIED = {C.SENDER, C.RECIPIENT, C.CONNECTED}
_SUSPENDED_SEES_HERSELF = {C.GRACE}
SEES = _who({C.SAME, C.FORMER, C.GRACE, *_TIED}, {C.GRACE, *_TIED}, suspended=_SUSPENDED_SEES_HERSELF)
SEES_ANOTHER = _who({C.SAME, C.FORMER, *_TIED}, _TIED)
LISTED = _who({C.SAME}, set())
"""Whose match list shows her."""

# What hides her from those who know her changes nothing: her block, a suspension and leaving are alike.
HAD_TO_DO = {C.FORMER, C.BLOCKED, C.BLOCKING, *_TIED}
MAY_BLOCK = _who({C.SAME, *HAD_TO_DO}, HAD_TO_DO, suspended=HAD_TO_DO, erased=HAD_TO_DO)
MAY_UNBLOCK = _who({C.BLOCKING}, suspended={C.BLOCKING}, erased={C.BLOCKING})

# Whoever blocked her may report her still. She is told that it is herself, where she sees herself.
MAY_REPORT = _who(
    {C.BLOCKING, *SEES[State.THERE]},
    {C.BLOCKING, *SEES[State.PAUSED]},
    suspended={C.BLOCKING},
    erased={C.BLOCKING},
)
MAY_REPORT_WORDS = _who(set(SEES[State.THERE]), set(SEES[State.PAUSED]))
"""Words alone are reported by who reads them: they would else tell somebody who is kept apart that they stand."""
# What one received can be reported whatever became of the other; a message of one's own is told to be that.
_HAD_REQUEST = {C.BLOCKING, C.BLOCKED, C.FORMER, C.GRACE, *_TIED}
HAD_REQUEST = _who(_HAD_REQUEST, suspended=_HAD_REQUEST, erased=_HAD_REQUEST)
_HAD_MESSAGE = {C.CONNECTED, C.GRACE}
HAD_MESSAGE = _who(_HAD_MESSAGE, suspended=_HAD_MESSAGE, erased=_HAD_MESSAGE)
JUDGED = _who({C.MODERATOR}, suspended={C.MODERATOR}, erased={C.MODERATOR})

# A sender reads their own request whatever became of Grace, and whether or not she blocked them: that must not show.
_SENT = {C.SENDER, C.BLOCKED, C.CONNECTED, C.FORMER}
_SENT_BY_GRACE_TO = {C.RECIPIENT}
PARTIES = _who({*_SENT, *_SENT_BY_GRACE_TO, C.GRACE}, suspended=_SENT, erased=_SENT)
AS_SENDER = _who(_SENT, suspended=_SENT, erased=_SENT)
AS_RECIPIENT = _who({*_SENT_BY_GRACE_TO, C.GRACE})
CONNECTION = _who({C.CONNECTED, C.GRACE})
CONNECTED = _who({C.CONNECTED})

_HAS_HOBBY = set(ALL) - {C.STRANGER, C.MODERATOR}
HAS_HOBBY = _who(*[_HAS_HOBBY] * 2, suspended=_HAS_HOBBY, erased=_HAS_HOBBY, never=_HAS_HOBBY)
"""What whoever has her purpose on finds, whatever became of her."""

OWN = _who({C.GRACE}, suspended={C.GRACE})
"""What only its owner finds."""


class Row(msgspec.Struct, frozen=True):
    """What a route should answer to whom."""

    access: Access
    who: Who = msgspec.field(default_factory=lambda: MEMBERS)
    params: dict[str, str] = {}
    query: str = ""
    body: Any = None
    """JSON for calls, fields for pages; `{name}` stands for the id of that name."""


ANYONE, SIGNED_IN, MEMBER, MODERATOR = Access.ANYONE, Access.SIGNED_IN, Access.MEMBER, Access.MODERATOR
_REASON = "Your kitchen table full of clocks would not leave my mind. Does each of them tick at its own pace?"
_REQUEST = {
    "recipient_id": "{member_id}",
    "purpose": "hobby",
    "anchor": {"kind": "statement", "id": "{statement_id}"},
    "reason": _REASON,
}
_WEBHOOK = {"url": "https://hooks.example.org/new", "kinds": ["message.received"]}
_NO_TOKEN = {"token": "a-token-that-nobody-was-ever-sent"}
_SCAM = {"category": "scam", "block": "yes"}
_WORDS = {"text": "Which clock was your first?"}

ROWS: dict[str, Row | list[Row]] = {
    # What anyone may open.
    "GET /": Row(ANYONE),
    "POST /": Row(ANYONE),
    "GET /accessibility": Row(ANYONE),
    "GET /api/docs": Row(ANYONE),
    "GET /api/v1/openapi.json": Row(ANYONE),
    "GET /api/v1/places": Row(ANYONE),
    "GET /api/v1/purposes": Row(ANYONE),
    "GET /healthz": Row(ANYONE),
    "GET /readyz": Row(ANYONE),
    "GET /how-matching-works": Row(ANYONE),
    "GET /how-reasons-are-judged": Row(ANYONE),
    "GET /privacy": Row(ANYONE),
    "GET /safety": Row(ANYONE),
    "GET /rules": Row(ANYONE),
    "GET /problems": Row(ANYONE),
    "GET /problems/{code}": Row(ANYONE, params={"code": "not-found"}),
    "GET /static/{name}": Row(ANYONE, params={"name": static("css/tokens.css").removeprefix("/static/")}),
    "GET /offline": Row(ANYONE),
    "GET /service-worker.js": Row(ANYONE),
    "GET /style": Row(ANYONE),
    "GET /.well-known/security.txt": Row(ANYONE),
    # Joining and signing in.
    "POST /api/v1/accounts": Row(ANYONE, body={}),
    "POST /api/v1/tokens": Row(ANYONE, body={}),
    "GET /join": Row(ANYONE),
    "POST /join": Row(ANYONE),
    "POST /look-around": Row(ANYONE, NOBODY),
    "GET /sign-in": Row(ANYONE),
    "POST /sign-in": Row(ANYONE),
    "GET /sign-in/code": Row(ANYONE),
    "POST /sign-in/code": Row(ANYONE),
    "POST /sign-in/passkey/options": Row(ANYONE),
    "POST /sign-in/passkey": Row(ANYONE),
    "POST /sign-out": Row(ANYONE),
    "GET /confirm": Row(ANYONE),
    "POST /confirm": Row(ANYONE),
    "POST /confirm/again": Row(ANYONE),
    "POST /join/passkey/options": Row(ANYONE),
    "POST /confirm/passkey/options": Row(ANYONE),
    "POST /confirm/passkey": Row(ANYONE),
    "GET /confirm/{token}": Row(ANYONE, params=_NO_TOKEN),
    "GET /look-in-your-mail": Row(ANYONE),
    "GET /forgot": Row(ANYONE),
    "POST /forgot": Row(ANYONE),
    "GET /reset": Row(ANYONE),
    "POST /reset": Row(ANYONE),
    "POST /reset/again": Row(ANYONE),
    "GET /reset/{token}": Row(ANYONE, params=_NO_TOKEN),
    "GET /sign-in/link": Row(ANYONE),
    "POST /sign-in/link": Row(ANYONE),
    "GET /sign-in/link/open": Row(ANYONE),
    "POST /sign-in/link/open": Row(ANYONE),
    "POST /sign-in/link/open/again": Row(ANYONE),
    "GET /sign-in/link/{token}": Row(ANYONE, params=_NO_TOKEN),
    "GET /undo": Row(ANYONE),
    "POST /undo": Row(ANYONE),
    "GET /undo/{token}": Row(ANYONE, params=_NO_TOKEN),
    "GET /leaving": Row(ANYONE),
    "POST /leaving/now": Row(ANYONE),
    "POST /leaving/stay": Row(ANYONE),
    "GET /sign-in/again": Row(SIGNED_IN),
    "POST /sign-in/again": Row(SIGNED_IN),
    "POST /sign-in/again/options": Row(SIGNED_IN),
    "POST /sign-in/again/passkey": Row(SIGNED_IN),
    # One's own account.
    "GET /api/v1/me": Row(SIGNED_IN),
    "PATCH /api/v1/me": Row(MEMBER, body={}),
    "DELETE /api/v1/me": Row(SIGNED_IN, body={"password": "not theirs"}),
    "GET /api/v1/me/purposes": Row(SIGNED_IN),
    "PUT /api/v1/me/purposes/{purpose}": Row(MEMBER),
    "DELETE /api/v1/me/purposes/{purpose}": Row(SIGNED_IN),
    "GET /api/v1/me/statements": Row(SIGNED_IN),
    "POST /api/v1/me/statements": Row(MEMBER, body={}),
    "GET /api/v1/me/statements/{statement_id}": Row(SIGNED_IN, OWN),
    "PATCH /api/v1/me/statements/{statement_id}": Row(MEMBER, OWN, body={}),
    "DELETE /api/v1/me/statements/{statement_id}": Row(SIGNED_IN, OWN),
    "GET /api/v1/tokens": Row(SIGNED_IN),
    "DELETE /api/v1/tokens/{token_id}": Row(SIGNED_IN, OWN),
    "GET /home": Row(MEMBER),
    "GET /first-words": Row(MEMBER),
    "GET /first-words/{purpose}": Row(MEMBER),
    "POST /first-words/{purpose}": Row(MEMBER),
    "GET /me": Row(SIGNED_IN),
    "GET /me/meeting": Row(MEMBER),
    "POST /me/meeting": Row(MEMBER),
    "GET /me/name": Row(MEMBER),
    "POST /me/name": Row(MEMBER),
    "GET /me/pace": Row(MEMBER),
    "POST /me/pace": Row(MEMBER),
    "GET /me/place": Row(MEMBER),
    "POST /me/place": Row(MEMBER),
    "GET /me/purposes": Row(MEMBER),
    "GET /me/purposes/{purpose}/on": Row(MEMBER),
    "POST /me/purposes/{purpose}/on": Row(MEMBER),
    "GET /me/purposes/{purpose}/off": Row(SIGNED_IN),
    "POST /me/purposes/{purpose}/off": Row(SIGNED_IN),
    "GET /me/statements/new/{purpose}": Row(MEMBER),
    "POST /me/statements/new/{purpose}": Row(MEMBER),
    "GET /me/statements/{statement_id}": Row(MEMBER, OWN),
    "POST /me/statements/{statement_id}": Row(MEMBER, OWN),
    "GET /me/statements/{statement_id}/delete": Row(SIGNED_IN, OWN),
    "POST /me/statements/{statement_id}/delete": Row(SIGNED_IN, OWN),
    "GET /settings": Row(SIGNED_IN),
    "GET /settings/sign-in": Row(SIGNED_IN),
    "POST /settings/sign-in/everywhere/end": Row(SIGNED_IN),
    "GET /settings/sign-in/password": Row(SIGNED_IN),
    "POST /settings/sign-in/password": Row(SIGNED_IN),
    "GET /settings/sign-in/passkeys/new": Row(SIGNED_IN),
    "POST /settings/sign-in/passkeys/new": Row(SIGNED_IN),
    "POST /settings/sign-in/passkeys/options": Row(SIGNED_IN),
    # Everyone is asked first who they are; that nobody removes another's is held in test_passkeys.py.
    "POST /settings/sign-in/passkeys/{passkey_id}/remove": Row(SIGNED_IN, params={"passkey_id": str(UUID(int=0))}),
    "GET /settings/sign-in/app": Row(SIGNED_IN),
    "POST /settings/sign-in/app": Row(SIGNED_IN),
    "POST /settings/sign-in/app/confirm": Row(SIGNED_IN),
    "POST /settings/sign-in/app/off": Row(SIGNED_IN),
    "POST /settings/sign-in/recovery-codes": Row(SIGNED_IN),
    "GET /api/v1/me/export": Row(SIGNED_IN),
    "GET /settings/export": Row(SIGNED_IN),
    "GET /api/v1/me/webhooks": Row(SIGNED_IN),
    "POST /api/v1/me/webhooks": Row(MEMBER, body=_WEBHOOK),
    "GET /api/v1/me/webhooks/{webhook_id}": Row(SIGNED_IN, OWN),
    "PATCH /api/v1/me/webhooks/{webhook_id}": Row(MEMBER, OWN, body={"kinds": ["message.received"]}),
    "DELETE /api/v1/me/webhooks/{webhook_id}": Row(SIGNED_IN, OWN),
    "POST /api/v1/me/webhooks/{webhook_id}/secret": Row(MEMBER, OWN),
    "POST /api/v1/me/webhooks/{webhook_id}/test": Row(MEMBER, OWN),
    "GET /api/v1/me/webhooks/{webhook_id}/deliveries": Row(SIGNED_IN, OWN),
    "GET /api/v1/me/webhooks/{webhook_id}/deliveries/{delivery_id}": Row(SIGNED_IN, OWN),
    "POST /api/v1/me/webhooks/{webhook_id}/deliveries/{delivery_id}/resending": Row(MEMBER, OWN),
    "POST /settings/export/data": Row(SIGNED_IN),
    "POST /settings/export/page": Row(SIGNED_IN),
    "GET /me/seen": Row(SIGNED_IN),
    "GET /settings/email": Row(SIGNED_IN),
    "POST /settings/email": Row(SIGNED_IN),
    "GET /settings/email/confirm": Row(SIGNED_IN),
    "POST /settings/email/confirm": Row(SIGNED_IN),
    "GET /settings/email/{token}": Row(ANYONE, params=_NO_TOKEN),
    "GET /settings/delete": Row(SIGNED_IN),
    "POST /settings/delete": Row(SIGNED_IN),
    "POST /settings/sessions/others/end": Row(SIGNED_IN),
    "POST /settings/sessions/{session_id}/end": Row(SIGNED_IN, OWN),
    "POST /settings/texts/{text_id}/delete": Row(SIGNED_IN, OWN),
    "GET /settings/webhooks": Row(SIGNED_IN),
    "GET /settings/webhooks/new": Row(MEMBER),
    "POST /settings/webhooks/new": Row(MEMBER, body=_WEBHOOK),
    "GET /settings/webhooks/{webhook_id}": Row(SIGNED_IN, OWN),
    "GET /settings/webhooks/{webhook_id}/change": Row(MEMBER, OWN),
    "POST /settings/webhooks/{webhook_id}/change": Row(MEMBER, OWN, body=_WEBHOOK),
    "POST /settings/webhooks/{webhook_id}/off": Row(MEMBER, OWN),
    "POST /settings/webhooks/{webhook_id}/on": Row(MEMBER, OWN),
    "POST /settings/webhooks/{webhook_id}/secret": Row(MEMBER, OWN),
    "POST /settings/webhooks/{webhook_id}/test": Row(MEMBER, OWN),
    "POST /settings/webhooks/{webhook_id}/delete": Row(SIGNED_IN, OWN),
    "POST /settings/webhooks/{webhook_id}/deliveries/{delivery_id}/again": Row(MEMBER, OWN),
    "GET /settings/tokens/new": Row(SIGNED_IN),
    "POST /settings/tokens/new": Row(SIGNED_IN),
    "POST /settings/tokens/{token_id}/revoke": Row(SIGNED_IN, OWN),
    # Other members.
    "GET /api/v1/members/{member_id}": Row(MEMBER, SEES),
    "GET /members/{member_id}": Row(MEMBER, SEES),
    "GET /api/v1/matches": Row(MEMBER, query="?purpose=hobby"),
    "GET /api/v1/matches/{member_id}": Row(MEMBER, LISTED, query="?purpose=hobby"),
    "PUT /api/v1/matches/{member_id}/state": Row(MEMBER, SEES_ANOTHER, body={"state": "later"}),
    "DELETE /api/v1/matches/{member_id}/state": Row(MEMBER),
    "GET /api/v1/map": Row(MEMBER, HAS_HOBBY, query="?purpose=hobby"),
    "GET /map": Row(MEMBER),
    "GET /map/{purpose}": Row(MEMBER, HAS_HOBBY),
    "GET /matches": Row(MEMBER),
    "GET /matches/{purpose}": Row(MEMBER),
    "POST /matches/{purpose}": Row(MEMBER, SEES_ANOTHER, body={"member_id": "{member_id}", "choice": "later"}),
    "GET /matches/{purpose}/{member_id}": Row(MEMBER, LISTED),
    # Asking to connect.
    "POST /api/v1/reason-checks": Row(MEMBER, SEES_ANOTHER, body=_REQUEST),
    "POST /api/v1/connection-requests": Row(MEMBER, SEES_ANOTHER, body=_REQUEST),
    "GET /members/{member_id}/request": Row(MEMBER, SEES_ANOTHER),
    "POST /members/{member_id}/request": Row(
        MEMBER, SEES_ANOTHER, body={"purpose": "hobby", "reason": _REASON, "anchor": "{statement_id}", "do": "check"}
    ),
    "GET /members/{member_id}/request/draft": Row(MEMBER),  # leads on, looks nothing up
    "POST /members/{member_id}/request/draft": Row(MEMBER, SEES_ANOTHER, body={"purpose": "hobby", "reason": _REASON}),
    "GET /conversations/{connection_id}/draft": Row(MEMBER),  # leads on, looks nothing up
    "POST /conversations/{connection_id}/draft": Row(MEMBER, CONNECTION, body={"text": "Good"}),
    "GET /drafts": Row(MEMBER),
    "GET /drafts/{draft_id}": Row(MEMBER, params={"draft_id": str(UUID(int=7))}),  # leads on, looks nothing up
    "POST /drafts/{draft_id}": Row(MEMBER, NOBODY, params={"draft_id": str(UUID(int=7))}),
    "GET /api/v1/reason-drafts": Row(MEMBER),
    "PUT /api/v1/reason-drafts/{member_id}/{purpose}": Row(
        MEMBER, SEES_ANOTHER, params={"purpose": "hobby"}, body={"reason": _REASON}
    ),
    "DELETE /api/v1/reason-drafts/{member_id}/{purpose}": Row(MEMBER, params={"purpose": "hobby"}),
    "GET /api/v1/message-drafts": Row(MEMBER),
    "PUT /api/v1/message-drafts/{connection_id}": Row(MEMBER, CONNECTION, body={"text": "Good"}),
    "DELETE /api/v1/message-drafts/{connection_id}": Row(MEMBER),
    "GET /api/v1/quiet-conversations": Row(MEMBER),
    "PUT /api/v1/connections/{connection_id}/put-off": Row(MEMBER, CONNECTION),
    "GET /api/v1/connection-requests": Row(MEMBER, query="?box=sent"),
    "GET /api/v1/me/slots": Row(MEMBER),
    "GET /api/v1/me/quotas": Row(MEMBER),
    "GET /me/quotas": Row(MEMBER),
    "GET /requests": Row(MEMBER),
    "GET /api/v1/connection-requests/{request_id}": Row(MEMBER, PARTIES),
    "POST /api/v1/connection-requests/{request_id}/acceptance": Row(MEMBER, AS_RECIPIENT),
    "POST /api/v1/connection-requests/{request_id}/refusal": Row(MEMBER, AS_RECIPIENT),
    "POST /api/v1/connection-requests/{request_id}/question": Row(MEMBER, AS_RECIPIENT, body=_WORDS),
    "POST /api/v1/connection-requests/{request_id}/reopening": Row(MEMBER, AS_RECIPIENT),
    "POST /api/v1/connection-requests/{request_id}/answer": Row(MEMBER, AS_SENDER, body=_WORDS),
    "POST /api/v1/connection-requests/{request_id}/withdrawal": Row(MEMBER, AS_SENDER),
    "PUT /api/v1/connection-requests/{request_id}/later": Row(MEMBER, AS_RECIPIENT),
    "DELETE /api/v1/connection-requests/{request_id}/later": Row(MEMBER, AS_RECIPIENT),
    "GET /requests/waiting": Row(MEMBER),
    "GET /requests/{request_id}": Row(MEMBER, PARTIES),
    "GET /requests/{request_id}/{step}": Row(MEMBER, params={"step": "answer"}),  # leads on, looks nothing up
    "POST /requests/{request_id}/{step}": [
        Row(MEMBER, AS_RECIPIENT, params={"step": "acceptance"}),
        Row(MEMBER, AS_RECIPIENT, params={"step": "refusal"}),
        Row(MEMBER, AS_RECIPIENT, params={"step": "question"}, body={"question": _WORDS["text"]}),
        Row(MEMBER, AS_RECIPIENT, params={"step": "reopening"}),
        Row(MEMBER, AS_RECIPIENT, params={"step": "later"}),
        Row(MEMBER, AS_RECIPIENT, params={"step": "now"}),
        Row(MEMBER, AS_SENDER, params={"step": "answer"}, body={"answer": _WORDS["text"]}),
        Row(MEMBER, AS_SENDER, params={"step": "withdrawal"}),
        Row(MEMBER, NOBODY, params={"step": "nothing"}),
    ],
    # Being connected.
    "GET /api/v1/connections": Row(MEMBER),
    "GET /api/v1/connections/{connection_id}": Row(MEMBER, CONNECTION),
    "PATCH /api/v1/connections/{connection_id}": Row(MEMBER, CONNECTION, body={"note": "Met at the fair."}),
    "DELETE /api/v1/connections/{connection_id}": Row(MEMBER, CONNECTION),
    "GET /api/v1/connections/{connection_id}/messages": Row(MEMBER, CONNECTION),
    "POST /api/v1/connections/{connection_id}/messages": Row(MEMBER, CONNECTION, body={"text": "Good morning."}),
    "POST /api/v1/connections/{connection_id}/messages/{message_id}/reminder": Row(MEMBER, CONNECTED),
    "GET /conversations": Row(MEMBER),
    "GET /conversations/{connection_id}": Row(MEMBER, CONNECTION),
    "POST /conversations/{connection_id}": Row(MEMBER, CONNECTION, body={"text": "Good morning."}),
    "GET /conversations/{connection_id}/end": Row(MEMBER, CONNECTION),
    "POST /conversations/{connection_id}/end": Row(MEMBER, CONNECTION),
    "POST /conversations/{connection_id}/messages/{message_id}/reminder": Row(MEMBER, CONNECTED),
    "POST /conversations/{connection_id}/quiet": Row(MEMBER, CONNECTION),
    "GET /conversations/{connection_id}/note": Row(MEMBER),  # leads on, looks nothing up
    "POST /conversations/{connection_id}/note": Row(MEMBER, CONNECTION, body={"note": "Met at the fair."}),
    # What is new.
    "GET /api/v1/events": Row(MEMBER),
    "GET /events": Row(MEMBER),
    "GET /events/counts": Row(MEMBER),
    # Staying safe.
    "GET /api/v1/blocks": Row(MEMBER),
    "PUT /api/v1/blocks/{member_id}": Row(MEMBER, MAY_BLOCK),
    "DELETE /api/v1/blocks/{member_id}": Row(MEMBER, MAY_UNBLOCK),
    "GET /blocks": Row(MEMBER),
    "POST /blocks/{member_id}/removal": Row(MEMBER, MAY_UNBLOCK),
    "GET /members/{member_id}/block": Row(MEMBER, SEES),
    "POST /members/{member_id}/block": Row(MEMBER, SEES_ANOTHER),
    "GET /api/v1/reports": Row(MEMBER),
    "POST /api/v1/reports": Row(
        MEMBER, MAY_REPORT, body={"target": {"kind": "member", "id": "{member_id}"}, "category": "scam"}
    ),
    "GET /reports": Row(MEMBER),
    "GET /report/{target_id}": [
        Row(MEMBER, MAY_REPORT, params={"target_id": "{member_id}"}, query="?kind=member"),
        Row(MEMBER, MAY_REPORT_WORDS, params={"target_id": "{statement_id}"}, query="?kind=statement"),
        Row(MEMBER, HAD_REQUEST, params={"target_id": "{request_id}"}, query="?kind=request"),
        Row(MEMBER, HAD_MESSAGE, params={"target_id": "{message_id}"}, query="?kind=message"),
        Row(MEMBER, NOBODY, params={"target_id": "{member_id}"}, query="?kind=nothing"),
    ],
    "POST /report/{target_id}": [
        Row(MEMBER, MAY_REPORT, params={"target_id": "{member_id}"}, query="?kind=member", body=_SCAM),
        Row(MEMBER, MAY_REPORT_WORDS, params={"target_id": "{statement_id}"}, query="?kind=statement", body=_SCAM),
        Row(MEMBER, HAD_REQUEST, params={"target_id": "{request_id}"}, query="?kind=request", body=_SCAM),
        Row(MEMBER, HAD_MESSAGE, params={"target_id": "{message_id}"}, query="?kind=message", body=_SCAM),
    ],
    "GET /notices": Row(SIGNED_IN),
    "GET /notices/{notice_id}": Row(SIGNED_IN, OWN),
    "POST /notices/{notice_id}": Row(SIGNED_IN, OWN, body={"words": "It was a joke."}),
    # Saying that a finding is wrong.
    "POST /api/v1/reason-checks/disagreements": Row(MEMBER, body={"code": "template"}),
    "GET /api/v1/reason-checks/disagreements": Row(SIGNED_IN),
    "DELETE /api/v1/reason-checks/disagreements/{text_id}": Row(SIGNED_IN, OWN),
    # What moderators see.
    "GET /moderation": Row(MODERATOR),
    "GET /moderation/outbox": Row(MODERATOR),
    "GET /moderation/audit": Row(MODERATOR),
    "GET /moderation/reports": Row(MODERATOR),
    "GET /moderation/reports/{case_id}": Row(MODERATOR, JUDGED),
    "POST /moderation/reports/{case_id}": Row(MODERATOR, JUDGED, body={"do": "take"}),
    "GET /api/v1/moderation/disagreement-texts": Row(MODERATOR),
    "GET /api/v1/moderation/findings": Row(MODERATOR),
}
