"""Who may do what: one row for every route, read by `test_authorisation.py`.

A new page or call needs a row in `ROWS`: its method and path, its access level, and who of those whom the level lets in
finds anything there; left out, that is everyone. What is open to anyone or about one's own account stands in
`own_rows.py`, everything else here. What is about another member is about Grace: `{member_id}` is hers, `{request_id}`
and `{connection_id}` are between the caller and her (between her and somebody else for those who have none), and
`{statement_id}`, `{session_id}` and the like are her own. Who finds something may depend on what became of her: `SEES`
and its neighbours in `callers.py` say it by `State`. Where an answer needs a body or a query, give one that would be
taken.
"""

from uuid import UUID

from tests.trust.callers import (
    AS_RECIPIENT,
    AS_SENDER,
    CONNECTED,
    CONNECTION,
    HAD_MESSAGE,
    HAD_REQUEST,
    HAS_HOBBY,
    JUDGED,
    LISTED,
    MAY_BLOCK,
    MAY_REPORT,
    MAY_REPORT_WORDS,
    MAY_UNBLOCK,
    MEMBER,
    MODERATOR,
    NOBODY,
    OWN,
    PARTIES,
    SEES,
    SEES_ANOTHER,
    SIGNED_IN,
    Row,
)
from tests.trust.own_rows import OWN_ROWS

_REASON = "Your kitchen table full of clocks would not leave my mind. Does each of them tick at its own pace?"
_REQUEST = {
    "recipient_id": "{member_id}",
    "purpose": "hobby",
    "anchor": {"kind": "statement", "id": "{statement_id}"},
    "reason": _REASON,
}
_SCAM = {"category": "scam", "block": "yes"}
_WORDS = {"text": "Which clock was your first?"}

ROWS: dict[str, Row | list[Row]] = OWN_ROWS | {
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
    "GET /blocks/{member_id}/removal": Row(MEMBER, MAY_UNBLOCK),
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
