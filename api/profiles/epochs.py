"""Epochs: a number for each purpose that grows whenever something changes that match lists depend on."""

from collections.abc import Iterable
from uuid import UUID

from api.database import fetch


async def raise_epochs(purposes: Iterable[str]) -> None:
    """Mark that something changed under these purposes; call it last in the transaction of the change.

    The row stays locked until that transaction ends, and everybody who changes something needs it. Sorted, so that
    two who need the same rows never wait for each other.
    """
    await fetch(
        "INSERT INTO purpose_epoch (purpose, epoch) SELECT unnest({}::varchar[]), 1 "
        "ON CONFLICT (purpose) DO UPDATE SET epoch = purpose_epoch.epoch + 1",
        sorted({str(purpose) for purpose in purposes}),
    )


async def raise_epochs_of(*member_ids: UUID) -> None:
    """Mark that something changed about members, under every purpose that one of them has switched on."""
    rows = await fetch("SELECT DISTINCT purpose FROM member_purpose WHERE member = ANY({}::uuid[])", list(member_ids))
    await raise_epochs(row["purpose"] for row in rows)
