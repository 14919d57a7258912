"""What makes an e-mail address and a display name: one form to keep, and what is wrong with the others."""

import re
import unicodedata
from collections.abc import Iterable

from api.accounts.pretences import problem_with_pretence
from api.accounts.schemas import LONGEST_EMAIL, LONGEST_NAME
from api.errors import FieldError, InvalidError
from api.texts import problem_with, tidy
from embeddings.reason_contacts import has_contact_details

# A shape, no proof: only a mail that arrives proves an address.
_LOCAL = r"[^\s@\"(),:;<>\[\]\\]{1,64}"
_LABEL = r"[^\W_](?:[^\W_]|-){0,62}"
_EMAIL = re.compile(rf"{_LOCAL}@{_LABEL}(?:\.{_LABEL})+")
_LINE_SEPARATORS = {"Zl", "Zp"}
# Characters that turn the writing direction of everything after them, names of other members included.
_TURNING = set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def normal_email(text: str) -> str:
    """The form of an address by which one account is told from another."""
    return tidy(text).lower()


def problem_with_email(email: str) -> FieldError | None:
    """What is wrong with an address that `normal_email` returned, or None."""
    if not email:
        return FieldError("/email", "missing", "Your e-mail address is missing.")
    if len(email) > LONGEST_EMAIL:
        return FieldError("/email", "too-long", f"An e-mail address can have at most {LONGEST_EMAIL} characters.")
    local, _, domain = email.partition("@")
    misplaced = local.startswith(".") or local.endswith(".") or ".." in email or domain.endswith("-") or "-." in domain
    hidden = any(unicodedata.category(character).startswith("C") for character in email)
    if misplaced or hidden or not _EMAIL.fullmatch(email):
        return FieldError("/email", "not-an-address", "This does not look like an e-mail address. Check it once more.")
    return None


def problem_with_name(name: str, *, field: str = "display_name", called: str = "Your name") -> FieldError | None:
    """What is wrong with a tidied name, or None: it must be one line."""
    if (problem := problem_with(name, field=field, name=called, most=LONGEST_NAME, lines=False)) is not None:
        return problem
    kinds = {unicodedata.category(character) for character in name}
    if kinds & _LINE_SEPARATORS or _TURNING & set(name):
        return FieldError(f"/{field}", "bad-characters", f"{called} has characters that cannot be kept. Type it again.")
    return None


def problem_with_display_name(name: str) -> FieldError | None:
    """What is wrong with the tidied name that others will read, or None.

    It must not say how to reach somebody, nor pass for another name or for those who keep Wherefore going.
    """
    if problem := problem_with_name(name) or problem_with_details(name, field="display_name", called="Your name"):
        return problem
    return problem_with_pretence(name, field="display_name", called="Your name")


def problem_with_details(text: str, *, field: str, called: str) -> FieldError | None:
    """What is wrong with a short text beside a name that says how to reach somebody, or None."""
    if not has_contact_details(text):
        return None
    said = (
        f"{called} cannot have an address, a link, a phone number or an account elsewhere in it. Leave that out here."
    )
    return FieldError(f"/{field}", "contact-details", said)


def problem_with_age(*, over_18: bool) -> FieldError | None:
    """What is wrong with what somebody says of their age, or None."""
    if over_18:
        return None
    return FieldError("/over_18", "not-adult", "Wherefore is for people of 18 or older. Tick the box if you are.")


def raise_any(problems: Iterable[FieldError | None]) -> None:
    """Refuse what was filled in, if anything is wrong with it.

    Raises:
        InvalidError: With everything that is wrong.
    """
    errors = tuple(problem for problem in problems if problem is not None)
    if errors:
        raise InvalidError("Some of what you wrote needs to be put right.", errors=errors)
