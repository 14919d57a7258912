"""Who and what the story is about that the examples tell: Ada and Ben, who carve spoons."""

from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from api.accounts.schemas import Meets
from api.profiles.schemas import MemberSummary

ADA: Final = UUID("0b8e6f2c-6f1d-4c8e-9a51-0a6d5e0f7c11")
BEN: Final = UUID("5d1f9b6e-2f43-4a0c-8d8a-3c1f6c2b7e22")
MINE: Final = UUID("7c3a1d84-91f5-4f0b-b7de-58a20c4e9d33")
THEIRS: Final = UUID("e2b7c590-4d6a-4b1e-8f3c-1d9a7f60ab44")
REQUEST: Final = UUID("3f6d8a17-c2e4-4d95-a07b-6b8e1f2d5c55")
TOKEN: Final = UUID("c41e7d90-5a2b-4f68-9d13-7e0b6a8f2c66")
MESSAGE: Final = UUID("9a5c0e3b-1f72-4d8c-b6e9-2a4f7d1c8b77")
REPORT: Final = UUID("6d2b9f04-7c1e-4a35-8f60-b1e9d3c7a588")
CONNECTION: Final = UUID("a87f3c12-0d5e-4b69-92c8-5e1d7b4f6a99")
DRAFT: Final = UUID("d3e81b56-7f2a-4c90-8b14-9c6a0f5e2daa")
GIVEN: Final = UUID("f19c4a70-3e8d-4527-a6b1-08d7c2e95fbb")
WEBHOOK: Final = UUID("2e7a4c91-8b3d-4f06-a5d2-6c9e1b7f03cc")
DELIVERY: Final = UUID("b4d81f6e-05c7-4a92-9e38-7f1a2c6d40dd")

NOW: Final = datetime(2030, 3, 1, 18, 20, tzinfo=UTC)
LATER: Final = NOW + timedelta(minutes=40)
IN_A_MONTH: Final = NOW + timedelta(days=30)

EMAIL: Final = "ada@example.org"
PASSWORD: Final = "a lantern over nine quiet harbours"  # noqa: S105 - nobody's
WHITTLED: Final = "I whittle spoons, mostly birch."
SAID: Final = "I carve spoons from green wood, and nobody near me does."
REASON: Final = (
    "You carve spoons from green wood on your own. So do I, and my birch keeps splitting at the neck. "
    "Shall we compare how we let ours dry? I can show you my hook knives."
)
TEMPLATE: Final = "I'd like to add you to my personal network. Hope to hear from you very soon!"
ASKED: Final = "How long do you let yours dry?"
WRITTEN: Final = "Mine dry for two weeks in a paper bag. And yours?"

ADA_SEEN: Final = MemberSummary(ADA, "Ada", None, None, Meets.ONLINE_FIRST)
BEN_SEEN: Final = MemberSummary(BEN, "Ben", "he/him", "Leeds, United Kingdom", Meets.IN_PERSON_TOO)
