"""The rules of the site, each under the category by which a breach of it is reported."""

from datetime import timedelta
from typing import Final

import msgspec

from api.moderation.schemas import Category


class Rule(msgspec.Struct, frozen=True):
    """A rule, and the words by which a breach of it is reported."""

    name: str
    text: str
    reported_as: str
    hint: str


RULES: Final[dict[Category, Rule]] = {
    Category.DANGER: Rule(
        "Put nobody in danger",
        "Do not threaten anyone. Do not urge anyone to harm themselves or others. Do not tell others where somebody "
        "lives, or what they keep private. This is a place for adults only.",
        "Somebody is in danger",
        "Threats, talk of harming oneself or others, a child, a home address. We look at these first.",
    ),
    Category.HARASSMENT: Rule(
        "Leave people in peace",
        "Do not insult, shame or press anyone. When somebody does not want to hear from you, stop. Nobody is mocked "
        "here for what they believe, how they live, whom they love, or how well they are.",
        "They harass or insult",
        "Insults, pressure, unwanted words about the body, not stopping when asked to.",
    ),
    Category.SCAM: Rule(
        "Do not trick anyone",
        "Do not ask people here for money, gifts, codes or copies of papers. Do not pretend to be somebody else. Do "
        "not promise gains.",
        "They want money, or are not who they say",
        "Asking for money or gifts, promised gains, a made-up person.",
    ),
    Category.CONNECTED_THEN_PITCHED: Rule(
        "Keep to what you connected about",
        "Whoever said yes to talk about one thing has not said yes to an offer of another. Do not connect with people "
        "to sell to them.",
        "They connected, then tried to sell",
        "You agreed to talk about something else, and an offer came.",
    ),
    Category.GENERIC: Rule(
        "Write to a person, not to everyone",
        "A request says why you write to this person. Do not send the same words to many people.",
        "They wrote what they write to everyone",
        "A request or message that has nothing to do with you.",
    ),
    Category.OUT_OF_PLACE: Rule(
        "Write where it belongs",
        "Words stand under the purpose that they are about. Love letters do not belong under business, nor offers "
        "under care. Do not give away a phone number or an address that is not yours.",
        "It does not belong here",
        "Under the wrong purpose, or about something that has no place on this site.",
    ),
}
"""In the order in which they are shown."""

AT_ONCE: Final = frozenset({Category.SCAM, Category.DANGER})
"""Rules whose breach may cost the account without an earlier step, for a reason that is stated."""

PAUSES: Final = (7, 14, 30, 90)
"""For how many days requests can be paused."""

KEPT: Final = timedelta(days=180)
"""For how long a case is kept after the last decision about it."""
