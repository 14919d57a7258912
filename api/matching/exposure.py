"""Sharing out who is shown, so that nobody drowns and nobody is invisible: how shares change, and what they do. Pure.

For each purpose a member has a share, one of seven steps. Once a day it moves one step on for those who stood among
the first of far more lists than others, or have much to answer, and one step back for those who stood in far fewer.
Until they were first counted, members have the share of those who are shown least.
"""

from hashlib import blake2b
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

Shares = NDArray[np.int32]

SHOWN_FIRST = 20
"""Who stands among so many at the beginning of a list counts as shown by it."""
LEAST_MEMBERS = 20
LEAST_LISTS = 20
"""With fewer members, or fewer lists computed lately, there is nothing to share out and too little to go by."""
MOST_STEPS = 3
NEW: int = -MOST_STEPS
"""The share of those who were not counted yet."""

# A step is worth so much of the fit: with all six the larger fit is always first when it is larger by a fifth.
_A_STEP = 0.03
# Far more and far less than the mean. The room between them keeps a share from moving with every list.
_OFTEN, _SELDOM = 1.25, 0.8
# From this share of the requests that a member can bear, it is better to show others.
_MUCH_TO_ANSWER = 0.5


def factors(shares: Shares) -> NDArray[np.float32]:
    """What the fit with members of these shares is multiplied by."""
    result: NDArray[np.float32] = (1 - _A_STEP * shares).astype(np.float32)
    return result


def next_shares(shares: Shares, shown: NDArray[np.int32], load: NDArray[np.float32]) -> Shares:
    """The shares of everyone with a purpose after one more day.

    Args:
        shares: What they are now, (members,).
        shown: How many lists computed lately have each among their first, (members,).
        load: Requests that wait for each one's answer, as far as their senders know, as a part of how many each can
            bear, (members,).
    """
    often, seldom = shown > _OFTEN * shown.mean(), shown < _SELDOM * shown.mean()
    busy = load >= _MUCH_TO_ANSWER
    steps = (often | busy).astype(np.int32) - (seldom & ~busy).astype(np.int32)
    result: Shares = np.clip(shares + steps, -MOST_STEPS, MOST_STEPS)
    return result


def lot(viewer: UUID, member: UUID) -> int:
    """Whoever draws the lower one comes first of two that suit a viewer equally; other viewers draw others."""
    return int.from_bytes(blake2b(member.bytes, key=viewer.bytes, digest_size=8).digest())
