"""Who calls, what became of Grace, and who of them finds what there is of her."""

from enum import StrEnum
from typing import Any

import msgspec

from api.authentication import Access


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
