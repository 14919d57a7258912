"""Proving once more who one is, on the way to a dangerous change and back to it."""

from typing import Any

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.response import Template

from api.accounts.errors import PasskeyRefusedError, WrongCodeError, WrongCredentialsError
from api.accounts.passkeys import options_to_prove, prove_by_passkey
from api.accounts.recent import is_recent
from api.accounts.schemas import Credential, Member, SessionCreated
from api.accounts.signing_in import prove_again
from api.accounts.ways_in import ways_in
from api.authentication import Access
from api.limits.errors import TooManyError
from web.contexts import Answer, PageRequest, local_path, page, redirect, to_wait
from web.forms import Form, FormErrors
from web.interrupted import kept_form
from web.passkeys import browser_of, options_reply
from web.sessions import signed_in


class SigningInAgainPages(Controller):
    """The question whether it is still the member who sits at this browser."""

    path = "/sign-in/again"
    opt = {"access": Access.SIGNED_IN}

    @get()
    async def ask(
        self, request: PageRequest, actor: NamedDependency[Member], credential: NamedDependency[Credential]
    ) -> Answer:
        """Ask, unless they proved it just now."""
        after = local_path(request.query_params.get("next"))
        return redirect(after) if is_recent(credential) else await _ask(request, actor, Form(), after=after)

    @post()
    async def prove(
        self,
        request: PageRequest,
        actor: NamedDependency[Member],
        credential: NamedDependency[Credential],
        form: NamedDependency[Form],
    ) -> Answer:
        """Take a password, and lead back to what was interrupted. A form that arrives without any is asked for one."""
        if not form.ticked("password"):
            return await _ask(request, actor, form)
        try:
            session = await prove_again(
                actor, credential=credential, password=form.raw("password"), code=form.raw("code")
            )
        except WrongCredentialsError:
            return await _ask(request, actor, form, wrong=("password", "This is not your password. Try once more."))
        except WrongCodeError as error:
            return await _ask(request, actor, form, wrong=("code", error.detail))
        except TooManyError as error:
            return to_wait(await _ask(request, actor, form, wrong=("", error.detail)), error)
        return await _go_on(request, form, session)

    @post("/options")
    async def options(self, request: PageRequest, actor: NamedDependency[Member]) -> Response[dict[str, Any]]:
        """What the browser is asked with: only the member's own passkeys will do."""
        return options_reply(request, await options_to_prove(actor, browser=browser_of(request)))

    @post("/passkey")
    async def by_passkey(
        self,
        request: PageRequest,
        actor: NamedDependency[Member],
        credential: NamedDependency[Credential],
        form: NamedDependency[Form],
    ) -> Answer:
        """Take a passkey, and lead back to what was interrupted."""
        try:
            session = await prove_by_passkey(
                actor, credential=credential, answer=form.raw("answer_of_passkey"), browser=browser_of(request)
            )
        except PasskeyRefusedError as error:
            return await _ask(request, actor, form, wrong=("", error.detail))
        return await _go_on(request, form, session)


async def _ask(
    request: PageRequest, actor: Member, form: Form, *, after: str | None = None, wrong: tuple[str, str] | None = None
) -> Template:
    errors = FormErrors() if wrong is None else FormErrors.told(*wrong)
    return await page(
        request,
        "signing_in/again.html",
        next=after or local_path(form.field("next")),
        kept=form.raw("kept"),
        ways=await ways_in(actor),
        errors=errors,
    )


async def _go_on(request: PageRequest, form: Form, session: SessionCreated) -> Answer:
    """To the page that was asked for, or with the form that was interrupted."""
    waiting = kept_form(request, form.raw("kept"))
    if waiting is None:
        return redirect(local_path(form.field("next")), cookies=signed_in(session))
    drawn = await page(request, "signing_in/go_on.html", form=waiting)
    for one in signed_in(session):
        drawn.set_cookie(one)
    return drawn
