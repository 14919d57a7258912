"""What can keep a draft from being kept."""

from api.errors import ConflictError


class DraftsFullError(ConflictError):
    """The member has begun as much as is kept for one."""

    code = "drafts-full"
    title = "You have begun as much as we keep"

    def __init__(self, most: int) -> None:
        """Say how much that is, and what to do."""
        super().__init__(
            f"We keep {most} things that you have begun to write, and there are as many. "
            "Throw one away that you do not need, or send it. What you wrote just now is not kept here yet."
        )
