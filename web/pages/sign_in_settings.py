"""Settings about the ways into one's account: passkeys, password, codes from an app."""

from io import BytesIO
from typing import Any
from uuid import UUID

import segno
from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Template

from api.accounts import passkeys, second_factor, ways_in
from api.accounts.errors import LastWayInError, PasskeyRefusedError, TooManyPasskeysError, WrongCodeError
from api.accounts.recent import needs_recent
from api.accounts.schemas import Credential, Member
from api.authentication import Access
from api.errors import InvalidError
from api.profiles.queries import me
from web.contexts import Answer, PageRequest, page, redirect, redirect_with
from web.forms import Form, FormErrors
from web.passkeys import browser_of, options_reply
from web.sessions import browser_label, ended_cookies, forgotten, known_cookie

HERE = "/settings/sign-in"
_KEPT = "Your new password is kept. All other browsers are signed out, and tokens for programs are gone."


class SignInSettingsPages(Controller):
    """What opens one's account, and how to change it; also for a member who is suspended."""

    path = HERE
    opt = {"access": Access.SIGNED_IN}

    @get()
    async def show(self, request: PageRequest, actor: NamedDependency[Member]) -> Template:
        """List every way in, each with its last use."""
        return await page(request, "settings/sign_in.html", ways=await ways_in.ways_in(actor))

    @post("/everywhere/end")
    async def end_everywhere(self, actor: NamedDependency[Member]) -> Answer:
        """End all sessions and tokens, and this session with them."""
        await ways_in.sign_out_everywhere(actor)
        return forgotten(redirect_with("/", notice="You are signed out everywhere.", cookies=ended_cookies()))

    @get("/password")
    async def password_form(
        self, request: PageRequest, actor: NamedDependency[Member], credential: NamedDependency[Credential]
    ) -> Template:
        """Ask for a new password."""
        needs_recent(credential)
        return await _password_form(request, actor, FormErrors())

    @post("/password")
    async def change_password(
        self,
        request: PageRequest,
        actor: NamedDependency[Member],
        credential: NamedDependency[Credential],
        form: NamedDependency[Form],
    ) -> Answer:
        """Keep a new password."""
        try:
            mark = await ways_in.change_password(actor, credential=credential, password=form.raw("password"))
        except InvalidError as error:
            return await _password_form(request, actor, FormErrors.told_by(error))
        return redirect_with(HERE, notice=_KEPT, cookies=[known_cookie(mark)])


class PasskeySettingsPages(Controller):
    """Adding and removing passkeys."""

    path = f"{HERE}/passkeys"
    opt = {"access": Access.SIGNED_IN}

    @get("/new")
    async def new_passkey(self, request: PageRequest, credential: NamedDependency[Credential]) -> Template:
        """Ask what to call a new passkey."""
        needs_recent(credential)
        return await _passkey_form(request, browser_label(request), FormErrors())

    @post("/options")
    async def options(
        self, request: PageRequest, actor: NamedDependency[Member], credential: NamedDependency[Credential]
    ) -> Response[dict[str, Any]]:
        """What the browser is asked with."""
        made = await passkeys.options_to_add(actor, credential=credential, browser=browser_of(request))
        return options_reply(request, made)

    @post("/new")
    async def add_passkey(
        self,
        request: PageRequest,
        actor: NamedDependency[Member],
        credential: NamedDependency[Credential],
        form: NamedDependency[Form],
    ) -> Answer:
        """Keep the passkey that the device has made."""
        try:
            await passkeys.add_passkey(
                actor,
                credential=credential,
                answer=form.raw("answer_of_passkey"),
                name=form.field("name"),
                browser=browser_of(request),
            )
        except (InvalidError, PasskeyRefusedError, TooManyPasskeysError) as error:
            return await _passkey_form(request, form.field("name"), FormErrors.told_by(error))
        return redirect_with(HERE, notice="The passkey is added. You can sign in with it from now on.")

    @get("/{passkey_id:uuid}/remove")
    async def confirm_remove(
        self,
        request: PageRequest,
        actor: NamedDependency[Member],
        credential: NamedDependency[Credential],
        passkey_id: FromPath[UUID],
    ) -> Template:
        """Say what stops working before a passkey is removed."""
        needs_recent(credential)
        kept = await passkeys.passkey(actor, passkey_id)
        last = await passkeys.is_last_way_in(actor, kept)
        return await page(request, "settings/passkey_remove.html", passkey=kept, is_last_way_in=last)

    @post("/{passkey_id:uuid}/remove")
    async def remove(
        self,
        actor: NamedDependency[Member],
        credential: NamedDependency[Credential],
        passkey_id: FromPath[UUID],
    ) -> Answer:
        """Let a passkey open nothing any more."""
        try:
            await passkeys.remove_passkey(actor, passkey_id, credential=credential)
        except LastWayInError as error:
            return redirect_with(HERE, notice=error.detail)
        return redirect_with(HERE, notice="The passkey is removed. It opens nothing any more.")


class AppSettingsPages(Controller):
    """Setting up and switching off codes from an app."""

    path = HERE
    opt = {"access": Access.SIGNED_IN}

    @post("/app")
    async def begin(self, actor: NamedDependency[Member], credential: NamedDependency[Credential]) -> Answer:
        """Make a secret for the app."""
        await second_factor.begin_second_factor(actor, credential=credential)
        return redirect(f"{HERE}/app")

    @get("/app")
    async def show(
        self, request: PageRequest, actor: NamedDependency[Member], credential: NamedDependency[Credential]
    ) -> Answer:
        """Show the secret, to be scanned or typed, until a first code proved that the app has it."""
        return await _app(request, actor, credential, FormErrors())

    @post("/app/confirm")
    async def confirm(
        self,
        request: PageRequest,
        actor: NamedDependency[Member],
        credential: NamedDependency[Credential],
        form: NamedDependency[Form],
    ) -> Answer:
        """Ask for codes from now on, and show the recovery codes, this once."""
        try:
            codes = await second_factor.confirm_second_factor(actor, credential=credential, code=form.raw("code"))
        except WrongCodeError as error:
            return await _app(request, actor, credential, FormErrors.told("code", error.detail))
        return await _recovery_codes(request, codes)

    @get("/app/off")
    async def confirm_switch_off(
        self, request: PageRequest, actor: NamedDependency[Member], credential: NamedDependency[Credential]
    ) -> Answer:
        """Say what it means before codes are asked for no more."""
        return await _about_the_app(request, actor, credential, "settings/app_off.html")

    @post("/app/off")
    async def switch_off(self, actor: NamedDependency[Member], credential: NamedDependency[Credential]) -> Answer:
        """Stop asking for codes."""
        await second_factor.switch_off_second_factor(actor, credential=credential)
        return redirect_with(HERE, notice="We no longer ask for codes.")

    @get("/recovery-codes")
    async def confirm_new_recovery_codes(
        self, request: PageRequest, actor: NamedDependency[Member], credential: NamedDependency[Credential]
    ) -> Answer:
        """Say that the old codes stop working before there are new ones."""
        return await _about_the_app(request, actor, credential, "settings/recovery_codes_new.html")

    @post("/recovery-codes")
    async def new_recovery_codes(
        self, request: PageRequest, actor: NamedDependency[Member], credential: NamedDependency[Credential]
    ) -> Answer:
        """Make and show another set of recovery codes."""
        return await _recovery_codes(request, await second_factor.new_recovery_codes(actor, credential=credential))


async def _password_form(request: PageRequest, actor: Member, errors: FormErrors) -> Template:
    return await page(
        request,
        "settings/password.html",
        email=(await me(actor)).email,
        errors=errors,
    )


async def _passkey_form(request: PageRequest, name: str, errors: FormErrors) -> Template:
    return await page(request, "settings/passkey.html", name=name, errors=errors)


async def _app(request: PageRequest, actor: Member, credential: Credential, errors: FormErrors) -> Answer:
    app = await second_factor.waiting_app(actor, credential=credential)
    if app is None:
        return redirect(HERE)
    return _not_kept(
        await page(
            request,
            "settings/app.html",
            key=" ".join(app.key[start : start + 4] for start in range(0, len(app.key), 4)),
            square=_square(app.uri),
            errors=errors,
        )
    )


async def _about_the_app(request: PageRequest, actor: Member, credential: Credential, template: str) -> Answer:
    needs_recent(credential)
    ways = await ways_in.ways_in(actor)
    return await page(request, template, ways=ways) if ways.app else redirect(HERE)


async def _recovery_codes(request: PageRequest, codes: list[str]) -> Template:
    return _not_kept(await page(request, "settings/recovery_codes.html", codes=codes))


def _not_kept(drawn: Template) -> Template:
    """The same, and no browser keeps it, though it may be the answer to a form."""
    drawn.headers["Cache-Control"] = "no-store"
    return drawn


def _square(uri: str) -> str:
    """The square that an app scans, as drawing commands within the page: nothing is fetched for it."""
    drawn = BytesIO()
    segno.make_qr(uri, error="m").save(
        drawn, kind="svg", border=4, dark="#000", light="#fff", xmldecl=False, svgclass=None, lineclass=None,
        omitsize=True,  # drawn as large as there is room: with a size of its own it is cut on a narrow screen
        title="A square for your app to scan",
    )  # fmt: skip
    return drawn.getvalue().decode()
