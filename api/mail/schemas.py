"""What goes in and out of the mail domain."""

from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

import msgspec


class MailKind(StrEnum):
    """What a mail is about; the only thing about it that operators are told."""

    CONFIRM_ADDRESS = "confirm_address"
    ALREADY_A_MEMBER = "already_a_member"
    RESET_PASSWORD = "reset_password"  # noqa: S105 - the name of a mail
    SIGN_IN_LINK = "sign_in_link"
    CONFIRM_NEW_ADDRESS = "confirm_new_address"
    ADDRESS_IS_TAKEN = "address_is_taken"
    ADDRESS_CHANGED = "address_changed"
    ADDRESS_CHANGED_BACK = "address_changed_back"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - the name of a mail
    TOKEN_MADE = "token_made"  # noqa: S105 - the name of a mail
    WEBHOOK_MADE = "webhook_made"
    WEBHOOK_OFF = "webhook_off"
    """It was turned off because its receiver failed for days, or asked for it."""
    PASSKEY_ADDED = "passkey_added"
    PASSKEY_REMOVED = "passkey_removed"
    PASSKEY_SET_ASIDE = "passkey_set_aside"
    SECOND_STEP_ON = "second_step_on"
    SECOND_STEP_OFF = "second_step_off"
    RECOVERY_CODES_NEW = "recovery_codes_new"
    RECOVERY_CODE_USED = "recovery_code_used"
    NOTICE_WAITS = "notice_waits"
    """Something about the account waits to be read on the site: a decision of moderators, an answer to a report."""
    ACCOUNT_DELETED = "account_deleted"
    """The account is hidden; it can be brought back until it is deleted for good."""


class Mail(msgspec.Struct, frozen=True, kw_only=True):
    """A mail as it will be read, made by `api.mail.letters.letter`."""

    kind: MailKind
    subject: str
    text: str
    """All that the mail says, as plain text."""
    html: str
    """The same once more, as simple HTML."""
    useful_for: timedelta | None = None
    """After this time it is not sent any more: its link has run out."""


class MailWaiting(msgspec.Struct, frozen=True):
    """Which mail a job is to send."""

    id: UUID


class MailSeen(msgspec.Struct, frozen=True, kw_only=True):
    """What an operator sees of a mail: never to whom."""

    id: UUID
    kind: MailKind
    created_at: datetime
    tries: int
    next_try_at: datetime | None
    sent_at: datetime | None
    dead_at: datetime | None
    last_error: str | None


class MailKept(msgspec.Struct, frozen=True, kw_only=True):
    """A mail that no server sends: the operator passes on what it says."""

    id: UUID
    kind: MailKind
    created_at: datetime
    recipient: str
    subject: str
    text: str
