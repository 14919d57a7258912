"""A process that does jobs and serves nothing."""

import asyncio
import signal
from collections.abc import Callable

from api import database, worker
from api.logs import configure_logs
from api.privacy.erasure import replay


async def work(*, say: Callable[[str], None]) -> None:
    """Do jobs until SIGINT or SIGTERM."""
    configure_logs()
    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    async with database.connected():
        await replay()  # as before serving: no job is done for anybody who has left
        async with worker.running():
            say("Doing jobs (Ctrl-C stops it).")
            await stopped.wait()
    say("Stopped.")
