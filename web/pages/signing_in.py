"""Signing in and out."""

from typing import Any
from urllib.parse import quote

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.response import Template

from api.accounts.errors import PasskeyRefusedError, StartAgainError, WrongCodeError, WrongCredentialsError
from api.accounts.passkeys import options_to_sign_in, sign_in_by_passkey
from api.accounts.schemas import Credential, Member
from api.accounts.services import sign_out
from api.accounts.signing_in import finish_sign_in, is_pending, start_sign_in
from api.authentication import Access
from api.limits.errors import TooManyError
from web.contexts import Answer, PageRequest, local_path, page, redirect, redirect_with, to_wait
from web.forms import Form, FormErrors
from web.passkeys import browser_of, options_reply
from web.sessions import (
    browser_label,
    ended_cookies,
    ended_pending_cookie,
    forgotten,
    let_in,
    pending_key,
    signed_in,
)


class SigningInPages(Controller):
    """The way in and the way out."""

    opt = {"access": Access.ANYONE}

    @get("/sign-in")
    async def form(self, request: PageRequest, viewer: NamedDependency[Member | None]) -> Answer:
        """Ask for a passkey, or for address and password."""
        after = local_path(request.query_params.get("next"))
        return redirect(after) if viewer is not None else await _sign_in(request, after=after)

    @post("/sign-in")
    async def sign_in(self, request: PageRequest, form: NamedDependency[Form]) -> Answer:
        """Open a session, ask for a code first, or say that the two do not go together."""
        after, email = local_path(form.field("next")), form.field("email")
        if missing := _missing(form):
            return await _sign_in(request, after=after, email=email, errors=missing)
        try:
            outcome = await start_sign_in(email=email, password=form.raw("password"), label=browser_label(request))
        except WrongCredentialsError as error:
            return await _sign_in(request, after=after, email=email, wrong=("email", error.detail))
        except TooManyError as error:
            drawn = await _sign_in(request, after=after, email=email, wrong=("", error.detail))
            return to_wait(drawn, error)
        return let_in(outcome, after=after)

    @post("/sign-in/passkey/options")
    async def options(self, request: PageRequest) -> Response[dict[str, Any]]:
        """What the browser is asked with; the same for whoever asks."""
        return options_reply(request, await options_to_sign_in(browser=browser_of(request)))

    @post("/sign-in/passkey")
    async def by_passkey(self, request: PageRequest, form: NamedDependency[Form]) -> Answer:
        """Open a session for whoever holds the passkey."""
        after = local_path(form.field("next"))
        try:
            session = await sign_in_by_passkey(
                form.raw("answer_of_passkey"), browser=browser_of(request), label=browser_label(request)
            )
        except PasskeyRefusedError as error:
            return await _sign_in(request, after=after, wrong=("", error.detail))
        return let_in(session, after=after)

    @get("/sign-in/code")
    async def ask_code(self, request: PageRequest) -> Answer:
        """Ask for the code that the app shows."""
        after = local_path(request.query_params.get("next"))
        return await _ask_code(request, after=after) if await is_pending(pending_key(request)) else _start_again(after)

    @post("/sign-in/code")
    async def take_code(self, request: PageRequest, form: NamedDependency[Form]) -> Answer:
        """Open the session, or ask once more."""
        after = local_path(form.field("next"))
        try:
            session = await finish_sign_in(pending_key(request), code=form.raw("code"), label=browser_label(request))
        except WrongCodeError as error:
            return await _ask_code(request, after=after, wrong=error.detail)
        except TooManyError as error:
            return to_wait(await _ask_code(request, after=after, wrong=error.detail), error)
        except StartAgainError as error:
            return _start_again(after, words=error.detail)
        return redirect(after, cookies=[*signed_in(session), ended_pending_cookie()])

    @post("/sign-out")
    async def sign_out(self, viewer: NamedDependency[Member | None], request: PageRequest) -> Answer:
        """End this browser's session; ended already is ended."""
        credential: Credential | None = request.auth
        if viewer is not None and credential is not None and credential.session_id is not None:
            await sign_out(viewer, session_id=credential.session_id)
        return forgotten(redirect_with("/", notice="You are signed out.", cookies=ended_cookies()))


def _missing(form: Form) -> FormErrors:
    """What was left empty: nobody is told that something is not right which they did not type."""
    errors = FormErrors()
    if not form.field("email"):
        errors.add("email", "Your e-mail address is missing.")
    if not form.raw("password"):
        errors.add("password", "Your password is missing.")
    return errors


async def _sign_in(
    request: PageRequest,
    *,
    after: str,
    email: str = "",
    wrong: tuple[str, str] | None = None,
    errors: FormErrors | None = None,
) -> Template:
    errors = errors or (FormErrors() if wrong is None else FormErrors.told(*wrong))
    return await page(
        request,
        "signing_in/sign_in.html",
        email=email,
        next=after,
        errors=errors,
    )


async def _ask_code(request: PageRequest, *, after: str, wrong: str | None = None) -> Template:
    errors = FormErrors() if wrong is None else FormErrors.told("code", wrong)
    return await page(request, "signing_in/code.html", next=after, errors=errors)


def _start_again(after: str, *, words: str | None = None) -> Answer:
    url = "/sign-in" if after == local_path(None) else f"/sign-in?next={quote(after, safe='')}"
    cookies = [ended_pending_cookie()]
    return redirect(url, cookies=cookies) if words is None else redirect_with(url, notice=words, cookies=cookies)
