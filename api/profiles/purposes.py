"""The six purposes in plain words, and what members of a sensitive one agree to."""

from api.profiles.schemas import Purpose, PurposeRead

# A new text needs a new version: a yes to an older one no longer counts.
_CONSENT_VERSION = "2026-11-22"

_CONSENT_ENDING = (
    "Members who have switched this purpose on too can read them, unless you choose fewer people for a text. "
    "Wherefore turns each text into a list of numbers, to find people who wrote something close to it. "
    "Nobody else gets to see any of this: no advertisers, no search engines. "
    "You can take this back at any time: switch the purpose off. "
    "The numbers are then deleted at once, and nobody but you can read the texts. "
    "You can delete the texts too, or your whole account."
)


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


def _sensitive(purpose: Purpose, name: str, description: str, *, about: str) -> PurposeRead:
    return PurposeRead(
        purpose=purpose,
        name=name,
        description=description,
        sensitive=True,
        consent_text=f"{about} Wherefore keeps the texts you write here, and the day you said yes. {_CONSENT_ENDING}",
        consent_version=_CONSENT_VERSION,
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
            about="What you write here can say something about your health, or the health of someone close to you.",
        ),
        _sensitive(
            Purpose.BELIEF,
            "Belief",
            "Find people on the same path: a faith, a way of seeing the world, or questions you carry about what it "
            "all means.",
            about="What you write here can say what you believe.",
        ),
        _sensitive(
            Purpose.PARTNERSHIP,
            "Partnership",
            "Find someone to share your life with.",
            about="What you write here can say whom you love and how you want to live.",
        ),
    )
}

SENSITIVE = tuple(read.purpose for read in purposes() if read.sensitive)
"""Those that are switched on only with a consent, and count only while it stands."""
