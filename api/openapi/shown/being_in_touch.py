"""Examples of what connected members share: connections, messages, and what is reported."""

from typing import Final

import msgspec

from api.connections.schemas import ConnectionRead, ConnectionUpdate
from api.conversations.message_drafts import MessageDraft, MessageDraftSet
from api.conversations.quiet import QuietConversation
from api.conversations.schemas import MessageCreate, MessageRead, ReminderCreate
from api.moderation.schemas import Category, ReportCreate, ReportRead, Target, TargetKind
from api.openapi.shown.story import (
    ADA,
    BEN_SEEN,
    CONNECTION,
    DRAFT,
    MESSAGE,
    NOW,
    REASON,
    REPORT,
    SAID,
    WRITTEN,
)
from api.profiles.schemas import Purpose

_TARGET: Final = Target(TargetKind.MESSAGE, MESSAGE)

SHOWN: Final[tuple[msgspec.Struct, ...]] = (
    ConnectionRead(
        id=CONNECTION,
        member=BEN_SEEN,
        purpose=Purpose.HOBBY,
        asked_by_me=True,
        reason=REASON,
        crossed_reason=None,
        anchor_text=SAID,
        met_where=None,
        note="",
        created_at=NOW,
    ),
    ConnectionUpdate("Has a shaving horse, and lends it."),
    MessageCreate(WRITTEN),
    MessageRead(MESSAGE, ADA, WRITTEN, NOW),
    ReminderCreate(end_connection=False),
    MessageDraftSet(WRITTEN[:38]),
    MessageDraft(DRAFT, CONNECTION, BEN_SEEN, WRITTEN[:38], NOW),
    QuietConversation(CONNECTION, BEN_SEEN, Purpose.HOBBY, NOW),
    ReportCreate(_TARGET, Category.CONNECTED_THEN_PITCHED, words="We connected to talk about spoons."),
    ReportRead(REPORT, _TARGET, Category.CONNECTED_THEN_PITCHED, "waiting", None, NOW, None),
)
