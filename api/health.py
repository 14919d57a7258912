"""Whether the process lives, and whether it can serve: for load balancers and people."""

from asyncio import AbstractEventLoop, Task, get_running_loop, shield, wait_for
from typing import Literal, NamedTuple
from weakref import WeakKeyDictionary

import msgspec
from litestar import Response, get
from litestar.status_codes import HTTP_200_OK, HTTP_503_SERVICE_UNAVAILABLE

from api import jobs
from api.authentication import Access
from api.encoding import encoder
from api.opening import is_open
from api.profiles.coverage import missing_when_last_looked

SECONDS_FOR_THE_DATABASE = 2
SECONDS_UNTIL_ANOTHER_LOOK = 2


class Health(msgspec.Struct, frozen=True):
    """The process answers."""

    status: Literal["ok"] = "ok"


class Readiness(msgspec.Struct, frozen=True):
    """Whether each part works: `ok`, or what is the matter in a word."""

    status: Literal["ready", "not_ready"]
    start: Literal["ok", "waiting"]
    """Waiting for the database, to replay erasures before anybody is met: until then every other call is 503."""
    database: Literal["ok", "unreachable"]
    model: Literal["ok", "loading"]
    jobs: Literal["ok", "late", "unknown"]
    """Late jobs do not keep requests from being served, but somebody should look."""
    vectors: Literal["ok", "incomplete", "unknown"]
    """Incomplete after a change of model: matches are found among the statements encoded so far (docs/languages.md)."""


@get("/healthz", operation_id="Health", opt={"access": Access.ANYONE}, include_in_schema=False, cache_control=None)
async def healthz() -> Health:
    """Say that the process lives."""
    return Health()


@get("/readyz", operation_id="Readiness", opt={"access": Access.ANYONE}, include_in_schema=False)
async def readyz() -> Response[Readiness]:
    """Say whether requests can be served."""
    seen = await _seen()
    model_state: Literal["ok", "loading"] = "ok" if encoder().ready else "loading"
    start_state: Literal["ok", "waiting"] = "ok" if is_open() else "waiting"
    ready = start_state == seen.database == model_state == "ok"
    return Response(
        Readiness(
            status="ready" if ready else "not_ready",
            start=start_state,
            database=seen.database,
            model=model_state,
            jobs=seen.jobs,
            vectors=seen.vectors,
        ),
        status_code=HTTP_200_OK if ready else HTTP_503_SERVICE_UNAVAILABLE,
        headers={} if ready else {"Retry-After": str(SECONDS_UNTIL_ANOTHER_LOOK)},
    )


class _Seen(NamedTuple):
    database: Literal["ok", "unreachable"]
    jobs: Literal["ok", "late", "unknown"]
    vectors: Literal["ok", "incomplete", "unknown"]


_looks: WeakKeyDictionary[AbstractEventLoop, Task[_Seen]] = WeakKeyDictionary()


async def _seen() -> _Seen:
    """What the look at the database sees that goes on at this moment: one is enough, however many ask.

    Anybody may ask. With a look for each of them, they would leave no line to the database free, and whatever watches
    over the process would take it for dead.
    """
    loop = get_running_loop()
    look = _looks.get(loop)
    if look is None or look.done():
        look = _looks[loop] = loop.create_task(_look())
    return await shield(look)


async def _look() -> _Seen:
    jobs_state: Literal["ok", "late", "unknown"] = "unknown"
    try:
        jobs_state = "late" if await wait_for(jobs.are_late(), SECONDS_FOR_THE_DATABASE) else "ok"
        return _Seen("ok", jobs_state, await wait_for(_vectors(), SECONDS_FOR_THE_DATABASE))
    except Exception:  # noqa: BLE001 - whatever is wrong with it, it is not ready
        return _Seen("unreachable", jobs_state, "unknown")


async def _vectors() -> Literal["ok", "incomplete", "unknown"]:
    missing = await missing_when_last_looked(encoder().model.name)
    return "unknown" if missing is None else "incomplete" if missing else "ok"
