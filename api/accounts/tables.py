"""Who has an account, and the credentials they hold: only hashes of them."""

from piccolo.columns import (
    UUID,
    Array,
    BigInt,
    Boolean,
    Bytea,
    ForeignKey,
    Integer,
    OnDelete,
    SmallInt,
    Text,
    Timestamptz,
    Varchar,
)
from piccolo.columns.defaults.uuid import UUID4
from piccolo.constraints import Check
from piccolo.table import Table

from api.accounts.schemas import LinkPurpose
from api.sealing.columns import SealedText


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
    """When the member asked to be erased: hidden from then on, and gone a week later unless they come back."""
    address_digest = Bytea(null=True, default=None, secret=True)
    """What all variants of the address share, keyed: blocks against it apply to whoever has it."""
    is_moderator = Boolean(default=False, null=False)
    conversed_at = Timestamptz(null=True, default=None)
    """When the member, while young here, first had a conversation in which both wrote."""
    settled_at = Timestamptz(null=True, default=None)
    """From when on such a conversation, with somebody who is here for longer, makes the account an old one."""

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


class Passkey(Table, tablename="passkey"):
    """A key pair whose private half stays in a member's device, and opens only to their finger, face or code."""

    id = UUID(primary_key=True, default=UUID4())
    account = ForeignKey(Account, null=False, on_delete=OnDelete.cascade)
    credential_id = Bytea(unique=True, null=False)
    public_key = Bytea(null=False)
    """In COSE form, as the device gave it."""
    sign_count = BigInt(null=False, default=0)
    """How often the device says that it has signed; devices that share a passkey say 0 for ever."""
    name = Varchar(length=60, null=False)
    created_at = Timestamptz(null=False)
    last_used_at = Timestamptz(null=True, default=None)
    set_aside_at = Timestamptz(null=True, default=None)
    """When its count went backwards: there may be a copy, so it opens nothing any more."""


class PasskeyChallenge(Table, tablename="passkey_challenge"):
    """Random bytes that a passkey is asked to sign, once, within minutes, in the browser that asked for them."""

    id = UUID(primary_key=True, default=UUID4())
    challenge = Bytea(unique=True, null=False, secret=True)
    browser_hash = Bytea(null=False, secret=True)
    """SHA-256 of what the browser's own cookie carries."""
    ceremony = Varchar(length=16, null=False)
    account = ForeignKey(Account, null=True, on_delete=OnDelete.cascade)
    """Whose passkey is added, or who is to prove who they are; nobody at sign-in and at joining."""
    new_account = UUID(null=True, default=None)
    """The id that an account gets when somebody joins by this passkey."""
    expires_at = Timestamptz(null=False, index=True)


class SecondFactor(Table, tablename="second_factor"):
    """A secret shared with an app that makes codes of it, so that a stolen password alone opens nothing."""

    account = ForeignKey(Account, primary_key=True, null=False, on_delete=OnDelete.cascade)
    secret = SealedText(most=64, null=False, secret=True)
    """Sealed."""
    created_at = Timestamptz(null=False)
    confirmed_at = Timestamptz(null=True, default=None)
    """When a first code proved that the app is set up; before, nobody is asked for one."""
    last_step = BigInt(null=True, default=None)
    """The time step of the newest code that was taken: neither it nor an older one is taken again."""
    recovery_salt = Bytea(null=False, secret=True)


class RecoveryCode(Table, tablename="recovery_code"):
    """A code on paper that stands in for the app once."""

    id = UUID(primary_key=True, default=UUID4())
    account = ForeignKey(Account, null=False, on_delete=OnDelete.cascade)
    code_hash = Bytea(null=False, secret=True)
    """Raw argon2id with the salt of the account."""


class PendingSignIn(Table, tablename="pending_sign_in"):
    """Somebody who gave the right password and is now asked for a code; they are not signed in."""

    id = UUID(primary_key=True, default=UUID4())
    account = ForeignKey(Account, null=False, on_delete=OnDelete.cascade)
    key_hash = Bytea(unique=True, null=False, secret=True)
    """SHA-256 of the random bytes that the browser's cookie carries."""
    tries_left = SmallInt(null=False)
    expires_at = Timestamptz(null=False, index=True)

    pending_sign_in_not_guessed_for_ever = Check(tries_left >= 0)


class PendingAccount(Table, tablename="pending_account"):
    """A sign-up whose address is not confirmed: no account, and it opens nothing. It goes after 7 days."""

    id = UUID(primary_key=True, default=UUID4())
    email = Varchar(length=254, null=False, index=True)
    password_hash = Varchar(length=255, null=True, default=None, secret=True)
    passkey = Text(null=True, default=None, secret=True)
    """Of whoever joins by one instead: a `NewPasskey` as JSON."""
    display_name = Varchar(length=60, null=False)
    choices = SealedText(most=2_000, null=True, default=None, secret=True)
    """What was chosen on the pages of joining, as JSON, sealed: it may tell of a belief or an illness."""
    token_hash = Bytea(unique=True, null=True, default=None, secret=True)
    token_expires_at = Timestamptz(null=True, default=None)
    created_at = Timestamptz(null=False)


class MailedLink(Table, tablename="mailed_link"):
    """A link in a mail that does one thing, once, for one account."""

    id = UUID(primary_key=True, default=UUID4())
    account = ForeignKey(Account, null=False, on_delete=OnDelete.cascade, index=True)
    purpose = Varchar(length=16, choices=LinkPurpose, null=False)
    token_hash = Bytea(unique=True, null=False, secret=True)
    """SHA-256 of the 32 random bytes that the link carries."""
    email = Varchar(length=254, null=False, index=True)
    """The address that it was mailed to; for a change, the new one; for undoing one, the old one."""
    created_at = Timestamptz(null=False)
    expires_at = Timestamptz(null=False)


class MailAsked(Table, tablename="mail_asked"):
    """Somebody typed an address and asked for a link. A job looks whose it is, so that no answer depends on that."""

    id = UUID(primary_key=True, default=UUID4())
    purpose = Varchar(length=16, choices=LinkPurpose, null=False)
    email = SealedText(most=254, null=False, secret=True)
    """As it was typed, sealed: it may be nobody's, and then nothing of it is kept."""
    account = ForeignKey(Account, null=True, default=None, on_delete=OnDelete.cascade, index=True)
    """Who asked, where that needs a sign-in."""
    created_at = Timestamptz(null=False)
