"""What can go wrong when someone proves who they are."""

from api.errors import WhereforeError


class WrongCredentialsError(WhereforeError):
    """The address and the password do not belong together; which of them is wrong is never told."""

    code = "wrong-credentials"
    title = "That did not match"
    status = 401

    def __init__(self) -> None:
        """Always the same words, whether or not there is such an account."""
        super().__init__("The e-mail address or the password is not right. Check both and try again.")
