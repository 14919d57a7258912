"""What a process looks at in itself every few seconds, and the figures of the site that it passes on."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog

from api.encoding import encoder
from api.engine import DatabaseUnavailableError
from api.live.streams import STREAMS
from api.metrics.figures import figures
from api.metrics.instruments import Instruments, instruments
from api.piccolo_conf import DB

SECONDS_BETWEEN_LOOKS: float = 5
LOOKS_BETWEEN_FIGURES = 6

logger = structlog.get_logger()


@asynccontextmanager
async def sampling() -> AsyncIterator[None]:
    """Look for as long as a process runs, where an operator wants to be told."""
    told = instruments()
    if told is None:
        yield
        return
    encoder().tell = lambda texts, seconds: _note_batch(told, texts, seconds)
    looking = asyncio.create_task(_keep_looking(told))
    try:
        yield
    finally:
        looking.cancel()
        encoder().tell = None


async def _keep_looking(told: Instruments) -> None:
    look = 0
    while True:
        look_at_this_process(told)
        if look % LOOKS_BETWEEN_FIGURES == 0:
            try:
                await pass_figures_on(told)
            except DatabaseUnavailableError:
                logger.debug("figures_not_read")
        look += 1
        await asyncio.sleep(SECONDS_BETWEEN_LOOKS)


def look_at_this_process(told: Instruments) -> None:
    """Note how many connections, streams and requests to the model there are."""
    if (pool := DB.pool) is not None:
        told.pool.labels("in use").set(pool.get_size() - pool.get_idle_size())
        told.pool.labels("idle").set(pool.get_idle_size())
        told.pool.labels("most").set(pool.get_max_size())
    told.streams.set(sum(1 for _ in STREAMS))
    told.encoder_waiting.set(encoder().waiting)


async def pass_figures_on(told: Instruments) -> None:
    """Note the figures as the job measured them last; what is not told any more is not a number."""
    measured = await figures()
    for name, gauge in told.figures.items():
        gauge.set(measured.get(name, float("nan")))


def _note_batch(told: Instruments, texts: int, seconds: float) -> None:
    told.batch_texts.observe(texts)
    told.batch_seconds.observe(seconds)
