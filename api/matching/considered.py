"""What plays a part in matching and what does not, in plain words: one list for pages and the API."""

from typing import Final

USED: Final = (
    "What you wrote for this purpose, and what they wrote for it, as far as you may read it. This counts most by far.",
    "Whether what the one looks for is what the other brings, seen from both sides.",
    "Whether you can meet just now: nobody is shown who has paused, or who has enough requests to answer.",
    "How many others see this person already, and how much they have to answer, a little: so that nobody drowns and "
    "nobody is left out.",
    "Whether they live somewhat near you, a very little, and not at all for those who only meet online.",
)

NOT_USED: Final = (
    "Age, looks and photos. Wherefore does not ask for them.",
    "Work, money, school and titles.",
    "How many people somebody knows, how well liked they are, and how fast they answer.",
    "Who looked at whom, and how long.",
    "Payment. No place in any list can be bought.",
    "Words you may not read: drafts, words for connections only, and what is written for other purposes.",
    "Requests that were refused or taken back.",
)
