"""What members of a sensitive purpose agreed to: the text of every version that ever was, and that somebody said yes.

A text is never changed and never taken out, or nobody could tell any more what somebody once agreed to. A new text is a
new version, at the end; a yes to an older one no longer counts then.
"""

from uuid import UUID, uuid4

from api import clock
from api.database import fetch
from api.profiles.schemas import Purpose

_ENDING_2026_11_22 = (
    "Wherefore keeps the texts you write here, and the day you said yes. "
    "Members who have switched this purpose on too can read them, unless you choose fewer people for a text. "
    "Wherefore turns each text into a list of numbers, to find people who wrote something close to it. "
    "Nobody else gets to see any of this: no advertisers, no search engines. "
    "You can take this back at any time: switch the purpose off. "
    "The numbers are then deleted at once, and nobody but you can read the texts. "
    "You can delete the texts too, or your whole account."
)

CONSENTS: dict[str, dict[Purpose, str]] = {
    "2026-11-22": {
        Purpose.CARETAKING: (
            "What you write here can say something about your health, or the health of someone close to you. "
            + _ENDING_2026_11_22
        ),
        Purpose.BELIEF: "What you write here can say what you believe. " + _ENDING_2026_11_22,
        Purpose.PARTNERSHIP: (
            "What you write here can say whom you love and how you want to live. " + _ENDING_2026_11_22
        ),
    },
}
"""By version, oldest first."""

TODAY = list(CONSENTS)[-1]
"""The version that must be agreed to today."""


def consent_text(purpose: Purpose, version: str) -> str | None:
    """What somebody agreed to; None for a version or a purpose that has no such text."""
    return CONSENTS.get(version, {}).get(purpose)


async def record_consent(member_id: UUID, purpose: Purpose, version: str) -> None:
    """Keep a yes to this version, unless it stands already; a yes to an older one ends with it."""
    now = clock.now()
    await fetch(
        "UPDATE consent SET withdrawn_at = {} "
        "WHERE member = {} AND purpose = {} AND withdrawn_at IS NULL AND version <> {}",
        now,
        member_id,
        purpose,
        version,
    )
    await fetch(
        "INSERT INTO consent (id, member, purpose, version, given_at) SELECT {}, {}, {}, {}, {} WHERE NOT EXISTS "
        "(SELECT 1 FROM consent WHERE member = {} AND purpose = {} AND withdrawn_at IS NULL)",
        uuid4(),
        member_id,
        purpose,
        version,
        now,
        member_id,
        purpose,
    )
