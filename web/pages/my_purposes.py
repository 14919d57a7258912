"""Switching purposes on, with consent where it is needed, and off."""

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Template

from api.accounts.schemas import Member
from api.authentication import Access
from api.limits.policies import STATEMENTS
from api.profiles.errors import ConsentNeededError
from api.profiles.queries import my_purposes
from api.profiles.schemas import PurposeRead, PurposeSwitch
from api.profiles.services import switch_off_purpose, switch_on_purpose
from web.consents import consents_to_read
from web.contexts import Answer, PageRequest, page, redirect_with
from web.forms import Form, FormErrors
from web.purposes import purpose_named
from web.words import PURPOSES


class MyPurposePages(Controller):
    """Why I am here."""

    path = "/me/purposes"
    opt = {"access": Access.MEMBER}

    @get()
    async def choose(self, request: PageRequest, actor: NamedDependency[Member]) -> Template:
        """Show all six with what is on."""
        on = {mine.purpose for mine in await my_purposes(actor)}
        return await page(request, "me/purposes.html", purposes=list(PURPOSES.values()), on=on)

    @get("/{purpose:str}/on")
    async def ask_on(self, request: PageRequest, purpose: FromPath[str]) -> Template:
        """Show what switching a purpose on means, and the consent text if there is one."""
        return await _ask_on(request, purpose_named(purpose), FormErrors())

    @post("/{purpose:str}/on", opt={"limits": (STATEMENTS,)})
    async def on(
        self,
        request: PageRequest,
        actor: NamedDependency[Member],
        form: NamedDependency[Form],
        purpose: FromPath[str],
    ) -> Answer:
        """Switch a purpose on."""
        read = purpose_named(purpose)
        try:
            await switch_on_purpose(actor, purpose=read.purpose, switch=PurposeSwitch(form.field("consent") or None))
        except ConsentNeededError:
            errors = FormErrors()
            errors.add("consent", "Tick the box if you agree. Without it, this purpose stays off.")
            return await _ask_on(request, read, errors)
        return redirect_with(f"/first-words/{read.purpose}", notice=f"{read.name} is on.")

    @get("/{purpose:str}/off", opt={"access": Access.SIGNED_IN})
    async def ask_off(self, request: PageRequest, actor: NamedDependency[Member], purpose: FromPath[str]) -> Template:
        """Say what switching a purpose off does."""
        return await page(request, "me/switch_off.html", purpose=purpose_named(purpose), actor=actor)

    @post("/{purpose:str}/off", opt={"access": Access.SIGNED_IN})
    async def off(self, actor: NamedDependency[Member], purpose: FromPath[str]) -> Answer:
        """Switch a purpose off."""
        read = purpose_named(purpose)
        await switch_off_purpose(actor, purpose=read.purpose)
        return redirect_with("/me", notice=f"{read.name} is off. Nobody finds you by it any more.")


async def _ask_on(request: PageRequest, read: PurposeRead, errors: FormErrors) -> Template:
    [asked], _ = consents_to_read([(read.consent_version or "", read)])
    return await page(request, "me/switch_on.html", purpose=read, asked=asked, errors=errors)
