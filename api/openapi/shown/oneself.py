"""Examples of what is about oneself: accounts, tokens, purposes, statements, what is kept."""

from typing import Final

import msgspec

from api.accounts.schemas import AccountCreate, AccountCreated, Meets, Scope, TokenCreate, TokenCreated, TokenRead
from api.openapi.shown.story import (
    ADA,
    ADA_SEEN,
    BEN,
    BEN_SEEN,
    EMAIL,
    IN_A_MONTH,
    LATER,
    MINE,
    NOW,
    PASSWORD,
    SAID,
    THEIRS,
    TOKEN,
    WHITTLED,
)
from api.privacy.export import FORMAT
from api.privacy.schemas import Erasure, ExportRead
from api.profiles.consents import TODAY
from api.profiles.purposes import purposes
from api.profiles.schemas import (
    Audience,
    MemberRead,
    MeRead,
    MeUpdate,
    MyPurposeRead,
    PlaceRead,
    Purpose,
    PurposeCard,
    PurposeSwitch,
    QuotedStatement,
    Role,
    StatementCreate,
    StatementRead,
    StatementUpdate,
)

_SCOPES: Final = [Scope.PROFILE, Scope.MATCHES_READ]

SHOWN: Final[tuple[msgspec.Struct, ...]] = (
    AccountCreate(email=EMAIL, password=PASSWORD, display_name="Ada", over_18=True),
    AccountCreated("sign_in"),
    TokenCreate(email=EMAIL, password=PASSWORD, name="my script", scopes=_SCOPES, expires_in_days=30),
    TokenCreated(TOKEN, "whf_…", _SCOPES, IN_A_MONTH),
    TokenRead(TOKEN, "my script", _SCOPES, NOW, LATER, IN_A_MONTH),
    purposes()[0],
    PlaceRead(2644688, "Leeds", "United Kingdom"),
    MeRead(
        id=ADA,
        email=EMAIL,
        display_name="Ada",
        pronouns=None,
        place_id=2644688,
        place="Leeds, United Kingdom",
        meets=Meets.ONLINE_FIRST,
        languages=["en", "de"],
        request_capacity=10,
        paused_until=None,
        created_at=NOW,
    ),
    MeUpdate(pronouns="she/her", meets=Meets.IN_PERSON_TOO),
    MyPurposeRead(Purpose.HOBBY, NOW, None, None),
    PurposeSwitch(consent=TODAY),
    StatementCreate(purpose=Purpose.HOBBY, role=Role.ABOUT, text=WHITTLED),
    StatementUpdate(text="I whittle spoons, mostly birch and cherry."),
    StatementRead(MINE, Purpose.HOBBY, Role.ABOUT, WHITTLED, Audience.PURPOSE, NOW, NOW, "en", read_well=True),
    ADA_SEEN,
    MemberRead(
        id=BEN,
        display_name=BEN_SEEN.display_name,
        pronouns=BEN_SEEN.pronouns,
        place=BEN_SEEN.place,
        meets=BEN_SEEN.meets,
        languages=["en"],
        purposes=[PurposeCard(Purpose.HOBBY, [QuotedStatement(THEIRS, Role.ABOUT, SAID, "en")])],
        connected=False,
    ),
    Erasure(password=PASSWORD),
    ExportRead(
        format=FORMAT,
        made_at=NOW,
        member_id=ADA,
        parts={"statements": [{"id": str(MINE), "purpose": "hobby", "role": "about", "text": WHITTLED}]},
        about={"statements": "What you wrote about yourself and whom you hope to find."},
    ),
)
