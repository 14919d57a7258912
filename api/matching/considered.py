"""What plays a part in matching and what does not, in plain words: one list for pages and the API."""

from typing import Final

USED: Final = (
    "What you wrote for this purpose, and what they wrote for it, as far as you may read it.",
    "Whether what the one looks for is what the other brings, seen from both sides.",
    "Whether both of you can be met just now: nobody is shown who has paused or has enough requests to answer.",
)

NOT_USED: Final = (
    "Age, looks and photos. Wherefore does not ask for them.",
    "Work, money, school and titles.",
    "How many people somebody knows, how popular they are, and how often they answer.",
    "Who looked at whom, and how long.",
    "Payment. No place in any list can be bought.",
    "Words you may not read: drafts, words for connections only, and what is written for other purposes.",
    "Requests that were refused, ignored or taken back.",
)
