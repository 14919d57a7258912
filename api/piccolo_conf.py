"""Where Piccolo looks for the engine and for the domains that have tables."""

from piccolo.conf.apps import AppRegistry

from api.engine import Engine

DB = Engine()

APP_REGISTRY = AppRegistry(
    apps=[
        "api.sealing.piccolo_app",
        "api.mail.piccolo_app",
        "api.limits.piccolo_app",
        "api.accounts.piccolo_app",
        "api.idempotency.piccolo_app",
        "api.drafts.piccolo_app",
        "api.disagreements.piccolo_app",
        "api.profiles.piccolo_app",
        "api.matching.piccolo_app",
        "api.interest_map.piccolo_app",
        "api.connections.piccolo_app",
        "api.conversations.piccolo_app",
        "api.moderation.piccolo_app",
        "api.metrics.piccolo_app",
        "api.webhooks.piccolo_app",
    ]
)
