"""Telling members by mail that the ways into their account have changed, in case it was not them."""

from enum import StrEnum
from uuid import UUID


class Change(StrEnum):
    """What has changed."""

    PASSKEY_ADDED = "passkey_added"
    PASSKEY_REMOVED = "passkey_removed"
    PASSKEY_SET_ASIDE = "passkey_set_aside"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - the name of a change
    CODES_ON = "codes_on"
    CODES_OFF = "codes_off"
    RECOVERY_CODES_NEW = "recovery_codes_new"


async def tell(member_id: UUID, change: Change) -> None:
    """Tell a member of a change, once the caller's transaction is committed."""
