"""How many processes run the tests, in what order, and a database for each of them."""

import asyncio
import os
import sys
from urllib.parse import unquote, urlsplit

import asyncpg
import psutil
import pytest
from xdist.scheduler import LoadScopeScheduling
from xdist.workermanage import WorkerController

MEMORY_EACH = 3_000_000_000
"""Bytes for a process of tests: the model, a PostgreSQL, one or two sites and a browser."""

MANY = 2
"""Fewer processes are no help."""

SHARED_SITES = ("tests/browser", "tests/server")
"""Folders whose files share one running site, and so one process."""

LONGEST_FIRST = ("tests/browser", "tests/server", "tests/trust/", "tests/scripts/", "tests/embeddings/")
"""What takes minutes is begun first, so that no process is left alone with it at the end."""

_MAY_MAKE_DATABASES = (
    "SELECT rolsuper OR (rolcreatedb AND pg_has_role(datdba, 'USAGE')) "
    "FROM pg_roles, pg_database WHERE rolname = current_user AND datname = current_database()"
)


def is_worker(config: pytest.Config) -> bool:
    """Whether this is one of several processes of a run."""
    return hasattr(config, "workerinput")


def hands_out(config: pytest.Config) -> bool:
    """Whether this process runs no test itself, as it hands them out to others."""
    return not is_worker(config) and config.getoption("dist") != "no"


def number_for(config: pytest.Config) -> int:
    """How many processes `-n auto` means; 0 is this one alone.

    A few chosen tests are done before others would have started, and a soak measures, which wants quiet.
    """
    chosen = config.args_source is not pytest.Config.ArgsSource.TESTPATHS or config.getoption("keyword")
    watched = config.getoption("capture") == "no" or config.getoption("collectonly") or config.getoption("lf", False)
    if chosen or watched or config.getoption("soak"):
        return 0
    number = int(min(psutil.cpu_count() or 1, psutil.virtual_memory().total // MEMORY_EACH))
    if number < MANY:
        return 0
    given = given_database(config)
    if given is not None and not asyncio.run(_may_make_databases(given)):
        sys.stderr.write("One process runs the tests: the role of the given database may not make one for each.\n")
        return 0
    return number


async def _may_make_databases(url: str) -> bool:
    connection = await asyncpg.connect(url)
    try:
        return bool(await connection.fetchval(_MAY_MAKE_DATABASES))
    finally:
        await connection.close()


def given_database(config: pytest.Config) -> str | None:
    """The URL of the database that this process is to use, where one is given."""
    if is_worker(config):
        given: str | None = config.workerinput["database"]  # type: ignore[attr-defined]  # xdist sets it
        return given
    return os.environ.get("WHEREFORE_DATABASE_URL")


def make_database(node: WorkerController) -> None:
    """Give a worker a copy of the given database, which brings its extensions; none where none is given."""
    given = given_database(node.config)
    if given is None:
        node.workerinput["database"] = None
        return
    drop_database(node)
    asyncio.run(_execute(given, f'CREATE DATABASE "{_name(node, given)}" TEMPLATE "{_name_in(given)}"'))
    node.workerinput["database"] = urlsplit(given)._replace(path=f"/{_name(node, given)}").geturl()


def drop_database(node: WorkerController) -> None:
    """Take a worker's database away."""
    given = given_database(node.config)
    if given is not None:
        asyncio.run(_execute(given, f'DROP DATABASE IF EXISTS "{_name(node, given)}" WITH (FORCE)'))


def _name(node: WorkerController, url: str) -> str:
    return f"{_name_in(url)}_{node.gateway.id}"


def _name_in(url: str) -> str:
    return unquote(urlsplit(url).path.removeprefix("/"))


async def _execute(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statement)
    except asyncpg.PostgresError as error:
        pytest.exit(f"Each process needs a database of its own: {error}. Without -n, one process is enough.", 4)
    finally:
        await connection.close()


def unit_of(nodeid: str) -> str:
    """What a test is handed out together with: its file, or the folder of a shared site."""
    file = nodeid.partition("::")[0]
    return next((folder for folder in SHARED_SITES if file.startswith(f"{folder}/")), file)


def rank_of(unit: str) -> int:
    """The lower, the sooner it is begun."""
    return next((rank for rank, start in enumerate(LONGEST_FIRST) if unit.startswith(start)), len(LONGEST_FIRST))


class FilesLongestFirst(LoadScopeScheduling):  # type: ignore[misc]  # xdist is not marked as typed
    """Hands out whole files, so that what a file shares is made once, and begins with what takes long."""

    def _split_scope(self, nodeid: str) -> str:
        return unit_of(nodeid)

    def _assign_work_unit(self, node: WorkerController) -> None:
        self.workqueue.move_to_end(min(self.workqueue, key=rank_of), last=False)
        super()._assign_work_unit(node)
