"""Why a call that came with a key is not done."""

import math
from datetime import timedelta

from api.errors import WhereforeError
from api.limits.errors import TooManyError, soon


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


class TooManyKeptError(TooManyError):
    """So many replies of the account are kept that there is no room for one more."""

    code = "too-many-kept-replies"
    title = "Too many calls with a key for one day"

    def __init__(self, most: int, *, wait: timedelta) -> None:
        """Say when there is room, and what goes without."""
        seconds = max(1, math.ceil(wait.total_seconds()))
        super().__init__(
            retry_after=seconds,
            detail=f"The replies to {most:,} of your calls with an Idempotency-Key are kept, each for a day, and there "
            f"is no room for another. Nothing was done. There is room {soon(seconds)}; without a key the call can come "
            "now.",
        )
