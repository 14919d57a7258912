"""What is asked for in the first seconds of a process, while what keeps jobs is being imported."""

import subprocess
import sys
from pathlib import Path

import pytest

_A_START = """
import asyncio, sys
from contextlib import asynccontextmanager
from api import jobs, worker
from api.accounts.schemas import Asked
from uuid import uuid4

class ReachedError(Exception): ...

@asynccontextmanager
async def no_database():
    raise ReachedError
    yield

async def begin_jobs(stopped):
    stopped.set()

async def main():
    jobs.database.transaction, worker._run, worker.SECONDS_BEFORE_THE_FIRST = no_database, begin_jobs, 0
    runner = asyncio.create_task(worker._run_until(asyncio.Event(), None))
    await asyncio.sleep(float(sys.argv[1]))
    try:
        await jobs.enqueue("answer_sign_up", Asked(uuid4()))
    except ReachedError:
        print("asked")
    await asyncio.wait_for(runner, 30)
    print("begun")

asyncio.run(main())
"""


@pytest.mark.parametrize("seconds", ["0.01", "0.1"])
def test_whoever_joins_while_jobs_are_just_beginning_stops_none_of_them(seconds: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _A_START, seconds],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )

    assert sorted(done.stdout.split()) == ["asked", "begun"], done.stderr
