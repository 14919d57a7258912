"""Making files last: what the system has only promised to write is on the disk when these return."""

import os
from pathlib import Path


def sync_folder(folder: Path) -> None:
    """Make the names of a folder's files last as well as what is in them."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
