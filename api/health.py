"""Whether the process lives, and whether it can serve: for load balancers and people."""

from asyncio import wait_for
from typing import Literal

import msgspec
from litestar import Response, get
from litestar.status_codes import HTTP_200_OK, HTTP_503_SERVICE_UNAVAILABLE

from api import database
from api.encoding import encoder

SECONDS_FOR_THE_DATABASE = 2


class Health(msgspec.Struct, frozen=True):
    """The process answers."""

    status: Literal["ok"] = "ok"


class Readiness(msgspec.Struct, frozen=True):
    """Whether each part works: `ok`, or what is the matter in a word."""

    status: Literal["ready", "not_ready"]
    database: Literal["ok", "unreachable"]
    model: Literal["ok", "loading"]
    jobs: Literal["ok"]
    """Nothing runs in the background yet that could fall behind; time moves on when something is read."""


@get("/healthz", operation_id="Health", exclude_from_auth=True, include_in_schema=False, cache_control=None)
async def healthz() -> Health:
    """Say that the process lives."""
    return Health()


@get("/readyz", operation_id="Readiness", exclude_from_auth=True, include_in_schema=False)
async def readyz() -> Response[Readiness]:
    """Say whether requests can be served."""
    database_state: Literal["ok", "unreachable"] = "ok"
    try:
        await wait_for(database.fetch("SELECT 1 AS one"), SECONDS_FOR_THE_DATABASE)
    except Exception:  # noqa: BLE001 - whatever is wrong with it, it is not ready
        database_state = "unreachable"
    model_state: Literal["ok", "loading"] = "ok" if encoder().ready else "loading"
    ready = database_state == model_state == "ok"
    report = Readiness("ready" if ready else "not_ready", database_state, model_state, "ok")
    return Response(report, status_code=HTTP_200_OK if ready else HTTP_503_SERVICE_UNAVAILABLE)
