"""What plays a part in matching and what does not, in plain words: one list for pages and the API."""

from typing import Final

USED: Final = (
    "What you wrote for this purpose, and those words of theirs that you may read. This counts most by far.",
    "What all the others wrote for it: something rare that two people share counts for more than what many write.",
    "Whether what the one looks for is what the other brings, seen from both sides.",
    "Whether you can meet just now: nobody is shown who has paused, or who has enough requests to answer.",
    "What you said of them yourself, such as later. They do not learn of it.",
    (
        "How many lists this person is on already, and how many requests wait for them, a little: so that nobody "
        "gets too much and nobody is left out."
    ),
    "Whether they live somewhat near you, a very little, and not at all for those who only meet online.",
)

NOT_USED: Final = (
    "Age, looks and photos. Wherefore does not ask for them.",
    "Work, money, school and titles.",
    "How many people somebody knows, how well liked they are, and how fast they answer.",
    "Whose page somebody opened, and how long they stayed.",
    "Payment. No place in any list can be bought.",
    "Words you may not read: drafts, words for connections only, and what is written for other purposes.",
    "Requests that were refused or taken back.",
)
