"""What can keep a member from changing their purposes and statements."""

from msgspec import UNSET, UnsetType

from api.errors import ConflictError, Problem, WhereforeError


class ConsentProblem(Problem, frozen=True, kw_only=True):
    """A problem that, where it is `consent-needed`, names the version of the text that must be agreed to."""

    consent_version: str | UnsetType = UNSET


class ConsentNeededError(WhereforeError):
    """A sensitive purpose needs a yes to its consent text as it reads today."""

    code = "consent-needed"
    title = "Your consent is needed first"
    status = 422
    shape = ConsentProblem

    def __init__(self, version: str) -> None:
        """Say which version of the text must be agreed to."""
        super().__init__("Read the consent text of this purpose as it is today, and send its version as `consent`.")
        self.version = version

    def extra(self) -> dict[str, object]:
        """The version to send."""
        return {"consent_version": self.version}


class PurposeOffError(ConflictError):
    """What was asked for needs a purpose that the member has not switched on."""

    code = "purpose-off"
    title = "This purpose is switched off"

    def __init__(self) -> None:
        """Say what to do."""
        super().__init__("You have not switched this purpose on. Switch it on first.")


class TooManyStatementsError(ConflictError):
    """There is no room for another statement under this purpose."""

    code = "too-many-statements"
    title = "You have as many statements here as there can be"

    def __init__(self, most: int) -> None:
        """Say how many there can be."""
        super().__init__(f"There can be {most} statements for one purpose. Change one, or delete one first.")
