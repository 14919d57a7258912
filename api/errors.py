"""Errors that a member or an API client can be told about; each carries its own status and words."""

import secrets
from collections.abc import Sequence

import msgspec
from msgspec import UNSET, UnsetType

LONGEST_WAIT = 4
"""Seconds. Each is told another time up to this one, so that they do not all come back at once."""


class FieldError(msgspec.Struct, frozen=True):
    """What is wrong with one field of what was sent."""

    pointer: str
    """A JSON pointer into the body, for example `/display_name`; or a slash and the name of a parameter."""
    code: str
    detail: str


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """What went wrong, as a problem document (RFC 9457)."""

    type: str
    """`/problems/<code>`, a page in plain words."""
    title: str
    """The same for every problem of this type."""
    status: int
    """The HTTP status, once more."""
    detail: str
    """What happened in this case, and what would help."""
    errors: list[FieldError]
    """What is wrong with single fields, where it is about fields."""


class WhereforeError(Exception):
    """An expected refusal. Subclasses fix `code`, `title` and `status`; `detail` speaks about this case."""

    code = "error"
    title = "Something is not right"
    status = 400
    retry_after: int | None = None
    shape: type[Problem] = Problem
    """What its document looks like: another one where `extra` adds to it."""

    def __init__(self, detail: str | None = None, *, errors: tuple[FieldError, ...] = ()) -> None:
        """Say what happened in this case, and for which fields."""
        super().__init__(detail or self.title)
        self.detail = detail or self.title
        self.errors = errors

    def extra(self) -> dict[str, object]:
        """Further members of the problem document."""
        return {}

    def headers(self) -> dict[str, str]:
        """Further headers of the reply."""
        return {}


class InvalidError(WhereforeError):
    """Something in what was sent cannot be used; `errors` says what, for every field at once."""

    code = "invalid"
    title = "Something needs to be put right"
    status = 422

    @classmethod
    def field(cls, name: str, code: str, detail: str) -> "InvalidError":
        """An error about a single field of the body."""
        return cls(detail, errors=(FieldError(f"/{name}", code, detail),))


class MalformedError(WhereforeError):
    """The request could not be read at all."""

    code = "malformed"
    title = "The request could not be read"
    status = 400


class NotSignedInError(WhereforeError):
    """The call needs a member, and there is none."""

    code = "not-signed-in"
    title = "Sign in first"
    status = 401


class ScopeMissingProblem(Problem, frozen=True, kw_only=True):
    """A token that does not reach as far as a call, and what it would need."""

    scope: str | UnsetType = UNSET
    """The scope that the token lacks; nothing where the call is refused for something else."""


class ScopeMissingError(WhereforeError):
    """The token does not reach as far as this call."""

    code = "scope-missing"
    title = "This token may not do that"
    status = 403
    shape = ScopeMissingProblem

    def __init__(self, scopes: Sequence[str]) -> None:
        """Name the scope that the call needs, or those of which it needs one."""
        super().__init__(f"This call needs a token with the scope {' or '.join(map(repr, map(str, scopes)))}.")
        self.scope = str(scopes[0])

    def extra(self) -> dict[str, object]:
        """The scope, for programs."""
        return {"scope": self.scope}

    def headers(self) -> dict[str, str]:
        """The same as RFC 6750 (3.1) has it."""
        return {"WWW-Authenticate": f'Bearer realm="wherefore", error="insufficient_scope", scope="{self.scope}"'}


class SuspendedError(WhereforeError):
    """The member is suspended: only what is theirs, why, and the ways out are open to them."""

    code = "suspended"
    title = "Your account is suspended"
    status = 403

    def __init__(self) -> None:
        """Say where the reason stands, and what stays open."""
        super().__init__(
            "A moderator has suspended your account, so this is closed to you for now. Your notices say why, and how "
            "to ask for a second look. You can still read and take out what is yours, and delete your account."
        )


class NotFoundError(WhereforeError):
    """There is no such thing, or the member may not see it: the two are never told apart."""

    code = "not-found"
    title = "There is nothing here"
    status = 404

    def __init__(self) -> None:
        """Always the same words, so that absence and invisibility look alike."""
        super().__init__("There is nothing here, or it is not for you to see.")


class NotAcceptableError(WhereforeError):
    """The caller takes nothing that the call could answer."""

    code = "not-acceptable"
    title = "This is not to be had in that form"
    status = 406

    def __init__(self, kind: str) -> None:
        """Say what there is."""
        super().__init__(f"This call answers with {kind}. Send Accept: {kind}, or no Accept at all.")


class UnsupportedMediaTypeError(WhereforeError):
    """The body is something that is not read here."""

    code = "unsupported-media-type"
    title = "Send JSON"
    status = 415

    def headers(self) -> dict[str, str]:
        """What is read (RFC 9110, 15.5.16)."""
        return {"Accept": "application/json", "Accept-Encoding": "identity"}


class ConflictError(WhereforeError):
    """The thing has moved on since it was read."""

    code = "conflict"
    title = "That cannot be done now"
    status = 409


class BusyError(WhereforeError):
    """There are more requests than can be answered soon."""

    code = "busy"
    title = "Many people are here just now"
    status = 503

    def __init__(self) -> None:
        """Say when to try again."""
        super().__init__(
            "There is more to do than can be done at once, and nothing was changed. Try again in a moment."
        )
        self.retry_after = 1 + secrets.randbelow(LONGEST_WAIT)
