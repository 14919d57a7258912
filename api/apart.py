"""Work that takes long, in a process of its own, so that no page and no call waits for it."""

import asyncio
import os
import pickle
import sys
from asyncio.subprocess import PIPE
from collections.abc import Callable
from typing import ParamSpec, TypeVar

Given = ParamSpec("Given")
Result = TypeVar("Result")

_PATIENCE = 10
"""How far others go before: it takes what processor time nobody else wants."""
# Several threads would wait for one another more than they work wherever processors are busy: what takes seconds took
# minutes. One alone also adds up in the same order on every machine.
_ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}


class WorkApartError(Exception):
    """Work in another process was not finished; says of which kind the failure was, nothing of what it was about."""


async def work_apart(work: Callable[Given, Result], *given: Given.args, **named: Given.kwargs) -> Result:
    """Have a function of a module done in another process, which is gone when this returns, however it does.

    It gets what it is given and nothing else: no settings, no keys and no database.

    Raises:
        WorkApartError: The function raised something, or its process ended before it was done.
    """
    asked = await asyncio.to_thread(pickle.dumps, (work, given, named), pickle.HIGHEST_PROTOCOL)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", __name__, stdin=PIPE, stdout=PIPE, env=_surroundings()
    )
    try:
        answer, _ = await process.communicate(asked)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode != 0:
        raise WorkApartError(f"ended with {process.returncode}")
    done, result = await asyncio.to_thread(pickle.loads, answer)
    if not done:
        raise WorkApartError(result)
    worked_out: Result = result
    return worked_out


def _surroundings() -> dict[str, str]:
    """The environment without what is ours, and with the same modules to be found."""
    others = {name: value for name, value in os.environ.items() if not name.startswith("WHEREFORE_")}
    return others | _ONE_THREAD | {"PYTHONPATH": os.pathsep.join(sys.path)}


def main() -> None:
    """Do the work that stands on the standard input, and write what came of it to the standard output."""
    os.nice(_PATIENCE)
    work, given, named = pickle.load(sys.stdin.buffer)  # noqa: S301 - written by `work_apart`, which started this
    try:
        answer = True, work(*given, **named)
    except Exception as error:  # noqa: BLE001 - told to whoever waits, without its words
        answer = False, type(error).__qualname__
    pickle.dump(answer, sys.stdout.buffer, pickle.HIGHEST_PROTOCOL)


if __name__ == "__main__":
    main()
