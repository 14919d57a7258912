"""Why somebody is told nothing at once; everything is there to be read all the same."""

from api.errors import WhereforeError


class TooManyStreamsError(WhereforeError):
    """The member has as many open streams as one may have."""

    code = "too-many-streams"
    title = "You have this open many times"
    status = 429
    retry_after = 60

    def __init__(self) -> None:
        super().__init__("You have as many event streams open as one member can. Close one, or try again in a minute.")


class StreamsFullError(WhereforeError):
    """This process holds as many open streams as it can, or is about to end."""

    code = "streams-full"
    title = "Not ready just now"
    status = 503
    retry_after = 30

    def __init__(self) -> None:
        super().__init__("News cannot be sent at once just now. Look again by hand, or try again in a minute.")
