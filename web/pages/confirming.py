"""Confirming the address with which somebody joined."""

from typing import Any

import msgspec
from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from api.accounts.confirming import confirm_address
from api.accounts.errors import LinkDeadError, PasskeyRefusedError, WrongCredentialsError
from api.accounts.joining_by_passkey import confirm_by_passkey, options_to_confirm
from api.accounts.pending import look_at_sign_up, mail_again
from api.accounts.schemas import Member
from api.authentication import Access
from web.contexts import Answer, PageRequest, page, redirect
from web.forms import Form, FormErrors
from web.mailed_links import dead_link, ended_link, no_link, opened_link, token_of
from web.pages.join_steps import Answers
from web.pages.joined import begin_with
from web.passkeys import browser_of, options_reply
from web.sessions import browser_label, signed_in
from web.sign_ups import begun_here, ended


class ConfirmPages(Controller):
    """Where the mailed link leads."""

    path = "/confirm"
    opt = {"access": Access.ANYONE}

    @get("/{token:str}")
    async def open(self, token: FromPath[str]) -> Answer:
        """Take the token out of the address."""
        return opened_link(token, page_of="/confirm")

    @get()
    async def form(self, request: PageRequest) -> Answer:
        """Ask for the password that was chosen, so that nobody confirms what a stranger began."""
        token = token_of(request)
        return await no_link(request) if token is None else await _form(request, token, errors=FormErrors())

    @post()
    async def confirm(self, request: PageRequest, form: NamedDependency[Form]) -> Answer:
        """Make the account with all that was chosen, and sign in."""
        if (token := token_of(request)) is None:
            return await no_link(request)
        try:
            confirmed = await confirm_address(token, password=form.raw("password"), label=browser_label(request))
        except LinkDeadError:
            return await dead_link(request, ask_at="/join", ask="Join again")
        except WrongCredentialsError:
            wrong = "This is not the password that was chosen with this address. Try once more."
            return await _form(request, token, errors=FormErrors.told("password", wrong))
        await _switch_on(confirmed.session.member, confirmed.choices)
        return redirect("/first-words", cookies=[*signed_in(confirmed.session), ended_link(), ended()])

    @post("/passkey/options")
    async def options(self, request: PageRequest) -> Response[dict[str, Any]]:
        """What the browser is asked with: the passkey that was made at joining alone will do."""
        made = await options_to_confirm(token_of(request) or "", browser=browser_of(request))
        return options_reply(request, made)

    @post("/passkey")
    async def by_passkey(self, request: PageRequest, form: NamedDependency[Form]) -> Answer:
        """Make the account with all that was chosen, and sign in."""
        if (token := token_of(request)) is None:
            return await no_link(request)
        answer, browser, label = form.raw("answer_of_passkey"), browser_of(request), browser_label(request)
        try:
            confirmed = await confirm_by_passkey(token, answer=answer, browser=browser, label=label)
        except LinkDeadError:
            return await dead_link(request, ask_at="/join", ask="Join again")
        except PasskeyRefusedError as error:
            return await _form(request, token, errors=FormErrors.told_by(error))
        await _switch_on(confirmed.session.member, confirmed.choices)
        return redirect("/first-words", cookies=[*signed_in(confirmed.session), ended_link(), ended()])

    @post("/again")
    async def again(self, request: PageRequest) -> Answer:
        """Mail another link in the place of one that is too old."""
        if (token := token_of(request)) is None:
            return await no_link(request)
        try:
            await mail_again(token, begun_here=begun_here(request))
        except LinkDeadError:
            return await dead_link(request, ask_at="/join", ask="Join again")
        return redirect("/look-in-your-mail", cookies=[ended_link()])


async def _form(request: PageRequest, token: str, *, errors: FormErrors) -> Answer:
    try:
        sign_up = await look_at_sign_up(token)
    except LinkDeadError:
        return await dead_link(request, ask_at="/join", ask="Join again")
    if not sign_up.works:
        return await page(request, "mailed/confirm_again.html", status_code=410)
    return await page(
        request,
        "mailed/confirm.html",
        email=sign_up.email,
        by_passkey=sign_up.by_passkey,
        another_waits=sign_up.another_waits,
        errors=errors,
    )


async def _switch_on(member: Member, choices: str | None) -> None:
    """Begin with what was chosen. What changed its consent text since is asked for anew, when the member wants it."""
    if choices is not None:
        await begin_with(member, msgspec.json.decode(choices, type=Answers))
