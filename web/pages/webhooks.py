"""Settings about webhooks: addresses of one's own that are told when there is something new."""

from typing import Final
from uuid import UUID

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Template

from api.accounts.recent import needs_recent
from api.accounts.schemas import Credential, Member
from api.authentication import Access
from api.errors import InvalidError
from api.event_kinds import Kind
from api.limits.policies import WEBHOOK_CALLS, WEBHOOKS_MADE
from api.webhooks import queries, services
from api.webhooks.errors import TooManyWebhooksError, WebhookOffError, WebhooksClosedError
from api.webhooks.schemas import WebhookCreate, WebhookUpdate
from web.contexts import Answer, PageRequest, page, redirect_with
from web.forms import Form, FormErrors
from web.webhook_words import KINDS, KINDS_SAID, STATES, WHY_OFF, outcome_words

HERE: Final = "/settings/webhooks"
_TESTED = "The test call is on its way. Load this page again in a moment to see if it arrived."
_AGAIN = "It is on its way once more. Load this page again in a moment to see if it arrived."


class WebhookPages(Controller):
    """What one has, what became of what was sent, and making and changing."""

    path = HERE
    opt = {"access": Access.SIGNED_IN}

    @get()
    async def show(self, request: PageRequest, actor: NamedDependency[Member]) -> Template:
        """List one's webhooks."""
        return await page(
            request,
            "settings/webhooks.html",
            webhooks=await queries.webhooks(actor),
            most=services.MOST_WEBHOOKS,
            kinds=KINDS_SAID,
            why_off=WHY_OFF,
            suspended=actor.suspended,
        )

    @get("/new", opt={"access": Access.MEMBER})
    async def new(self, request: PageRequest, credential: NamedDependency[Credential]) -> Template:
        """Ask where to call, and about what."""
        needs_recent(credential)
        return await _form(request, Form({"kinds": list(Kind)}), FormErrors())

    @post("/new", opt={"access": Access.MEMBER, "limits": (WEBHOOKS_MADE,)})
    async def make(
        self,
        request: PageRequest,
        actor: NamedDependency[Member],
        credential: NamedDependency[Credential],
        form: NamedDependency[Form],
    ) -> Answer:
        """Make a webhook, and show its secret, this once."""
        draft = WebhookCreate(form.field("url"), _kinds(form))
        try:
            made = await services.make_webhook(actor, credential=credential, draft=draft)
        except (InvalidError, TooManyWebhooksError, WebhooksClosedError) as error:
            return await _form(request, form, FormErrors.told_by(error))
        return await _secret(request, made.webhook.id, made.secret)

    @get("/{webhook_id:uuid}")
    async def show_one(
        self,
        request: PageRequest,
        actor: NamedDependency[Member],
        credential: NamedDependency[Credential],
        webhook_id: FromPath[UUID],
        cursor: FromQuery[str | None] = None,
    ) -> Template:
        """Show one, with what was sent and what came of it."""
        return await page(
            request,
            "settings/webhook.html",
            webhook=await queries.webhook(actor, webhook_id),
            deliveries=await queries.deliveries(actor, webhook_id, scopes=credential.scopes, cursor=cursor),
            kinds=KINDS_SAID,
            why_off=WHY_OFF,
            states=STATES,
            outcome_words=outcome_words,
            suspended=actor.suspended,
        )

    @get("/{webhook_id:uuid}/delete")
    async def confirm_delete(
        self, request: PageRequest, actor: NamedDependency[Member], webhook_id: FromPath[UUID]
    ) -> Template:
        """Say what goes with it before it is deleted."""
        kept = await queries.webhook(actor, webhook_id)
        return await page(request, "settings/webhook_delete.html", webhook=kept, suspended=actor.suspended)

    @post("/{webhook_id:uuid}/delete")
    async def delete(self, actor: NamedDependency[Member], webhook_id: FromPath[UUID]) -> Answer:
        """Delete one."""
        await services.delete_webhook(actor, webhook_id)
        return redirect_with(HERE, notice="The webhook is deleted. Nothing is sent to it any more.")


class WebhookChangePages(Controller):
    """Changing one webhook, and trying it."""

    path = f"{HERE}/{{webhook_id:uuid}}"
    opt = {"access": Access.MEMBER}

    @get("/change")
    async def change_form(
        self,
        request: PageRequest,
        actor: NamedDependency[Member],
        credential: NamedDependency[Credential],
        webhook_id: FromPath[UUID],
    ) -> Template:
        """Show what it is told of, and where, to be changed."""
        kept = await queries.webhook(actor, webhook_id)
        needs_recent(credential)
        return await _form(request, Form({"url": [kept.url], "kinds": list(kept.kinds)}), FormErrors(), webhook_id)

    @post("/change")
    async def change(
        self,
        request: PageRequest,
        actor: NamedDependency[Member],
        credential: NamedDependency[Credential],
        webhook_id: FromPath[UUID],
        form: NamedDependency[Form],
    ) -> Answer:
        """Keep what was changed."""
        change = WebhookUpdate(url=form.field("url"), kinds=_kinds(form))
        try:
            await services.change_webhook(actor, webhook_id, credential=credential, change=change)
        except (InvalidError, WebhooksClosedError) as error:
            return await _form(request, form, FormErrors.told_by(error), webhook_id)
        return redirect_with(f"{HERE}/{webhook_id}", notice="Your changes are kept.")

    @post("/off")
    async def turn_off(
        self, actor: NamedDependency[Member], credential: NamedDependency[Credential], webhook_id: FromPath[UUID]
    ) -> Answer:
        """Send nothing to it for now."""
        await services.change_webhook(actor, webhook_id, credential=credential, change=WebhookUpdate(is_on=False))
        return redirect_with(f"{HERE}/{webhook_id}", notice="The webhook is off. Nothing is sent to it.")

    @post("/on")
    async def turn_on(
        self, actor: NamedDependency[Member], credential: NamedDependency[Credential], webhook_id: FromPath[UUID]
    ) -> Answer:
        """Send to it again."""
        try:
            await services.change_webhook(actor, webhook_id, credential=credential, change=WebhookUpdate(is_on=True))
        except (InvalidError, WebhooksClosedError) as error:
            return redirect_with(f"{HERE}/{webhook_id}", notice=error.detail)
        return redirect_with(f"{HERE}/{webhook_id}", notice="The webhook is on.")

    @get("/secret")
    async def confirm_renewal(
        self,
        request: PageRequest,
        actor: NamedDependency[Member],
        credential: NamedDependency[Credential],
        webhook_id: FromPath[UUID],
    ) -> Template:
        """Say what another secret changes before it is made."""
        kept = await queries.webhook(actor, webhook_id)
        needs_recent(credential)
        return await page(request, "settings/webhook_secret_new.html", webhook=kept)

    @post("/secret", opt={"limits": (WEBHOOKS_MADE,)})
    async def renew(
        self,
        request: PageRequest,
        actor: NamedDependency[Member],
        credential: NamedDependency[Credential],
        webhook_id: FromPath[UUID],
    ) -> Answer:
        """Make another secret, and show it, this once."""
        renewed = await services.renew_secret(actor, webhook_id, credential=credential)
        return await _secret(request, webhook_id, renewed.secret, is_new=False)

    @post("/test", opt={"limits": (WEBHOOK_CALLS,)})
    async def test(self, actor: NamedDependency[Member], webhook_id: FromPath[UUID]) -> Answer:
        """Make a test call."""
        try:
            await services.test_webhook(actor, webhook_id)
        except (WebhookOffError, WebhooksClosedError) as error:
            return redirect_with(f"{HERE}/{webhook_id}", notice=error.detail)
        return redirect_with(f"{HERE}/{webhook_id}", notice=_TESTED)

    @post("/deliveries/{delivery_id:uuid}/again", opt={"limits": (WEBHOOK_CALLS,)})
    async def send_again(
        self,
        actor: NamedDependency[Member],
        credential: NamedDependency[Credential],
        webhook_id: FromPath[UUID],
        delivery_id: FromPath[UUID],
    ) -> Answer:
        """Send something once more."""
        try:
            await services.send_again(actor, webhook_id, delivery_id, scopes=credential.scopes)
        except (WebhookOffError, WebhooksClosedError) as error:
            return redirect_with(f"{HERE}/{webhook_id}", notice=error.detail)
        return redirect_with(f"{HERE}/{webhook_id}", notice=_AGAIN)


def _kinds(form: Form) -> list[Kind]:
    return [kind for kind in Kind if kind in form.fields("kinds")]


async def _form(request: PageRequest, form: Form, errors: FormErrors, webhook_id: UUID | None = None) -> Template:
    return await page(
        request, "settings/webhook_form.html", form=form, errors=errors, kinds=KINDS, webhook_id=webhook_id
    )


async def _secret(request: PageRequest, webhook_id: UUID, secret: str, *, is_new: bool = True) -> Template:
    return await page(request, "settings/webhook_secret.html", webhook_id=webhook_id, secret=secret, is_new=is_new)
