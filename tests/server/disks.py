"""Disks that a test can fill, and disks on which nothing can be written for a while."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.running_site import RunningSite

_PIECE = b"x" * 65_536


class SmallDisk:
    """A file system of its own at a folder, which only a site that runs within it sees, and which ends with it."""

    def __init__(self, folder: Path, *, megabytes: int) -> None:
        """Prepare; `within` is for `RunningSite`. Skips the test where nothing can be mounted."""
        self._folder = folder
        mount = f'mount -t tmpfs -o size={megabytes}m,mode=700 tmpfs "$0" && exec "$@"'
        self.within = ("unshare", "--mount", "sh", "-c", mount, str(folder))
        folder.mkdir()
        if not _works(*self.within, "true"):
            pytest.skip("A small disk needs the right to mount one.")

    @contextmanager
    def full(self, site: RunningSite) -> Iterator[None]:
        """Not a byte is free for as long as this lasts."""
        assert site.process is not None
        ballast = Path(f"/proc/{site.process.pid}/root{self._folder}/ballast")
        with ballast.open("wb", buffering=0) as file:
            for piece in (_PIECE, b"x"):
                with suppress(OSError):
                    while True:
                        file.write(piece)
        try:
            yield
        finally:
            ballast.unlink()


@contextmanager
def only_read(folder: Path) -> Iterator[None]:
    """The kernel refuses every change in a folder, also to what is open, for as long as this lasts."""
    _mark(folder, "+i")
    try:
        yield
    finally:
        _mark(folder, "-i")


def can_be_only_read(folder: Path) -> bool:
    """Whether this file system knows that, and we may say so."""
    probe = folder / "probe"
    probe.touch()
    if not _works("chattr", "+i", str(probe)):
        return False
    subprocess.run(["chattr", "-i", probe], check=True)
    return True


def _works(*command: str) -> bool:
    return (
        shutil.which(command[0]) is not None
        and not subprocess.run(command, capture_output=True, check=False).returncode
    )


def _mark(folder: Path, how: str) -> None:
    # Files come and go meanwhile, and sockets cannot be marked: neither is a reason to stop.
    subprocess.run(["chattr", "-R", "-f", how, folder], check=False)
