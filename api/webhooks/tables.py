"""Where members want to be told of what is new, and what became of each telling."""

from piccolo.columns import UUID, Array, ForeignKey, Integer, OnDelete, Timestamptz, Varchar
from piccolo.columns.defaults.uuid import UUID4
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from api.accounts.tables import Account
from api.sealing.columns import SealedText
from api.webhooks.schemas import LONGEST_URL, WhyOff


class Webhook(Table, tablename="webhook"):
    """An address of a member's that is called when there is something new for them."""

    id = UUID(primary_key=True, default=UUID4())
    member = ForeignKey(Account, null=False, on_delete=OnDelete.cascade, index=True)
    url = SealedText(most=LONGEST_URL, null=False)
    """Sealed: such addresses often hold what opens something."""
    kinds = Array(base_column=Varchar(length=32), default=list)
    secret = SealedText(most=80, null=False, secret=True)
    old_secret = SealedText(most=80, null=True, default=None, secret=True)
    """The one before, which signs too until `old_secret_until`."""
    old_secret_until = Timestamptz(null=True, default=None)
    created_at = Timestamptz(null=False)
    off_at = Timestamptz(null=True, default=None)
    why_off = Varchar(length=16, choices=WhyOff, null=True, default=None)
    failures = Integer(default=0, null=False)
    """Attempts that failed since the last one that did not."""
    failing_since = Timestamptz(null=True, default=None)
    rest_until = Timestamptz(null=True, default=None)
    """After a failure it is let be for a while, whatever there is to send."""
    claimed_until = Timestamptz(null=True, default=None)
    """Until when it belongs to the process that calls it: never two at once."""
    served_at = Timestamptz(null=True, default=None)
    """When it last had its turn; whoever waits longest is next."""

    webhook_off_has_a_reason = Check("(off_at IS NULL) = (why_off IS NULL)")
    webhook_old_secret_ends = Check("(old_secret IS NULL) = (old_secret_until IS NULL)")


class WebhookDelivery(Table, tablename="webhook_delivery"):
    """One event that a webhook is to be told of: written with what makes it so, kept until some time after it ended."""

    id = UUID(primary_key=True, default=UUID4())
    webhook = ForeignKey(Webhook, null=False, on_delete=OnDelete.cascade)
    event = UUID(null=False)
    kind = Varchar(length=32, null=False)
    request_id = UUID(null=True, default=None)
    connection_id = UUID(null=True, default=None)
    message_id = UUID(null=True, default=None)
    created_at = Timestamptz(null=False)
    queued_at = Timestamptz(null=False)
    """When it was last put in line: at first, and when its owner sent it again."""
    tries = Integer(default=0, null=False)
    """Since it was put in line."""
    tried_at = Array(base_column=Timestamptz(default=None), default=list)
    outcomes = Array(base_column=Varchar(length=40), default=list)
    """Of each time in `tried_at`: a status, or why there was none."""
    next_try_at = Timestamptz(null=True, default=None, index=True)
    delivered_at = Timestamptz(null=True, default=None)
    dead_at = Timestamptz(null=True, default=None)

    webhook_delivery_once = Unique([webhook, event])
    webhook_delivery_stands_one_way = Check("num_nonnulls(next_try_at, delivered_at, dead_at) = 1")
    webhook_delivery_each_try_ended = Check("cardinality(tried_at) = cardinality(outcomes)")
