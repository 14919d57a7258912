"""What can keep a message from going, or from being answered."""

import msgspec
from msgspec import UNSET, UnsetType

from api.conversations.schemas import Promise
from api.errors import ConflictError, Problem, WhereforeError
from embeddings.pitches import Finding


class PitchProblem(Problem, frozen=True, kw_only=True):
    """A problem that, where it is `reads-as-a-pitch`, says which words are meant and what the two connected about."""

    findings: list[Finding] | UnsetType = UNSET
    promise: Promise | UnsetType = UNSET


class ReadsAsPitchError(WhereforeError):
    """The message reads as a pitch, and the two connected about something else; it goes when its writer says so."""

    code = "reads-as-a-pitch"
    title = "This may read as an offer, and you connected about something else"
    status = 422
    shape = PitchProblem

    def __init__(self, finding: Finding, promise: Promise) -> None:
        """Carry the words that are meant and the reason of the connection."""
        super().__init__("Nothing was sent. Change it, or send it as it is with send_anyway.")
        self.finding = finding
        self.promise = promise

    def extra(self) -> dict[str, object]:
        """The finding, with the words it means, and the promise."""
        return {"findings": [msgspec.to_builtins(self.finding)], "promise": msgspec.to_builtins(self.promise)}


class NothingToRemindOfError(ConflictError):
    """The message cannot be answered with what the two connected about."""

    code = "nothing-to-remind-of"
    title = "This message cannot be answered like that"
