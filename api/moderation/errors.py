"""What can keep a report from being made, and a moderator from deciding."""

from datetime import datetime

from api.errors import ConflictError


class ClaimedError(ConflictError):
    """Another moderator has the case."""

    code = "case-taken"
    title = "Another moderator has this case"

    def __init__(self, name: str, until: datetime) -> None:
        """Say who has it, and until when."""
        super().__init__(f"{name} has this case until {until:%H:%M} UTC. It comes back if they do not finish it.")


class NotTakenError(ConflictError):
    """The moderator does not have the case, or not any more."""

    code = "case-not-taken"
    title = "You do not have this case"

    def __init__(self) -> None:
        """Say what to do."""
        super().__init__("You do not have this case, or your hour with it is over. Take it first.")


class CaseClosedError(ConflictError):
    """There is nothing to decide about the case (any more)."""

    code = "case-closed"
    title = "This case is closed"

    def __init__(self) -> None:
        """Say so."""
        super().__init__("This case is decided already.")


class SameModeratorError(ConflictError):
    """An appeal needs another moderator than the one who decided first."""

    code = "needs-another-moderator"
    title = "Another moderator has to look at this"

    def __init__(self) -> None:
        """Say why."""
        super().__init__("You decided this case yourself. Another moderator looks at the appeal.")


class NoAppealError(ConflictError):
    """There is nothing to appeal against (any more)."""

    code = "no-appeal"
    title = "This cannot be appealed against"

    def __init__(self) -> None:
        """Say why."""
        super().__init__("You can appeal once against each decision, and you have, or there is nothing to appeal.")


class EvidenceBrokenError(ConflictError):
    """The evidence cannot be opened, or is not what was sealed."""

    code = "evidence-broken"
    title = "The evidence cannot be read"

    def __init__(self) -> None:
        """Say what to do."""
        super().__init__("The evidence of this case cannot be opened, or was changed. Tell whoever runs this site.")
