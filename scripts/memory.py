"""What a process that runs for months does with memory that it needs no more."""

import ctypes
from contextlib import suppress

_MMAP_THRESHOLD, _MOST_ARENAS = -3, -8  # of mallopt(3), in glibc's malloc.h
_LARGE = 4 * 1024 * 1024
"""Bytes. What the model works on is smaller; the vectors that a list is computed from are larger."""
_ARENAS = 4


def give_memory_back() -> None:
    """Have large arrays be given back to the system as soon as they are gone; without glibc nothing changes.

    By itself glibc puts them where small things are put too as soon as the first of them is gone, in a place for each
    thread; and there they stay, as holes. A hundred and twenty match lists left some 200 MB of holes.
    """
    with suppress(OSError, AttributeError):
        library = ctypes.CDLL(None)
        library.mallopt(_MMAP_THRESHOLD, _LARGE)
        library.mallopt(_MOST_ARENAS, _ARENAS)
