"""The JSON API's calls about webhooks."""

from typing import Annotated
from uuid import UUID

from litestar import Controller, delete, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from litestar.status_codes import HTTP_202_ACCEPTED

from api.accounts.errors import SignInAgainError
from api.accounts.schemas import Credential, Member, Scope
from api.authentication import Access
from api.errors import InvalidError, NotFoundError, NotSignedInError
from api.limits.policies import WEBHOOK_CALLS, WEBHOOKS_MADE
from api.pagination import DEFAULT_LIMIT, MOST, Page
from api.problems import describes
from api.webhooks import queries, services
from api.webhooks.errors import TooManyWebhooksError, WebhookOffError, WebhooksClosedError
from api.webhooks.schemas import (
    DeliveryRead,
    SecretCreated,
    WebhookCreate,
    WebhookCreated,
    WebhookRead,
    WebhookUpdate,
)


class WebhookController(Controller):
    """Addresses that are called when there is something new."""

    path = "/me/webhooks"
    tags = ("Webhooks",)
    opt = {"access": Access.SIGNED_IN, "scope": Scope.PROFILE}

    @get(operation_id="Webhooks")
    async def read(self, actor: NamedDependency[Member]) -> list[WebhookRead]:
        """List one's own webhooks, the oldest first."""
        return await queries.webhooks(actor)

    @post(
        operation_id="CreateWebhook",
        opt={"access": Access.MEMBER, "keyed": True, "limits": (WEBHOOKS_MADE,)},
        responses=describes(
            SignInAgainError, NotSignedInError, InvalidError, TooManyWebhooksError, WebhooksClosedError
        ),
    )
    async def create(
        self,
        actor: NamedDependency[Member],
        credential: NamedDependency[Credential],
        data: JSONBody[WebhookCreate],
    ) -> WebhookCreated:
        """Have an address called when there is something new. The secret is shown this once.

        The token must be new (15 minutes at most), and have the scope `requests:read` for `request.received`,
        `request.answered` and `connection.made`, and `messages:read` for `message.received`.
        """
        return await services.make_webhook(actor, credential=credential, draft=data)

    @get("/{webhook_id:uuid}", operation_id="Webhook", responses=describes(NotFoundError))
    async def read_one(self, actor: NamedDependency[Member], webhook_id: FromPath[UUID]) -> WebhookRead:
        """Read one of one's own webhooks, without its secret."""
        return await queries.webhook(actor, webhook_id)

    @patch(
        "/{webhook_id:uuid}",
        operation_id="UpdateWebhook",
        opt={"access": Access.MEMBER, "edits": True},
        responses=describes(SignInAgainError, NotFoundError, InvalidError, WebhooksClosedError),
    )
    async def update(
        self,
        actor: NamedDependency[Member],
        credential: NamedDependency[Credential],
        webhook_id: FromPath[UUID],
        data: JSONBody[WebhookUpdate],
    ) -> WebhookRead:
        """Change its address or what it is told of, or turn it off or on.

        Another address, or on, needs a new token, with the scopes for all that the webhook is told of.
        """
        return await services.change_webhook(actor, webhook_id, credential=credential, change=data)

    @delete("/{webhook_id:uuid}", operation_id="DeleteWebhook", responses=describes(NotFoundError))
    async def delete(self, actor: NamedDependency[Member], webhook_id: FromPath[UUID]) -> None:
        """Delete a webhook, what waits for it, and what is kept of its deliveries."""
        await services.delete_webhook(actor, webhook_id)

    @post(
        "/{webhook_id:uuid}/secret",
        operation_id="RenewWebhookSecret",
        opt={"access": Access.MEMBER, "keyed": True, "limits": (WEBHOOKS_MADE,)},
        responses=describes(SignInAgainError, NotFoundError),
    )
    async def renew(
        self, actor: NamedDependency[Member], credential: NamedDependency[Credential], webhook_id: FromPath[UUID]
    ) -> SecretCreated:
        """Make another secret, shown this once. The one before signs too for 24 hours. It needs a new token."""
        return await services.renew_secret(actor, webhook_id, credential=credential)

    @post(
        "/{webhook_id:uuid}/test",
        operation_id="TestWebhook",
        status_code=HTTP_202_ACCEPTED,
        opt={"access": Access.MEMBER, "keyed": True, "limits": (WEBHOOK_CALLS,)},
        responses=describes(NotFoundError, WebhookOffError, WebhooksClosedError),
    )
    async def test(self, actor: NamedDependency[Member], webhook_id: FromPath[UUID]) -> DeliveryRead:
        """Send a `webhook.test`, which says nothing. Read the delivery again to see what came of it."""
        return await services.test_webhook(actor, webhook_id)


class DeliveryController(Controller):
    """What webhooks were told, and what came of it."""

    path = "/me/webhooks/{webhook_id:uuid}/deliveries"
    tags = ("Webhooks",)
    opt = {"access": Access.SIGNED_IN, "scope": Scope.PROFILE}

    @get(operation_id="Deliveries", responses=describes(NotFoundError, InvalidError))
    async def read(
        self,
        actor: NamedDependency[Member],
        credential: NamedDependency[Credential],
        webhook_id: FromPath[UUID],
        limit: Annotated[int, QueryParameter(ge=1, le=MOST)] = DEFAULT_LIMIT,
        cursor: FromQuery[str | None] = None,
    ) -> Page[DeliveryRead]:
        """List what was sent to a webhook, or tried, within 14 days, the newest first, as far as the token reads it."""
        return await queries.deliveries(actor, webhook_id, scopes=credential.scopes, limit=limit, cursor=cursor)

    @get("/{delivery_id:uuid}", operation_id="Delivery", responses=describes(NotFoundError))
    async def read_one(
        self,
        actor: NamedDependency[Member],
        credential: NamedDependency[Credential],
        webhook_id: FromPath[UUID],
        delivery_id: FromPath[UUID],
    ) -> DeliveryRead:
        """Read what came of one delivery."""
        return await queries.delivery(actor, webhook_id, delivery_id, scopes=credential.scopes)

    @post(
        "/{delivery_id:uuid}/resending",
        operation_id="ResendDelivery",
        status_code=HTTP_202_ACCEPTED,
        opt={"access": Access.MEMBER, "keyed": True, "limits": (WEBHOOK_CALLS,)},
        responses=describes(NotFoundError, WebhookOffError, WebhooksClosedError),
    )
    async def resend(
        self,
        actor: NamedDependency[Member],
        credential: NamedDependency[Credential],
        webhook_id: FromPath[UUID],
        delivery_id: FromPath[UUID],
    ) -> DeliveryRead:
        """Send it once more, with the same `webhook-id`, as if it were new."""
        return await services.send_again(actor, webhook_id, delivery_id, scopes=credential.scopes)


CONTROLLERS: list[type[Controller]] = [WebhookController, DeliveryController]
