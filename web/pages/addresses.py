"""Changing the address that one signs in with, and undoing that."""

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from api.accounts.asking import ask_for_new_address
from api.accounts.errors import LinkDeadError
from api.accounts.links import look_at_link
from api.accounts.new_addresses import bring_address_back, change_address
from api.accounts.recent import needs_recent
from api.accounts.schemas import Credential, LinkPurpose, Member
from api.authentication import Access
from api.errors import InvalidError
from api.profiles.queries import me
from web.contexts import Answer, PageRequest, page, redirect, redirect_with
from web.forms import Form, FormErrors
from web.mailed_links import (
    closed_link,
    dead_link,
    ended_link,
    link_cookie,
    mark_of,
    no_link,
    opened_link,
    pressed_link,
    token_of,
)
from web.sessions import browser_label, ended_session_cookies, signed_in


class AddressPages(Controller):
    """Another address for one's account."""

    path = "/settings/email"
    opt = {"access": Access.SIGNED_IN}

    @get()
    async def form(
        self, request: PageRequest, actor: NamedDependency[Member], credential: NamedDependency[Credential]
    ) -> Answer:
        """Ask for the new address."""
        needs_recent(credential)
        return await _form(request, actor, email="", errors=FormErrors())

    @post()
    async def ask(
        self,
        request: PageRequest,
        actor: NamedDependency[Member],
        credential: NamedDependency[Credential],
        form: NamedDependency[Form],
    ) -> Answer:
        """Mail a link to the new address; the answer is the same if it is somebody's."""
        email = form.field("email")
        try:
            await ask_for_new_address(actor, credential=credential, email=email)
        except InvalidError as error:
            return await _form(request, actor, email=email, errors=FormErrors.told_by(error))
        return redirect("/look-in-your-mail")

    @get("/{token:str}", opt={"access": Access.ANYONE})
    async def open(self, token: FromPath[str]) -> Answer:
        """Take the token out of the address, before anybody is asked to sign in."""
        return opened_link(token, page_of="/settings/email/confirm")

    @get("/confirm")
    async def ask_once_more(self, request: PageRequest, actor: NamedDependency[Member]) -> Answer:
        """One button, for the member whose account it is alone."""
        if (token := token_of(request)) is None:
            return await no_link(request)
        try:
            link = await look_at_link(token, purpose=LinkPurpose.NEW_ADDRESS)
        except LinkDeadError:
            return await dead_link(request, ask_at="/settings/email")
        if link.account != actor.id:
            return await dead_link(request, ask_at="/settings/email")
        return await page(request, "settings/email_confirm.html", email=link.email)

    @post("/confirm")
    async def change(self, request: PageRequest, actor: NamedDependency[Member]) -> Answer:
        """Change it, sign everybody else out, and tell the old address."""
        if (token := token_of(request)) is None:
            return await no_link(request)
        try:
            session = await change_address(actor, token=token, label=browser_label(request))
        except LinkDeadError:
            return await dead_link(request, ask_at="/settings/email")
        done = "Your e-mail address is changed. All other browsers are signed out, and tokens for programs are gone."
        return redirect_with("/settings", notice=done, cookies=[*signed_in(session), ended_link()])


class UndoPages(Controller):
    """Where the link leads that the old address gets."""

    path = "/undo"
    opt = {"access": Access.ANYONE}

    @get("/{token:str}")
    async def open(self, token: FromPath[str]) -> Answer:
        """Take the token out of the address."""
        return opened_link(token, page_of="/undo")

    @get()
    async def ask_once_more(self, request: PageRequest) -> Answer:
        """One button, so that a program that checks mails undoes nothing."""
        if (token := token_of(request)) is None:
            return await no_link(request)
        try:
            link = await look_at_link(token, purpose=LinkPurpose.UNDO)
        except LinkDeadError:
            return await dead_link(request, ask_at=None)
        return await page(request, "mailed/undo.html", email=link.email, link=mark_of(token))

    @post()
    async def undo(self, request: PageRequest, form: NamedDependency[Form]) -> Answer:
        """Bring the address back, end what was opened, and ask for a new password at once; or close the page."""
        if form.ticked("close"):
            return closed_link()
        if (token := pressed_link(request)) is None:
            return await no_link(request)
        try:
            reset = await bring_address_back(token)
        except LinkDeadError:
            return await dead_link(request, ask_at=None)
        done = "The change is undone, and everybody is signed out. Now set a new password."
        return redirect_with("/reset", notice=done, cookies=[link_cookie(reset), *ended_session_cookies()])


async def _form(request: PageRequest, actor: Member, *, email: str, errors: FormErrors) -> Answer:
    return await page(
        request,
        "settings/email.html",
        now=(await me(actor)).email,
        email=email,
        errors=errors,
    )
