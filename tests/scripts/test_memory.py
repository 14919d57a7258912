"""Large arrays that are gone take no memory, whatever small things were made between them."""

import subprocess
import sys

import pytest

PROGRAM = """
import sys
import numpy as np
import psutil
from scripts.memory import give_memory_back

if sys.argv[1] == "given back":
    give_memory_back()
before = psutil.Process().memory_info().rss
np.ones(30_000_000, dtype=np.uint8)  # gone at once
kept = []
large = []
for _ in range(20):
    large.append(np.ones(10_000_000, dtype=np.uint8))
    kept.append(bytes(100_000))
large.clear()
print(psutil.Process().memory_info().rss - before)
"""


@pytest.mark.parametrize(("how", "left"), [("given back", range(50_000_000)), ("kept", range(150_000_000, 10**10))])
def test_memory_of_what_is_gone_is_given_back(how: str, left: range) -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM, how], capture_output=True, text=True, check=True)

    assert int(done.stdout) in left
