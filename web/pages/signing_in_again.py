"""Proving once more who one is, on the way to a dangerous change and back to it."""

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.response import Template

from api.accounts.errors import WrongCredentialsError
from api.accounts.recent import is_recent
from api.accounts.schemas import Credential, Member
from api.accounts.signing_in import prove_again
from api.authentication import Access
from web.contexts import Answer, PageRequest, local_path, page, redirect
from web.forms import Form, FormErrors
from web.interrupted import kept_form
from web.sessions import session_cookie


class SigningInAgainPages(Controller):
    """The question whether it is still the member who sits at this browser."""

    path = "/sign-in/again"
    opt = {"access": Access.SIGNED_IN}

    @get()
    async def ask(self, request: PageRequest, credential: NamedDependency[Credential]) -> Answer:
        """Ask, unless they proved it just now."""
        after = local_path(request.query_params.get("next"))
        if is_recent(credential):
            return redirect(after)
        return await _ask(request, after=after)

    @post()
    async def prove(
        self,
        request: PageRequest,
        actor: NamedDependency[Member],
        credential: NamedDependency[Credential],
        form: NamedDependency[Form],
    ) -> Answer:
        """Take the proof, and lead back to what was interrupted. A form that arrives without any is asked for one."""
        after, kept = local_path(form.field("next")), form.raw("kept")
        if not form.ticked("password"):
            return await _ask(request, after=after, kept=kept)
        try:
            session = await prove_again(actor, credential=credential, password=form.raw("password"))
        except WrongCredentialsError:
            return await _ask(request, after=after, kept=kept, wrong="This is not your password. Try once more.")
        waiting = kept_form(request, kept)
        if waiting is None:
            return redirect(after, cookies=[session_cookie(session)])
        drawn = await page(request, "signing_in/go_on.html", form=waiting)
        drawn.set_cookie(session_cookie(session))
        return drawn


async def _ask(request: PageRequest, *, after: str, kept: str = "", wrong: str | None = None) -> Template:
    errors = FormErrors()
    if wrong is not None:
        errors.add("password", wrong)
    return await page(
        request, "signing_in/again.html", status_code=422 if errors else 200, next=after, kept=kept, errors=errors
    )
