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


class SignInAgainError(WhereforeError):
    """What is asked for is dangerous, and it is too long ago that the member proved who they are."""

    code = "sign-in-again"
    title = "Prove once more that it is you"
    status = 403

    def __init__(self) -> None:
        """Say what helps, to people and to programs."""
        super().__init__("This needs a sign-in of the last 15 minutes. Sign in again; programs make a new token.")


class PasskeyRefusedError(WhereforeError):
    """What a browser sent is not what a passkey of this site signs when it is asked to; why is never told."""

    code = "passkey-refused"
    title = "This passkey was not taken"
    status = 422

    def __init__(self) -> None:
        """Always the same words."""
        super().__init__("This passkey was not taken. Try once more, or use another way.")


class TooManyPasskeysError(WhereforeError):
    """They have as many passkeys as anybody may have."""

    code = "too-many-passkeys"
    title = "There is no room for another passkey"
    status = 409

    def __init__(self) -> None:
        """Say what helps."""
        super().__init__("You have as many passkeys as you can have. Remove one that you do not use any more.")


class TooManyTokensError(WhereforeError):
    """They have as many tokens as anybody may have."""

    code = "too-many-tokens"
    title = "There is no room for another token"
    status = 409

    def __init__(self) -> None:
        """Say what helps."""
        super().__init__("You have as many tokens as you can have. Delete some that no program uses any more.")


class LastWayInError(WhereforeError):
    """Without this passkey its member could never sign in again."""

    code = "last-way-in"
    title = "This is the only way into your account"
    status = 409

    def __init__(self) -> None:
        """Say what helps."""
        super().__init__("This is the only way into your account. Add another passkey or a password first.")


class SecondFactorNeededError(WhereforeError):
    """The password is right, and its member wants to be asked for a code too."""

    code = "second-factor-needed"
    title = "A code is needed too"
    status = 401

    def __init__(self) -> None:
        """Say what is asked for."""
        super().__init__("This account asks for a code besides the password. Send the one that its app shows as code.")


class WrongCodeError(WhereforeError):
    """The code is not the one that the app shows, or was used before."""

    code = "wrong-code"
    title = "That code did not match"
    status = 401

    def __init__(self) -> None:
        """Say what helps."""
        super().__init__("This code is not right, or was used already. Wait for the next one that your app shows.")


class StartAgainError(WhereforeError):
    """A sign-in that waited for a code has ended."""

    code = "start-again"
    title = "Sign in again"
    status = 401

    def __init__(self) -> None:
        """Say what helps."""
        super().__init__("That took too long, or too many tries. Sign in again.")


class MailboxFullError(WhereforeError):
    """There are as many accounts under variants of this address as one mailbox may have."""

    code = "mailbox-full"
    title = "This mailbox has accounts enough"
    status = 409

    def __init__(self) -> None:
        """Say what helps; only whoever reads the mails of the address ever comes here."""
        super().__init__(
            "Three accounts have this address already, or one that reaches the same mailbox, or had it in the last 30 "
            "days. Use one of them, or take another address."
        )


class LinkDeadError(WhereforeError):
    """A link from a mail was used, is too old, was followed by a newer one, or never was: which, is not told."""

    code = "link-dead"
    title = "This link does not work any more"
    status = 410

    def __init__(self) -> None:
        """Say what helps."""
        super().__init__("It was used, or it is too old, or you asked for a newer one. You can ask for another mail.")
