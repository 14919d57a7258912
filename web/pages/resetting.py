"""A new password for whoever reads the member's mail."""

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from api.accounts.asking import ask_for_reset
from api.accounts.errors import LinkDeadError, WrongCodeError
from api.accounts.links import look_at_link
from api.accounts.resetting import asks_for_code, reset_password
from api.accounts.schemas import LinkPurpose
from api.authentication import Access
from api.errors import InvalidError
from api.limits.policies import RESET_ADDRESS
from api.settings import settings
from web.contexts import Answer, PageRequest, page, redirect_with
from web.forms import Form, FormErrors
from web.mailed_links import (
    ask_for_mail,
    ended_page,
    mailed_again,
    mark_of,
    no_link,
    opened_link,
    pressed_link,
    token_of,
)
from web.sessions import ended_cookies, forgotten


class ForgottenPages(Controller):
    """For whoever forgot their password."""

    opt = {"access": Access.ANYONE}

    @get("/forgot")
    async def form(self, request: PageRequest) -> Answer:
        """Ask for the address."""
        return await page(request, "mailed/forgot.html", email="", errors=FormErrors())

    @post("/forgot", opt={"limits": (RESET_ADDRESS,)})
    async def ask(self, request: PageRequest, form: NamedDependency[Form]) -> Answer:
        """Mail a link, if this is a member's address; the answer is the same if not."""
        return await ask_for_mail(request, form, ask=ask_for_reset, asked_on="mailed/forgot.html")

    @get("/look-in-your-mail")
    async def sent(self, request: PageRequest) -> Answer:
        """Say that a mail comes, if one comes."""
        return await page(request, "mailed/sent.html", contact=settings().security_contact)


class ResetPages(Controller):
    """Where the mailed link leads."""

    path = "/reset"
    opt = {"access": Access.ANYONE}

    @get("/{token:str}")
    async def open(self, token: FromPath[str]) -> Answer:
        """Take the token out of the address."""
        return opened_link(token, page_of="/reset")

    @get()
    async def form(self, request: PageRequest) -> Answer:
        """Ask for a new password."""
        token = token_of(request)
        return await no_link(request) if token is None else await _form(request, token, errors=FormErrors())

    @post()
    async def reset(self, request: PageRequest, form: NamedDependency[Form]) -> Answer:
        """Set it, and sign everybody out."""
        if (token := pressed_link(request)) is None:
            return await no_link(request)
        try:
            await reset_password(token, password=form.raw("password"), code=form.field("code"))
        except LinkDeadError:
            return await _ended(request, token)
        except WrongCodeError as error:
            return await _form(request, token, errors=FormErrors.told("code", error.detail))
        except InvalidError as error:
            return await _form(request, token, errors=FormErrors.told_by(error))
        done = "Your new password is set. Sign in with it."
        return forgotten(redirect_with("/sign-in", notice=done, cookies=ended_cookies()))

    @post("/again")
    async def again(self, request: PageRequest) -> Answer:
        """Mail another link in the place of one that is too old."""
        return await mailed_again(request, purpose=LinkPurpose.RESET, ask_at="/forgot")


async def _form(request: PageRequest, token: str, *, errors: FormErrors) -> Answer:
    try:
        link = await look_at_link(token, purpose=LinkPurpose.RESET)
        asks = await asks_for_code(token)
    except LinkDeadError:
        return await _ended(request, token)
    return await page(
        request,
        "mailed/reset.html",
        email=link.email,
        link=mark_of(token),
        asks_for_code=asks,
        errors=errors,
    )


async def _ended(request: PageRequest, token: str) -> Answer:
    return await ended_page(request, token, purpose=LinkPurpose.RESET, ask_at="/forgot", again_at="/reset/again")
