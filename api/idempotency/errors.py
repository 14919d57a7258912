"""Why a call that came with a key is not done."""

from api.errors import WhereforeError


class KeyInUseError(WhereforeError):
    """The same key is just being used."""

    code = "idempotency-key-in-use"
    title = "This call is being done just now"
    status = 409
    retry_after = 1

    def __init__(self) -> None:
        """Say what to do."""
        super().__init__("A call with this Idempotency-Key is being done just now. Send it again to get its reply.")


class KeyReusedError(WhereforeError):
    """The key came before, with another call."""

    code = "idempotency-key-reused"
    title = "This key belongs to another call"
    status = 422

    def __init__(self) -> None:
        """Say what to do."""
        super().__init__(
            "This Idempotency-Key came with another call before. Nothing was done. Make a new key for a new call, and "
            "send the same call again only with the same body."
        )
