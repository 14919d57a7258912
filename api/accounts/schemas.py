"""What goes in and out of the accounts domain."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

import msgspec

from api.texts import length

LONGEST_EMAIL = 254
"""What fits into SMTP's path (RFC 5321, erratum 1690)."""
LONGEST_NAME = 60
SHORTEST_PASSWORD, LONGEST_PASSWORD = 15, 256
"""Code points; the shortest is what NIST SP 800-63B-4 asks of a password that stands alone."""


class Scope(StrEnum):
    """What a token may do; a session may do everything.

    Each part of the API has one to read and one to change, of which none includes the other. The bare name of a part
    stands for both.
    """

    PROFILE = "profile"
    PROFILE_READ = "profile:read"
    PROFILE_WRITE = "profile:write"
    MATCHES = "matches"
    MATCHES_READ = "matches:read"
    MATCHES_WRITE = "matches:write"
    REQUESTS = "requests"
    REQUESTS_READ = "requests:read"
    REQUESTS_WRITE = "requests:write"
    MESSAGES = "messages"
    MESSAGES_READ = "messages:read"
    MESSAGES_WRITE = "messages:write"
    SAFETY = "safety"
    SAFETY_READ = "safety:read"
    SAFETY_WRITE = "safety:write"
    EXPORT = "export"
    EXPORT_READ = "export:read"
    MODERATION = "moderation"
    MODERATION_READ = "moderation:read"
    MODERATION_WRITE = "moderation:write"


class Meets(StrEnum):
    """How someone likes to meet."""

    ONLINE = "online"
    ONLINE_FIRST = "online_first"
    IN_PERSON_TOO = "in_person_too"


class LinkPurpose(StrEnum):
    """What a link in a mail does."""

    RESET = "reset"
    SIGN_IN = "sign_in"
    NEW_ADDRESS = "new_address"
    UNDO = "undo"
    """Brings back the address that an account had before."""


class Member(msgspec.Struct, frozen=True):
    """Whoever acts: a signed-in member. The first argument of every service."""

    id: UUID
    display_name: str
    is_moderator: bool = False
    """Whether they may see what moderators see; nobody else can tell that there is anything to see."""
    suspended: bool = False
    """Whether moderators closed the account to them, but for what `Access.SIGNED_IN` leaves open."""


class Credential(msgspec.Struct, frozen=True):
    """With what a member is signed in: one of the two ids is set."""

    session_id: UUID | None
    token_id: UUID | None
    scopes: frozenset[str]
    proved_at: datetime | None = None
    """When whoever holds it last proved who they are; None for who never did, as a visitor of a demo."""


class Proof(msgspec.Struct, frozen=True):
    """What somebody proved to be this member with; it may be worth nothing by the time that they are let in."""

    member: Member
    password_hash: str | None = None
    """That of the password that they gave."""
    passkey: UUID | None = None
    """The row of the passkey that they used."""


class AccountCreate(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A sign-up."""

    email: Annotated[str, length(LONGEST_EMAIL)]
    password: Annotated[str, length(LONGEST_PASSWORD, least=SHORTEST_PASSWORD)]
    display_name: Annotated[str, length(LONGEST_NAME)]
    over_18: bool


class PasskeyJoin(msgspec.Struct, frozen=True):
    """A sign-up by a passkey."""

    email: str
    display_name: str
    over_18: bool


class AccountCreated(msgspec.Struct, frozen=True):
    """What to do after signing up; the same for an address that is taken."""

    next: Literal["sign_in", "confirm_email"]


class TokenDraft(msgspec.Struct, frozen=True, kw_only=True):
    """What a token is for, what it may do, and for how long."""

    name: Annotated[str, length(LONGEST_NAME)]
    scopes: list[Scope] | None = None
    expires_in_days: Literal[30, 90, 365] = 90


class TokenCreate(TokenDraft, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A sign-in by a program."""

    email: str
    password: str
    code: str | None = None
    """From the app, or a recovery code, for members who are asked for one."""


class TokenCreated(msgspec.Struct, frozen=True):
    """A new token; the only time it is shown."""

    id: UUID
    token: str
    scopes: list[Scope]
    expires_at: datetime


class TokenRead(msgspec.Struct, frozen=True):
    """One of one's own tokens, without its secret."""

    id: UUID
    name: str
    scopes: list[Scope]
    created_at: datetime
    last_used_at: datetime | None
    expires_at: datetime


class SessionCreated(msgspec.Struct, frozen=True):
    """A fresh session: `token` goes into the cookie and is kept nowhere else."""

    token: str
    member: Member
    expires_at: datetime
    known: str
    """What the browser carries besides, and keeps when the session ends: it opens nothing (docs/limits.md)."""


class SessionRead(msgspec.Struct, frozen=True):
    """One of one's own signed-in browsers."""

    id: UUID
    label: str
    created_at: datetime
    last_used_at: datetime
    is_this_one: bool


class PasskeyRead(msgspec.Struct, frozen=True):
    """One of one's own passkeys."""

    id: UUID
    name: str
    created_at: datetime
    last_used_at: datetime | None
    set_aside_at: datetime | None
    """When it opened nothing any more, because there may be a copy of it."""


class NewPasskey(msgspec.Struct, frozen=True):
    """A passkey that a device has just made, and whose it is to be."""

    account: UUID
    credential_id: bytes
    public_key: bytes
    sign_count: int


class AppSecret(msgspec.Struct, frozen=True):
    """What an app needs to make codes; shown until a first code proved that it works."""

    key: str
    """In base 32, to be typed."""
    uri: str
    """The same as an `otpauth:` address, to be scanned."""


class PendingSignIn(msgspec.Struct, frozen=True):
    """Half a sign-in: `key` goes into a cookie, and opens nothing without a code."""

    key: str
    expires_at: datetime


class WaysIn(msgspec.Struct, frozen=True):
    """How a member can sign in."""

    password: bool
    passkeys: list[PasskeyRead]
    app: bool
    """Whether a code is asked for after the password."""
    recovery_codes: int
    """How many are left."""


class LinkRead(msgspec.Struct, frozen=True):
    """A link that still works: for which account, and to which address it was mailed."""

    account: UUID
    purpose: LinkPurpose
    email: str
    created_at: datetime


class SignUpRead(msgspec.Struct, frozen=True):
    """A sign-up that waits for its address to be confirmed."""

    email: str
    works: bool
    """Whether its link still works; when not, another one can be asked for."""
    by_passkey: bool
    """Whether it is confirmed by the passkey that was made for it, and not by a password."""
    another_waits: bool
    """Whether there is another one with the same address that has had no mail yet."""


class Confirmed(msgspec.Struct, frozen=True):
    """An address was confirmed: there is an account now, and its member is signed in."""

    session: SessionCreated
    choices: str | None
    """What was chosen on the pages of joining, as it was given to `create_account`."""


class Asked(msgspec.Struct, frozen=True):
    """What a job is to answer by mail."""

    id: UUID
