"""Why something cannot be done with a webhook."""

from api.errors import ConflictError


class TooManyWebhooksError(ConflictError):
    """The member has as many as one may have."""

    code = "too-many-webhooks"
    title = "You have as many webhooks as there is room for"


class WebhookOffError(ConflictError):
    """It is off, so nothing can be sent."""

    code = "webhook-off"
    title = "The webhook is off"

    def __init__(self) -> None:
        """Say what to do."""
        super().__init__("This webhook is off, so nothing is sent to it. Turn it on first.")


class WebhooksClosedError(ConflictError):
    """Whoever runs the site has none called."""

    code = "webhooks-closed"
    title = "There are no webhooks here"

    def __init__(self) -> None:
        """Say who decided so."""
        super().__init__("Whoever runs this site has switched webhooks off, so none can be made or called.")
