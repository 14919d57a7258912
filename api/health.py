"""Whether the process lives, and whether it can serve: for load balancers and people."""

from asyncio import wait_for
from typing import Literal

import msgspec
from litestar import Response, get
from litestar.status_codes import HTTP_200_OK, HTTP_503_SERVICE_UNAVAILABLE

from api import jobs
from api.authentication import Access
from api.encoding import encoder
from api.profiles.coverage import missing_when_last_looked

SECONDS_FOR_THE_DATABASE = 2


class Health(msgspec.Struct, frozen=True):
    """The process answers."""

    status: Literal["ok"] = "ok"


class Readiness(msgspec.Struct, frozen=True):
    """Whether each part works: `ok`, or what is the matter in a word."""

    status: Literal["ready", "not_ready"]
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
    database_state: Literal["ok", "unreachable"] = "ok"
    jobs_state: Literal["ok", "late", "unknown"] = "unknown"
    vectors_state: Literal["ok", "incomplete", "unknown"] = "unknown"
    try:
        jobs_state = "late" if await wait_for(jobs.are_late(), SECONDS_FOR_THE_DATABASE) else "ok"
        vectors_state = await wait_for(_vectors(), SECONDS_FOR_THE_DATABASE)
    except Exception:  # noqa: BLE001 - whatever is wrong with it, it is not ready
        database_state = "unreachable"
    model_state: Literal["ok", "loading"] = "ok" if encoder().ready else "loading"
    ready = database_state == model_state == "ok"
    report = Readiness("ready" if ready else "not_ready", database_state, model_state, jobs_state, vectors_state)
    return Response(report, status_code=HTTP_200_OK if ready else HTTP_503_SERVICE_UNAVAILABLE)


async def _vectors() -> Literal["ok", "incomplete", "unknown"]:
    missing = await missing_when_last_looked(encoder().model.name)
    return "unknown" if missing is None else "incomplete" if missing else "ok"
