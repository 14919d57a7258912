"""Examples of what can go wrong, for errors that are about a certain case; the others speak for themselves."""

from datetime import timedelta
from typing import Final
from uuid import UUID

from api import clock
from api.accounts.leaving import AccountLeavingError
from api.connections.errors import (
    NoSlotError,
    NotNowError,
    ReasonRefusedError,
    RequestsPausedError,
    TooSoonError,
)
from api.conversations.errors import NothingToRemindOfError, ReadsAsPitchError
from api.conversations.schemas import Promise
from api.drafts.errors import DraftsFullError
from api.errors import ConflictError, InvalidError, MalformedError, NotSignedInError, WhereforeError
from api.idempotency.errors import TooManyKeptError
from api.idempotency.services import MOST_KEPT
from api.limits.errors import QuotaReachedError, TooManyError, WrittenQuotaReachedError
from api.openapi.shown.meeting import FOUND
from api.openapi.shown.story import IN_A_MONTH, LATER, NOW, REASON
from api.profiles.consents import TODAY
from api.profiles.errors import ConsentNeededError, TooManyStatementsError
from api.webhooks.errors import TooManyWebhooksError
from embeddings.reason_findings import finding

REFUSED: Final[tuple[WhereforeError, ...]] = (
    MalformedError("The request could not be read. Check that it is complete and well formed."),
    NotSignedInError("This token is unknown, was revoked or has run out. Make a new one."),
    InvalidError.field("text", "missing", "This is missing."),
    ConflictError("They have just changed the words that your reason is about. Read them again first."),
    TooManyError(retry_after=60),
    TooManyKeptError(MOST_KEPT, wait=timedelta(hours=3)),
    AccountLeavingError(UUID(int=0), NOW, proof=""),
    ConsentNeededError(TODAY),
    TooManyStatementsError(20),
    DraftsFullError(20),
    TooManyWebhooksError("There is room for 5. Delete one that you do not use any more."),
    NotNowError("This request is not open any more."),
    NoSlotError(3),
    RequestsPausedError(LATER),
    TooSoonError(IN_A_MONTH),
    ReasonRefusedError([FOUND]),
    NothingToRemindOfError("This was said already. Once is enough."),
    ReadsAsPitchError(finding("pitch", 0, 24), Promise(REASON, by_me=True)),
    QuotaReachedError(clock.now() + timedelta(hours=3), new_until=None),
    WrittenQuotaReachedError(clock.now() + timedelta(hours=3), new_until=None),
)
