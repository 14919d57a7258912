"""Signing in and out."""

from litestar import Controller, get, post
from litestar.di import NamedDependency

from api.accounts.errors import WrongCredentialsError
from api.accounts.schemas import Credential, Member
from api.accounts.services import sign_in, sign_out
from api.authentication import Access
from web.contexts import Answer, PageRequest, local_path, page, redirect, redirect_with
from web.forms import Form, FormErrors
from web.sessions import browser_label, ended_cookie, forgotten, session_cookie


class SigningInPages(Controller):
    """The way in and the way out."""

    opt = {"access": Access.ANYONE}

    @get("/sign-in")
    async def form(self, request: PageRequest, viewer: NamedDependency[Member | None]) -> Answer:
        """Ask for address and password."""
        after = local_path(request.query_params.get("next"))
        if viewer is not None:
            return redirect(after)
        return await page(request, "signing_in/sign_in.html", email="", next=after, errors=FormErrors())

    @post("/sign-in")
    async def sign_in(self, request: PageRequest, form: NamedDependency[Form]) -> Answer:
        """Open a session, or say that the two do not go together."""
        after, email = local_path(form.field("next")), form.field("email")
        try:
            session = await sign_in(email=email, password=form.raw("password"), label=browser_label(request))
        except WrongCredentialsError as error:
            errors = FormErrors()
            errors.add("email", error.detail)
            return await page(
                request, "signing_in/sign_in.html", status_code=422, email=email, next=after, errors=errors
            )
        return redirect(after, cookies=[session_cookie(session)])

    @post("/sign-out")
    async def sign_out(self, viewer: NamedDependency[Member | None], request: PageRequest) -> Answer:
        """End this browser's session; ended already is ended."""
        credential: Credential | None = request.auth
        if viewer is not None and credential is not None and credential.session_id is not None:
            await sign_out(viewer, session_id=credential.session_id)
        return forgotten(redirect_with("/", notice="You are signed out.", cookies=[ended_cookie()]))
