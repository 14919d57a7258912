"""Nothing new is taken in while the disk of the bundled PostgreSQL is nearly full, so that all can still be read.

With no room left for its log PostgreSQL ends, and does not start again before somebody makes room.
"""

import shutil
import time
from functools import cache
from pathlib import Path

import structlog
from litestar.handlers.base import BaseRouteHandler

from api.authentication import AnyConnection
from api.embedded_identity import home_of_running
from api.engine import CannotKeepError
from api.settings import settings

logger = structlog.get_logger()

LEAST_FREE = 64 * 1024 * 1024
"""Bytes: four segments of PostgreSQL's log, for what is under way and for the little that reading writes."""
SECONDS_BETWEEN_LOOKS = 1
SECONDS_BETWEEN_WARNINGS = 60

_SAFE = {"GET", "HEAD", "OPTIONS"}


async def needs_room(connection: AnyConnection, _: BaseRouteHandler) -> None:
    """Guard: whoever wants to change something finds room for it.

    Raises:
        CannotKeepError: There is too little.
    """
    if connection.scope.get("method") not in _SAFE and _disk().is_full():
        raise CannotKeepError


class Disk:
    """The disk of a folder."""

    def __init__(self, folder: Path | None) -> None:
        """Prepare to look; where there is no folder it is never full."""
        self._folder = folder
        self._full = False
        self._looked_at = self._warned_at = float("-inf")

    def is_full(self) -> bool:
        """Whether less is free than PostgreSQL needs, by a look that is a second old at most."""
        now = time.monotonic()
        if self._folder is not None and now - self._looked_at >= SECONDS_BETWEEN_LOOKS:
            self._looked_at = now
            free = shutil.disk_usage(self._folder).free
            self._full = free < LEAST_FREE
            if self._full and now - self._warned_at >= SECONDS_BETWEEN_WARNINGS:
                self._warned_at = now
                logger.warning("disk_full", free_megabytes=free // 1024**2)
        return self._full


@cache
def _disk() -> Disk:
    chosen = settings()
    return Disk(home_of_running(chosen.data_dir, chosen.database_url or ""))
