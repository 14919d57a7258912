"""Why members want to meet, in their own words, and who may read them."""

from piccolo.columns import UUID, BigInt, Bytea, ForeignKey, Integer, OnDelete, Timestamptz, Varchar
from piccolo.columns.defaults.uuid import UUID4
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from api.accounts.tables import Account
from api.profiles.schemas import Audience, Purpose, Role
from api.sealing.columns import SealedText
from embeddings.columns import Vector


class MemberPurpose(Table, tablename="member_purpose"):
    """A purpose that a member has switched on. No row: switched off."""

    id = UUID(primary_key=True, default=UUID4())
    member = ForeignKey(Account, null=False, on_delete=OnDelete.cascade)
    purpose = Varchar(length=16, choices=Purpose, null=False)
    switched_on_at = Timestamptz(null=False)

    member_purpose_once = Unique([member, purpose])


class Consent(Table, tablename="consent"):
    """A member's explicit yes to a sensitive purpose, and when they took it back."""

    id = UUID(primary_key=True, default=UUID4())
    member = ForeignKey(Account, null=False, on_delete=OnDelete.cascade)
    purpose = Varchar(length=16, choices=Purpose, null=False)
    version = Varchar(length=16, null=False)
    given_at = Timestamptz(null=False)
    withdrawn_at = Timestamptz(null=True, default=None)


class Statement(Table, tablename="statement"):
    """One sentence or two in a member's own words, under one purpose."""

    id = UUID(primary_key=True, default=UUID4())
    author = ForeignKey(Account, null=False, on_delete=OnDelete.cascade)
    purpose = Varchar(length=16, choices=Purpose, null=False)
    role = Varchar(length=8, choices=Role, null=False)
    text = SealedText(most=280, null=False)
    audience = Varchar(length=12, choices=Audience, null=False)
    created_at = Timestamptz(null=False)
    updated_at = Timestamptz(null=False)
    language = Varchar(length=8, null=True, default=None)
    """What the text seems to be in, as a BCP 47 tag, when that is plain. Null also for rows older than this column."""


class StatementVector(Table, tablename="statement_vector"):
    """A statement that takes part in matching: its vector and all that a candidate query filters by.

    Only statements with audience `purpose` under a purpose that is switched on have a row. Partitioned by purpose; the
    key is (statement, purpose, model), so that while an installation changes its model both have rows.
    """

    statement = UUID(primary_key=True, default=None)
    member = UUID(null=False, default=None)
    purpose = Varchar(length=16, choices=Purpose, null=False)
    role = Varchar(length=8, choices=Role, null=False)
    cell = Integer(null=True, default=None)
    """The member's place, when they have one and do not only meet online."""
    model = Varchar(length=255, null=False)
    """Whose vector it is; vectors of different models are never compared."""
    vector = Vector(dimensions=None)
    words = Bytea(null=False, default=b"")
    """The words that say something, four bytes each: see `vectors.packed_words`."""


class ModelCoverage(Table, tablename="model_coverage"):
    """How far the vectors of one model are, as found out by whoever looked last."""

    model = Varchar(length=255, primary_key=True)
    missing = BigInt(default=0, null=False)
    """Statements that take part in matching and had no vector of it."""
    looked_at = Timestamptz(null=False, default=None)
    served_at = Timestamptz(null=True, default=None)
    """When somebody last said that they serve with it."""


class BlockedAddress(Table, tablename="blocked_address"):
    """The address of somebody who was blocked, as a keyed digest, so that they stay blocked when they come back."""

    id = UUID(primary_key=True, default=UUID4())
    blocker = ForeignKey(Account, null=False, on_delete=OnDelete.cascade)
    blocked = ForeignKey(Account, null=True, default=None, on_delete=OnDelete.set_null)
    """Nobody once their account is gone."""
    digest = Bytea(null=False, default=None, secret=True)
    created_at = Timestamptz(null=False)

    blocked_address_once = Unique([blocker, blocked, digest])


class Block(Table, tablename="block"):
    """One member does not want to meet another; it hides each from the other."""

    id = UUID(primary_key=True, default=UUID4())
    blocker = ForeignKey(Account, null=False, on_delete=OnDelete.cascade)
    blocked = ForeignKey(Account, null=False, on_delete=OnDelete.cascade)
    created_at = Timestamptz(null=False)
    known_as = Varchar(length=60, null=True, default=None)
    """What the blocked member was called then: whom it is about stays plain, and what they become stays theirs."""
    because_of = ForeignKey(BlockedAddress, null=True, default=None, on_delete=OnDelete.cascade)
    """Where nobody chose it: it came of a blocked address, goes with it, and is shown to nobody."""

    block_once = Unique([blocker, blocked])
    block_not_oneself = Check(blocker != blocked)
