"""A form that was sent when its member had to prove once more who they are: it waits, and is sent afterwards."""

from typing import Any

import msgspec
from litestar import Request

from api.accounts.schemas import Credential
from web.forms import sent_form
from web.signatures import opened, sealed

AnyRequest = Request[Any, Any, Any]

WAITS = 3600
"""Seconds."""


class InterruptedForm(msgspec.Struct, frozen=True):
    """Where a form was sent, and what was in it; never a password."""

    action: str
    values: dict[str, list[str]]


def keep_form(request: AnyRequest) -> str:
    """What was sent, as a value for a hidden field that only this session can give back."""
    form = InterruptedForm(action=request.url.path, values=sent_form(request).kept())
    return sealed(_about(request), msgspec.json.encode(form).decode(), seconds=WAITS)


def kept_form(request: AnyRequest, value: str) -> InterruptedForm | None:
    """The form behind such a value; None when there is none, or it is another session's or too old."""
    text = opened(_about(request), value)
    return None if text is None else msgspec.json.decode(text, type=InterruptedForm)


def _about(request: AnyRequest) -> str:
    credential = request.scope.get("auth")
    return f"interrupted {credential.session_id if isinstance(credential, Credential) else None}"
