"""Settings: what there is, words that were given, and the ends of sessions and tokens."""

from typing import Any
from uuid import UUID

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Template

from api.accounts import services
from api.accounts.recent import needs_recent
from api.accounts.schemas import Credential, Member, Scope, TokenDraft
from api.authentication import Access
from api.disagreements.queries import given_texts
from api.disagreements.services import take_text_back
from api.errors import InvalidError
from api.profiles.queries import me
from web.contexts import Answer, PageRequest, page, redirect_with
from web.forms import Form, FormErrors
from web.words import SCOPES

_WAYS_IN = "/settings/sign-in"
_DAYS = (("30", "30 days", None), ("90", "90 days", None), ("365", "A year", None))


class SettingsPages(Controller):
    """What members set about their account, but for the ways in, which are told in `SignInSettingsPages`."""

    path = "/settings"
    opt = {"access": Access.SIGNED_IN}

    @get()
    async def show(self, request: PageRequest, actor: NamedDependency[Member]) -> Template:
        """Lead to what can be set, and list words that were given."""
        return await page(
            request,
            "settings/settings.html",
            me=await me(actor),
            texts=await given_texts(actor),
            suspended=actor.suspended,
        )

    @post("/sessions/others/end")
    async def end_others(self, actor: NamedDependency[Member], credential: NamedDependency[Credential]) -> Answer:
        """Sign out every browser but this one."""
        if credential.session_id is not None:
            await services.end_other_sessions(actor, session_id=credential.session_id)
        return redirect_with(_WAYS_IN, notice="All other browsers are signed out.")

    @post("/sessions/{session_id:uuid}/end")
    async def end(self, actor: NamedDependency[Member], session_id: FromPath[UUID]) -> Answer:
        """Sign one browser out."""
        await services.end_session(actor, session_id)
        return redirect_with(_WAYS_IN, notice="That browser is signed out.")

    @get("/tokens/new")
    async def token_form(
        self, request: PageRequest, actor: NamedDependency[Member], credential: NamedDependency[Credential]
    ) -> Template:
        """Ask what a new token is for."""
        needs_recent(credential)
        return await _token_form(request, actor, Form(), FormErrors())

    @post("/tokens/new")
    async def make_token(
        self,
        request: PageRequest,
        actor: NamedDependency[Member],
        credential: NamedDependency[Credential],
        form: NamedDependency[Form],
    ) -> Answer:
        """Make a token and show it, this once."""
        try:
            made = await services.make_token(actor, credential=credential, draft=_draft(form))
        except InvalidError as error:
            return await _token_form(request, actor, form, FormErrors.told_by(error))
        shown_once = await page(request, "settings/token_made.html", made=made)
        shown_once.headers["Cache-Control"] = "no-store"
        return shown_once

    @post("/tokens/{token_id:uuid}/revoke")
    async def revoke(self, actor: NamedDependency[Member], token_id: FromPath[UUID]) -> Answer:
        """Make a token worthless."""
        await services.revoke_token(actor, token_id)
        return redirect_with(_WAYS_IN, notice="The token is revoked. It opens nothing any more.")

    @post("/texts/{text_id:uuid}/delete")
    async def take_back(self, actor: NamedDependency[Member], text_id: FromPath[UUID]) -> Answer:
        """Delete words that one had let be kept."""
        await take_text_back(actor, text_id)
        return redirect_with("/settings", notice="Your words are deleted. Nobody can read them here any more.")


def _draft(form: Form) -> TokenDraft:
    days: dict[str, Any] = {"30": 30, "90": 90, "365": 365}
    return TokenDraft(
        name=form.field("name"),
        scopes=[scope for scope in Scope if scope in form.fields("scopes")],
        expires_in_days=days.get(form.field("expires_in_days"), 30),
    )


async def _token_form(request: PageRequest, actor: Member, form: Form, errors: FormErrors) -> Template:
    return await page(
        request,
        "settings/token.html",
        actor=actor,
        form=form,
        errors=errors,
        scopes=SCOPES,
        days=_DAYS,
    )
