"""Examples of how two meet: matches, the map, reasons and requests."""

from typing import Final

import msgspec

from api.connections.quotas import QuotaRead, QuotasRead, QuotaWindow
from api.connections.reason_drafts import ReasonDraft, ReasonDraftSet
from api.connections.schemas import (
    Anchor,
    AnchorKind,
    AnchorRead,
    ReasonCheck,
    Refusal,
    RequestCreate,
    RequestEventRead,
    RequestRead,
    RequestState,
    SlotsRead,
    Words,
)
from api.disagreements.schemas import (
    DisagreementCreate,
    DisagreementRead,
    FindingSeen,
    GivenText,
    Judged,
    TextKept,
)
from api.interest_map.schemas import PEOPLE_NEEDED, AreaRead, Between, MapRead, MyPlace
from api.matching.considered import NOT_USED, USED
from api.matching.schemas import (
    ChoiceState,
    Closeness,
    MarkedStatement,
    MatchChoiceSet,
    MatchExplained,
    MatchPage,
    MatchRead,
    ReasonKind,
    ReasonPair,
    Strength,
)
from api.openapi.shown.story import (
    ADA_SEEN,
    ASKED,
    BEN,
    BEN_SEEN,
    DRAFT,
    GIVEN,
    IN_A_MONTH,
    LATER,
    MINE,
    NOW,
    REASON,
    REQUEST,
    SAID,
    TEMPLATE,
    THEIRS,
    WHITTLED,
)
from api.profiles.schemas import Purpose, Role
from embeddings.reason_findings import finding

_MATCH: Final = MatchRead(
    BEN_SEEN,
    Purpose.HOBBY,
    Strength.STRONG,
    [
        ReasonPair(
            ReasonKind.SHARED,
            Closeness.CLOSE,
            MarkedStatement(MINE, Role.ABOUT, WHITTLED, "en", [(2, 16)]),
            MarkedStatement(THEIRS, Role.ABOUT, SAID, "en", [(2, 14)]),
        )
    ],
)
_ANCHOR: Final = Anchor(AnchorKind.STATEMENT, id=THEIRS)
FOUND: Final = finding("template", 0, len(TEMPLATE))
ENGINE: Final = "7f3a9c"

SHOWN: Final[tuple[msgspec.Struct, ...]] = (
    MatchPage([_MATCH], None),
    MatchExplained(_MATCH, list(USED), list(NOT_USED)),
    MatchChoiceSet(ChoiceState.LATER),
    MapRead(
        Purpose.HOBBY,
        [AreaRead(4, ["wood"], ["carving", "spoons"], 20, [5]), AreaRead(5, ["paper"], ["maps"], 10, [4])],
        NOW.date(),
        PEOPLE_NEEDED,
        [MyPlace(MINE, WHITTLED, 4)],
        [Between(5, [4], ["tools"])],
    ),
    RequestCreate(BEN, Purpose.HOBBY, REASON, _ANCHOR),
    ReasonCheck(sendable=False, findings=[FOUND]),
    RequestRead(
        id=REQUEST,
        sender=ADA_SEEN,
        recipient=BEN_SEEN,
        purpose=Purpose.HOBBY,
        anchor=AnchorRead(AnchorKind.STATEMENT, THEIRS, SAID, None),
        reason=REASON,
        state=RequestState.PENDING,
        rounds=0,
        created_at=NOW,
        expires_at=IN_A_MONTH,
        history=[RequestEventRead("sent", by_me=True, text=None, at=NOW)],
        connection_id=None,
        can=[],
    ),
    Refusal(sentence="Thank you. I have no time for more just now."),
    Words(ASKED),
    ReasonDraftSet(REASON[:45], _ANCHOR),
    ReasonDraft(DRAFT, BEN_SEEN, Purpose.HOBBY, REASON[:45], _ANCHOR, NOW),
    SlotsRead(open=3, allowed=3, returns_at=LATER),
    QuotasRead(
        QuotaRead([QuotaWindow(days=1, used=12, allowed=150)], None),
        QuotaRead([QuotaWindow(days=1, used=1, allowed=8)], None),
        None,
    ),
    DisagreementCreate("template", text=REASON, purpose=Purpose.HOBBY),
    DisagreementRead("template", Judged.REASON, ENGINE, NOW, text_id=GIVEN, text_kept_until=IN_A_MONTH),
    GivenText(GIVEN, "template", Judged.REASON, REASON, NOW, IN_A_MONTH),
    FindingSeen("template", Judged.REASON, ENGINE, shown=140, called_wrong=3),
    TextKept("template", Judged.REASON, REASON, NOW),
)
