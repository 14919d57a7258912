"""Settings: what there is, words that were given, and the ends of sessions and tokens."""

from typing import Any, Final
from uuid import UUID

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Template

from api.accounts import queries, services, tokens
from api.accounts.errors import TooManyTokensError
from api.accounts.recent import needs_recent
from api.accounts.schemas import Credential, Member, Scope, TokenDraft
from api.accounts.scopes import PARTS
from api.authentication import Access
from api.disagreements.queries import given_texts
from api.disagreements.services import take_text_back
from api.errors import InvalidError
from api.profiles.queries import me
from api.webhooks.queries import webhooks
from api.webhooks.schemas import WhyOff
from web.contexts import Answer, PageRequest, page, redirect_with
from web.forms import Form, FormErrors
from web.token_words import choices_for, token_words

_BROWSERS: Final = "/settings/browsers"
_PROGRAMS: Final = "/settings/programs"
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
            webhook_off=await _a_webhook_stopped(actor),
        )

    @get("/browsers")
    async def browsers(
        self, request: PageRequest, actor: NamedDependency[Member], credential: NamedDependency[Credential]
    ) -> Template:
        """List where one is signed in."""
        sessions = await queries.sessions(actor, this=credential.session_id)
        return await page(request, "settings/browsers.html", sessions=sessions)

    @post("/sessions/others/end")
    async def end_others(self, actor: NamedDependency[Member], credential: NamedDependency[Credential]) -> Answer:
        """Sign out every browser but this one."""
        if credential.session_id is not None:
            await services.end_other_sessions(actor, session_id=credential.session_id)
        return redirect_with(_BROWSERS, notice="All other browsers are signed out.")

    @post("/sessions/{session_id:uuid}/end")
    async def end(self, actor: NamedDependency[Member], session_id: FromPath[UUID]) -> Answer:
        """Sign one browser out."""
        await services.end_session(actor, session_id)
        return redirect_with(_BROWSERS, notice="That browser is signed out.")

    @get("/programs")
    async def programs(self, request: PageRequest, actor: NamedDependency[Member]) -> Template:
        """List tokens, and lead to webhooks: what only those need who have a program."""
        kept = await queries.tokens(actor)
        return await page(
            request,
            "settings/programs.html",
            tokens=kept,
            said_of_tokens={token.id: token_words(token.scopes) for token in kept},
            webhook_off=await _a_webhook_stopped(actor),
        )

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
            made = await tokens.make_token(actor, credential=credential, draft=_draft(form))
        except InvalidError as error:
            return await _token_form(request, actor, form, _in_words(error))
        except TooManyTokensError as error:
            return await _token_form(request, actor, form, FormErrors.told_by(error))
        return await page(request, "settings/token_made.html", made=made, said=token_words(made.scopes))

    @get("/tokens/{token_id:uuid}/revoke")
    async def confirm_revoke(
        self, request: PageRequest, actor: NamedDependency[Member], token_id: FromPath[UUID]
    ) -> Template:
        """Say what stops working before it does."""
        kept = await queries.token(actor, token_id)
        return await page(request, "settings/token_delete.html", token=kept, said=token_words(kept.scopes))

    @post("/tokens/{token_id:uuid}/revoke")
    async def revoke(self, actor: NamedDependency[Member], token_id: FromPath[UUID]) -> Answer:
        """Make a token worthless."""
        await tokens.revoke_token(actor, token_id)
        return redirect_with(_PROGRAMS, notice="The token is deleted. It opens nothing any more.")

    @post("/texts/{text_id:uuid}/delete")
    async def take_back(self, actor: NamedDependency[Member], text_id: FromPath[UUID]) -> Answer:
        """Delete words that one had let be kept."""
        await take_text_back(actor, text_id)
        return redirect_with("/settings", notice="Your words are deleted. Nobody can read them here any more.")


async def _a_webhook_stopped(actor: Member) -> bool:
    """Whether one is off that the member did not turn off."""
    return any(one.why_off not in {None, WhyOff.CHOSEN} for one in await webhooks(actor))


def _draft(form: Form) -> TokenDraft:
    days: dict[str, Any] = {"30": 30, "90": 90, "365": 365}
    return TokenDraft(
        name=form.field("name"),
        scopes=[Scope(chosen) for part in PARTS if (chosen := form.field(part)) in set(Scope)],
        expires_in_days=days.get(form.field("expires_in_days"), 30),
    )


def _in_words(error: InvalidError) -> FormErrors:
    """The same refusal, for a form that asks for each part by itself."""
    errors = FormErrors()
    for found in error.errors:
        if found.pointer != "/scopes":
            errors.add(found.pointer.strip("/"), found.detail)
        elif found.code == "missing":
            errors.add(PARTS[0], "Choose one thing at least that it may do.")
        else:
            errors.add("", found.detail)
    return errors


async def _token_form(request: PageRequest, actor: Member, form: Form, errors: FormErrors) -> Template:
    return await page(
        request,
        "settings/token.html",
        actor=actor,
        form=form,
        errors=errors,
        choices=choices_for(moderator=actor.is_moderator),
        days=_DAYS,
    )
