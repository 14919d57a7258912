"""What a form sent, and everything that is wrong with it at once."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Self
from urllib.parse import parse_qs

import msgspec
from litestar import Request

from api.errors import MalformedError, WhereforeError
from api.texts import tidy

MOST_FIELDS = 300
LONGEST_CHOICE = 200
"""Of what is ticked; what is longer is no choice of ours, and nobody waits for it to be read."""

_FORM = "application/x-www-form-urlencoded"
_NEVER_SHOWN_AGAIN = {"csrf_token", "page", "password", "new_password", "code", "answer_of_passkey"}


class FormToken(str):
    """What a form carries so that it is known as ours, and on which page it stands, so that one can be led back."""

    __slots__ = ("page",)
    page: str

    def __new__(cls, token: str, *, page: str) -> Self:
        """The token; `page` is a path of this site."""
        made = super().__new__(cls, token)
        made.page = page
        return made


class Form(msgspec.Struct, frozen=True):
    """The fields of a form that was sent."""

    values: dict[str, list[str]] = {}

    def field(self, name: str, default: str = "") -> str:
        """What was typed in a field, tidied."""
        return tidy(self.raw(name, default))

    def raw(self, name: str, default: str = "") -> str:
        """What was typed in a field, byte for byte: for passwords."""
        return self.values.get(name, [default])[0]

    def fields(self, name: str) -> list[str]:
        """Every choice that was ticked under one name."""
        return [value.strip() for value in self.values.get(name, []) if len(value) <= LONGEST_CHOICE]

    def ticked(self, name: str) -> bool:
        """Whether a single box was ticked."""
        return name in self.values

    def typed(self) -> dict[str, str]:
        """The first value of everything that may be shown again: not passwords."""
        return {name: values[0] for name, values in self.kept().items()}

    def kept(self) -> dict[str, list[str]]:
        """Every value of everything that may be shown again: not passwords."""
        return {name: values for name, values in self.values.items() if name not in _NEVER_SHOWN_AGAIN}


class FormError(msgspec.Struct, frozen=True):
    """What is wrong with one field; `field` is empty when it is about the whole form."""

    field: str
    message: str


class FormErrors:
    """Everything that is wrong with a form, in the order of its fields."""

    def __init__(self) -> None:
        """Begin with nothing wrong."""
        self._errors: list[FormError] = []

    @classmethod
    def told_by(cls, error: WhereforeError, *, names: Mapping[str, str] | None = None) -> "FormErrors":
        """What a service refused.

        Args:
            error: The refusal, with JSON pointers to fields when it is about fields.
            names: For fields whose name in the form is another than in the body.
        """
        errors = cls()
        for found in error.errors:
            name = found.pointer.strip("/").partition("/")[0]
            errors.add((names or {}).get(name, name), found.detail)
        if not error.errors:
            errors.add("", error.detail)
        return errors

    @classmethod
    def told(cls, field: str, message: str) -> "FormErrors":
        """One thing that is wrong."""
        errors = cls()
        errors.add(field, message)
        return errors

    def add(self, field: str, message: str) -> None:
        """Note one more error."""
        self._errors.append(FormError(field, message))

    def in_order(self, fields: Sequence[str]) -> "FormErrors":
        """The same, in the order in which the fields stand on the page; those of no field there come last."""
        ordered = FormErrors()
        places = {name: place for place, name in enumerate(fields)}
        ordered._errors = sorted(self._errors, key=lambda error: places.get(error.field, len(places)))
        return ordered

    def of(self, field: str) -> str | None:
        """The first error of a field, for beside the field."""
        return next((error.message for error in self._errors if error.field == field), None)

    def __iter__(self) -> Iterator[FormError]:
        """Go through all errors, for the summary."""
        return iter(self._errors)

    def __bool__(self) -> bool:
        """Whether anything is wrong."""
        return bool(self._errors)


async def provide_form(request: Request[Any, Any, Any]) -> Form:
    """The form that was sent; empty when none was.

    Raises:
        MalformedError: The body is no form.
    """
    if not isinstance(request.scope["state"].get("form"), Form):
        request.scope["state"]["form"] = await _read(request)
    return sent_form(request)


def sent_form(request: Request[Any, Any, Any]) -> Form:
    """The form as far as it was read already; empty when none was."""
    form = request.scope["state"].get("form")
    return form if isinstance(form, Form) else Form()


async def _read(request: Request[Any, Any, Any]) -> Form:
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _FORM:
        return Form()
    try:
        body = (await request.body()).decode()
        return Form(parse_qs(body, keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="strict"))
    except ValueError as error:
        raise MalformedError("The form could not be read. Go back, and send it again.") from error
