"""Who has an account, and the credentials they hold: only hashes of them."""

from piccolo.columns import (
    UUID,
    Array,
    Boolean,
    Bytea,
    ForeignKey,
    Integer,
    OnDelete,
    Timestamptz,
    Varchar,
)
from piccolo.columns.defaults.uuid import UUID4
from piccolo.constraints import Check
from piccolo.table import Table


class Account(Table, tablename="account"):
    """A member: what they are called, how to reach them, how they like to meet."""

    id = UUID(primary_key=True, default=UUID4())
    email = Varchar(length=254, unique=True, null=False)
    """In lower case, so that one address is one account."""
    password_hash = Varchar(length=255, null=True, default=None, secret=True)
    """argon2id in PHC form; none for a demo member whom nobody signs in as."""
    display_name = Varchar(length=60, null=False)
    pronouns = Varchar(length=40, null=True, default=None)
    place_id = Integer(null=True, default=None)
    """A row of the shipped place table: the centre of an area, never an address."""
    meets = Varchar(length=16, default="online_first", null=False)
    languages = Array(base_column=Varchar(length=12), default=list)
    request_capacity = Integer(default=5, null=False)
    paused_until = Timestamptz(null=True, default=None)
    created_at = Timestamptz(null=False)
    confirmed_adult_at = Timestamptz(null=False)
    suspended_at = Timestamptz(null=True, default=None)
    """Since when moderators keep the account from everything but itself; nobody else sees it meanwhile."""
    requests_paused_until = Timestamptz(null=True, default=None)
    """Until when the member may send no requests, by a decision of moderators."""
    erased_at = Timestamptz(null=True, default=None)
    is_moderator = Boolean(default=False, null=False)

    account_capacity_bearable = Check((request_capacity >= 1) & (request_capacity <= 20))  # noqa: PLR2004


class Session(Table, tablename="session"):
    """A browser in which a member is signed in."""

    id = UUID(primary_key=True, default=UUID4())
    account = ForeignKey(Account, null=False, on_delete=OnDelete.cascade)
    token_hash = Bytea(unique=True, null=False, secret=True)
    """SHA-256 of the 32 random bytes that the cookie carries."""
    label = Varchar(length=120, null=False, default="")
    """What the browser calls itself, so that its member can tell it from others."""
    created_at = Timestamptz(null=False)
    proved_at = Timestamptz(null=True, default=None)
    """When its member last proved who they are: at sign-in, and again before dangerous changes."""
    last_used_at = Timestamptz(null=False)
    expires_at = Timestamptz(null=False)


class AccessToken(Table, tablename="access_token"):
    """A key with which a program acts for a member."""

    id = UUID(primary_key=True, default=UUID4())
    account = ForeignKey(Account, null=False, on_delete=OnDelete.cascade)
    token_hash = Bytea(unique=True, null=False, secret=True)
    name = Varchar(length=60, null=False)
    scopes = Array(base_column=Varchar(length=32), default=list)
    created_at = Timestamptz(null=False)
    last_used_at = Timestamptz(null=True, default=None)
    expires_at = Timestamptz(null=False)
