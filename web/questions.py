"""Questions that help somebody to begin a reason. Wherefore never writes one for anyone: it asks."""

from typing import Final

from api.profiles.schemas import Purpose, QuotedStatement, Role

_OF_ROLE: Final = {
    Role.ABOUT: "Which of these words made you stop and read twice?",
    Role.SEEKING: "Which part of this are you, or can you bring? Which part not?",
}
_NOTHING_CHOSEN: Final = "Which of their words made you stop and read twice? Choose them first."

_OF_PURPOSE: Final = {
    Purpose.BUSINESS: (
        "What have you done, or tried, that goes with it?",
        "What could the two of you make or sort out together, and what is in it for them?",
    ),
    Purpose.HOBBY: (
        "What do you make, collect or try yourself that goes with it?",
        "What would you like to show them, ask them, or do together first?",
    ),
    Purpose.INTEREST: (
        "What have you read, seen or wondered about that goes with it?",
        "Where do you see it as they do, and where not?",
    ),
    Purpose.BELIEF: (
        "What on your own path touches this? Say only what you wish to share.",
        "What would you like to listen to, or talk about, without changing the mind of either?",
    ),
    Purpose.CARETAKING: (
        "What of this do you know from your own days?",
        "What would help you both: somebody who listens, an idea, a quiet hour? What can you give?",
    ),
    Purpose.PARTNERSHIP: (
        "What in this would you like to have in your life?",
        "What would be good for them to know about you early on?",
    ),
}


def questions_for(purpose: Purpose, chosen: QuotedStatement | None) -> tuple[str, ...]:
    """What to ask somebody who writes under a purpose, about words of the other's or none yet."""
    return (_OF_ROLE[chosen.role] if chosen else _NOTHING_CHOSEN, *_OF_PURPOSE[purpose])
