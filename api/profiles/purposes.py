"""The six purposes in plain words, and what members of a sensitive one agree to."""

from api.profiles.consents import TODAY, consent_text
from api.profiles.schemas import Purpose, PurposeRead


def purposes() -> list[PurposeRead]:
    """All six, in the order in which they are shown."""
    return list(_PURPOSES.values())


def consent_version(purpose: Purpose) -> str | None:
    """The version of the consent text that must be agreed to today; None for a purpose that needs none."""
    return _PURPOSES[purpose].consent_version


def _plain(purpose: Purpose, name: str, description: str) -> PurposeRead:
    return PurposeRead(
        purpose=purpose, name=name, description=description, sensitive=False, consent_text=None, consent_version=None
    )


def _sensitive(purpose: Purpose, name: str, description: str) -> PurposeRead:
    return PurposeRead(
        purpose=purpose,
        name=name,
        description=description,
        sensitive=True,
        consent_text=consent_text(purpose, TODAY),
        consent_version=TODAY,
    )


_PURPOSES = {
    read.purpose: read
    for read in (
        _plain(
            Purpose.HOBBY,
            "Hobby",
            "Find people who like to do what you like to do: make things, play, grow, collect, move, or watch.",
        ),
        _plain(
            Purpose.INTEREST,
            "Interest",
            "Find people to think and talk with about something you want to understand, such as history, stars or "
            "languages.",
        ),
        _plain(
            Purpose.BUSINESS,
            "Business",
            "Find people to start or build something with, to trade with, or to learn a trade from. Your plans "
            "count here, not your past.",
        ),
        _sensitive(
            Purpose.CARETAKING,
            "Caretaking",
            "Find people who care for someone in their family, or who are cared for, and know what the days are like.",
        ),
        _sensitive(
            Purpose.BELIEF,
            "Belief",
            "Find people on the same path: a faith, a way of seeing the world, or questions you carry about what it "
            "all means.",
        ),
        _sensitive(
            Purpose.PARTNERSHIP,
            "Partnership",
            "Find someone to share your life with.",
        ),
    )
}

SENSITIVE = tuple(read.purpose for read in purposes() if read.sensitive)
"""Those that are switched on only with a consent, and count only while it stands."""
