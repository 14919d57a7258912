"""Encoding texts of all lengths takes no more memory the longer it goes on."""

import subprocess
import sys

MOST_GROWN = 100_000_000
"""Bytes. It was 194 million while torch kept something for every shape of batch."""

PROGRAM = """
import asyncio, random
import psutil
from api.encoding import encoder

async def main():
    chance = random.Random(1)
    words = "a lantern over nine quiet harbours and the one who keeps it lit through winter nights".split()

    async def encode(batches):
        for _ in range(batches):
            await encoder().encode(
                [" ".join(chance.choices(words, k=chance.randint(1, 90))) for _ in range(chance.randint(1, 6))]
            )

    await encode(40)
    before = psutil.Process().memory_info().rss
    await encode(100)
    print(psutil.Process().memory_info().rss - before)

asyncio.run(main())
"""


def test_a_process_that_encodes_for_long_does_not_grow() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)

    assert int(done.stdout) < MOST_GROWN
