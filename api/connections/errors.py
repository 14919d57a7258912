"""What can keep a request from being sent, answered or changed."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from msgspec import UNSET, UnsetType

from api.errors import ConflictError, Problem, WhereforeError
from embeddings.reasons import Finding


class ReasonProblem(Problem, frozen=True, kw_only=True):
    """A problem that, where it is `reason-refused`, says what was found in the reason."""

    findings: list[Finding] | UnsetType = UNSET


class AskingProblem(Problem, frozen=True, kw_only=True):
    """A problem that, where it is `too-soon`, says when one may ask again."""

    again_at: datetime | UnsetType = UNSET


class ReasonRefusedError(WhereforeError):
    """The reason cannot go as it is; `findings` says what to change, and nothing was used up."""

    code = "reason-refused"
    title = "This reason cannot be sent as it is"
    status = 422
    shape = ReasonProblem

    def __init__(self, findings: Sequence[Finding]) -> None:
        """Carry everything that was found, refusals and notes."""
        super().__init__("Something in your reason has to change first. Nothing was sent, and nothing was used up.")
        self.findings = tuple(findings)

    def extra(self) -> dict[str, object]:
        """The findings, each with the words it means."""
        return {"findings": [msgspec.to_builtins(finding) for finding in self.findings]}


class ReasonNotedError(Exception):
    """There are notes that the sender has not passed; raised for pages that stop at them, never by the API."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        """Carry the notes."""
        super().__init__("The sender has not passed these notes yet.")
        self.findings = tuple(findings)


class RequestsPausedError(ConflictError):
    """Moderators keep the sender from asking anyone for a while."""

    code = "requests-paused-by-moderators"
    title = "You cannot send requests for a while"

    def __init__(self, until: datetime) -> None:
        """Say until when, and where it says why."""
        super().__init__(
            f"Moderators paused your requests until {until:%-d %B %Y, %H:%M} UTC. Your notices say why, and how to "
            "object. Your matches and conversations stay as they are."
        )


class NoSlotError(ConflictError):
    """The sender has as many open requests as they may have."""

    code = "no-slot"
    title = "All your places for open requests are taken"

    def __init__(self, allowed: int) -> None:
        """Say how many there are."""
        super().__init__(
            f"No more than {allowed} of your requests can be open at a time. "
            "A place comes back when one is accepted, expires, or is withdrawn."
        )


class RecipientFullError(ConflictError):
    """The recipient has as many requests to answer as they said they can bear."""

    code = "recipient-full"
    title = "This member has enough requests just now"

    def __init__(self) -> None:
        """Always the same words."""
        super().__init__("This member has enough requests to answer just now. Nothing was sent; try again another day.")


class AlreadyOpenError(ConflictError):
    """There is an open request between the two."""

    code = "already-open"
    title = "There is an open request between you"

    def __init__(self) -> None:
        """Always the same words."""
        super().__init__("There is an open request between you already. It has to come to its end first.")


class AlreadyConnectedError(ConflictError):
    """The two are connected."""

    code = "already-connected"
    title = "You are connected"

    def __init__(self) -> None:
        """Always the same words."""
        super().__init__("You two are connected already. Write to them instead.")


class TooSoonError(ConflictError):
    """The sender asked this member before, and has to leave them in peace for a while."""

    code = "too-soon"
    title = "It is too soon to ask again"
    shape = AskingProblem

    def __init__(self, again_at: datetime) -> None:
        """Say from which day on."""
        super().__init__(f"You asked this member before. You may ask again from {again_at:%Y-%m-%d} on.")
        self.again_at = again_at

    def extra(self) -> dict[str, object]:
        """When it will be possible."""
        return {"again_at": self.again_at.isoformat()}


class NotNowError(ConflictError):
    """The request does not stand where this could be done to it."""

    code = "not-now"
    title = "This cannot be done to the request now"
