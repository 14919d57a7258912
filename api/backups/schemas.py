"""What stands in a backup about itself."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec

from api.migration_steps import Step

FORMAT = "wherefore-backup-1"


class Column(msgspec.Struct, frozen=True):
    """A column, and its type in PostgreSQL's words."""

    name: str
    type: str


class TableCopied(msgspec.Struct, frozen=True):
    """A table as it was copied."""

    name: str
    columns: tuple[Column, ...]
    binary: bool
    """Whether its rows are in PostgreSQL's binary form; where every type is one that all versions write alike."""


class About(msgspec.Struct, frozen=True, kw_only=True):
    """What comes first in a backup: what it is, and what whoever puts it back must have."""

    format: str
    id: UUID
    made_at: Annotated[datetime, msgspec.Meta(tz=True)]
    wherefore: str
    postgresql: str
    pgvector: str
    members: int
    bytes_in_tables: int
    """How much the tables took on the disk, without indexes."""
    steps: tuple[Step, ...]
    """The migrations that made the tables."""
    sealed: tuple[str, ...]
    """Which constraints held that texts are sealed."""
    keys: tuple[str, ...]
    """The ids of the encryption keys that belong to it, which are not in it."""
    tables: tuple[TableCopied, ...]
    sequences: dict[str, int]


class Sum(msgspec.Struct, frozen=True):
    """What a table must come to."""

    rows: int
    bytes: int
    sha256: str


class Sums(msgspec.Struct, frozen=True):
    """What comes last in a backup: without it the backup is not whole."""

    tables: dict[str, Sum]
