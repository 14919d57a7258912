"""What goes in and out of the privacy domain."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec


class Erasure(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Leaving; the password shows that it is oneself who leaves. Without any, a token must be fresh."""

    password: str


class ExportRead(msgspec.Struct, frozen=True):
    """Everything that is kept of oneself."""

    format: str
    made_at: datetime
    member_id: UUID
    parts: dict[str, list[dict[str, Any]]]
    """What is kept, by part: `account`, `statements`, `requests`, `connections`, `messages` and others."""
    about: dict[str, str]
    """What each part is, and why it is kept."""
