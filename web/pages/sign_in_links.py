"""Signing in by a link in a mail."""

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from api.accounts.asking import ask_for_sign_in
from api.accounts.errors import LinkDeadError
from api.accounts.links import look_at_link
from api.accounts.resetting import sign_in_by_link
from api.accounts.schemas import LinkPurpose
from api.authentication import Access
from api.limits.policies import RESET_ADDRESS
from web.contexts import Answer, PageRequest, page
from web.forms import Form, FormErrors
from web.mailed_links import (
    ask_for_mail,
    closed_link,
    ended_link,
    ended_page,
    mailed_again,
    mark_of,
    no_link,
    opened_link,
    pressed_link,
    token_of,
)
from web.sessions import browser_label, let_in


class SignInLinkPages(Controller):
    """For whoever would rather open their mail than remember a password."""

    path = "/sign-in/link"
    opt = {"access": Access.ANYONE}

    @get()
    async def form(self, request: PageRequest) -> Answer:
        """Ask for the address."""
        return await page(request, "mailed/sign_in_link.html", email="", errors=FormErrors())

    @post(opt={"limits": (RESET_ADDRESS,)})
    async def ask(self, request: PageRequest, form: NamedDependency[Form]) -> Answer:
        """Mail a link, if this is a member's address; the answer is the same if not."""
        return await ask_for_mail(request, form, ask=ask_for_sign_in, asked_on="mailed/sign_in_link.html")

    @get("/{token:str}")
    async def open(self, token: FromPath[str]) -> Answer:
        """Take the token out of the address."""
        return opened_link(token, page_of="/sign-in/link/open")

    @get("/open")
    async def confirm(self, request: PageRequest) -> Answer:
        """One button, so that a program that checks mails signs nobody in."""
        if (token := token_of(request)) is None:
            return await no_link(request)
        try:
            link = await look_at_link(token, purpose=LinkPurpose.SIGN_IN)
        except LinkDeadError:
            return await _ended(request, token)
        return await page(request, "mailed/open.html", email=link.email, link=mark_of(token))

    @post("/open")
    async def sign_in(self, request: PageRequest, form: NamedDependency[Form]) -> Answer:
        """Sign in, or close the page."""
        if form.ticked("close"):
            return closed_link()
        if (token := pressed_link(request)) is None:
            return await no_link(request)
        try:
            session = await sign_in_by_link(token, label=browser_label(request))
        except LinkDeadError:
            return await _ended(request, token)
        answer = let_in(session, after="/home")
        answer.set_cookie(ended_link())
        return answer

    @post("/open/again")
    async def again(self, request: PageRequest) -> Answer:
        """Mail another link in the place of one that is too old."""
        return await mailed_again(request, purpose=LinkPurpose.SIGN_IN, ask_at="/sign-in/link")


async def _ended(request: PageRequest, token: str) -> Answer:
    again = "/sign-in/link/open/again"
    return await ended_page(request, token, purpose=LinkPurpose.SIGN_IN, ask_at="/sign-in/link", again_at=again)
