"""Several processes on one database: whatever is killed comes back, and each job is done once."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from uuid import uuid4

import asyncpg
import httpx
import msgspec
import psutil
import pytest
from pgqueuer.adapters.drivers.asyncpg import AsyncpgDriver
from pgqueuer.queries import Queries

from api.embedded import address_of_running
from api.matching import lists
from api.profiles.schemas import Purpose
from tests.running_site import RunningSite, free_port
from tests.unlimited import UNLIMITED

pytestmark = pytest.mark.server

SECONDS = 180
"""Enough on a busy machine; timing decides nothing."""

JOBS = 300

_NOTING = """
CREATE TABLE IF NOT EXISTS noted (job bigint, what text, by int);
CREATE OR REPLACE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF TG_OP = 'DELETE' THEN INSERT INTO noted VALUES (OLD.id, 'done', pg_backend_pid());
  ELSIF NEW.status = 'picked' AND (OLD.status <> 'picked' OR NEW.queue_manager_id <> OLD.queue_manager_id) THEN
    INSERT INTO noted VALUES (NEW.id, 'begun', pg_backend_pid());
  END IF;
  RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER noting AFTER UPDATE OR DELETE ON pgqueuer FOR EACH ROW EXECUTE FUNCTION note();
TRUNCATE noted
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSite]:
    """A running site of two workers that leave jobs to others, who were there before it."""
    folder, metrics = tmp_path_factory.mktemp("several") / "data", f"127.0.0.1:{free_port()}"
    site = RunningSite(folder, "--workers", "2", limits=UNLIMITED, jobs="no", metrics=metrics)
    others = RunningSite(folder)  # whose metrics would be told at the same port
    with others.beside("worker", "--processes", "2"):
        _until(lambda: "Waiting for the database" in site.said())  # both say it in one file
        with site:
            _until(lambda: len(_doing_jobs(site)) == 2)
            yield site


def test_what_all_workers_counted_is_told_on_a_port_of_its_own(site: RunningSite) -> None:
    for _ in range(40):
        assert _status(site, "/api/v1/purposes") == 200

    told = httpx.get(f"http://{site.settings['WHEREFORE_METRICS']}/metrics").text

    assert 'wherefore_requests_total{method="GET",route="/api/v1/purposes",status="200"} 40.0' in told
    assert 'wherefore_pool_connections{state="most"} 20.0' in told
    assert _status(site, "/metrics") == 404


def test_two_that_do_jobs_do_each_of_hundreds_once(site: RunningSite) -> None:
    site.execute(_NOTING)

    jobs = _ask_for(site, [str(uuid4()) for _ in range(JOBS)])

    _until(lambda: site.query("SELECT 1 FROM pgqueuer LIMIT 1") == [])
    noted = site.query("SELECT job, what, by FROM noted")
    assert Counter((note["job"], note["what"]) for note in noted) == Counter(
        (job, what) for job in jobs for what in ("begun", "done")
    )
    assert len({note["by"] for note in noted if note["what"] == "begun"}) == 2


def test_a_job_whose_process_is_killed_is_done_by_another_and_the_process_comes_back(site: RunningSite) -> None:
    site.execute(_NOTING)
    viewer, both = str(uuid4()), _doing_jobs(site)

    with _in_the_middle_of_the_list_of(site, viewer):
        [job] = _ask_for(site, [viewer])
        _until(lambda: site.query("SELECT 1 FROM noted") != [])
        [line] = site.query("SELECT application_name FROM pg_stat_activity JOIN noted ON by = pid")
        killed = int(str(line["application_name"]).split()[-1])
        psutil.Process(killed).kill()
        psutil.wait_procs([process for process in both if process.pid == killed])
        site.execute("UPDATE pgqueuer SET heartbeat = now() - interval '1 minute'")

    _until(lambda: site.query("SELECT 1 FROM pgqueuer LIMIT 1") == [])
    noted = site.query("SELECT job, what, by FROM noted")
    assert Counter((note["job"], note["what"]) for note in noted) == {(job, "begun"): 2, (job, "done"): 1}
    _until(lambda: len(_doing_jobs(site)) == 2)
    assert killed not in {process.pid for process in _doing_jobs(site)}


def test_a_killed_worker_comes_back_and_the_other_serves_meanwhile(site: RunningSite) -> None:
    before = _serving(site)

    before[0].kill()

    statuses = [_status(site) for _ in range(20)]
    _until(lambda: len(_serving(site)) == 2 and before[0] not in _serving(site))
    assert len(before) == 2
    assert set(statuses) == {200}


def test_workers_end_with_the_process_that_looks_after_them_however_it_ends(site: RunningSite) -> None:
    before = site.processes()

    assert site.process is not None
    site.process.kill()
    site.process.wait()

    _, alive = psutil.wait_procs(before, timeout=SECONDS)
    assert [process for process in alive if process.status() != "zombie"] == []


@contextmanager
def _in_the_middle_of_the_list_of(site: RunningSite, viewer: str) -> Iterator[None]:
    """For as long as this lasts, whoever computes this list waits."""

    async def hold() -> "asyncpg.Connection[asyncpg.Record]":
        connection = await asyncpg.connect(address_of_running(site.data_dir))
        await connection.execute(
            "SELECT pg_advisory_lock(hashtextextended($1, $2))", f"{viewer} {Purpose.HOBBY}", lists._COMPUTING
        )
        return connection

    with asyncio.Runner() as runner:
        connection = runner.run(hold())
        yield
        runner.run(connection.close())


def _status(site: RunningSite, path: str = "/") -> int:
    try:
        return httpx.get(f"{site.url}{path}", timeout=SECONDS).status_code
    except httpx.TransportError:
        return 0


def _serving(site: RunningSite) -> list[psutil.Process]:
    """The workers that take calls."""
    assert site.process is not None
    children = psutil.Process(site.process.pid).children()
    return [process for process in children if "spawn_main" in " ".join(_words_of(process))]


def _words_of(process: psutil.Process) -> list[str]:
    try:
        words: list[str] = process.cmdline()
    except (psutil.NoSuchProcess, psutil.ZombieProcess):
        return []
    return words


def _ask_for(site: RunningSite, viewers: list[str]) -> list[int]:
    """Ask for a list of each of these, who are nobody; the ids of the jobs."""

    async def ask() -> list[int]:
        connection = await asyncpg.connect(address_of_running(site.data_dir))
        payloads: list[bytes | None] = [
            msgspec.json.encode({"viewer": viewer, "purpose": Purpose.HOBBY}) for viewer in viewers
        ]
        count = len(viewers)
        ids = await Queries(AsyncpgDriver(connection)).enqueue(["compute_list"] * count, payloads, [0] * count)
        await connection.close()
        return list(ids)

    return asyncio.run(ask())


def _doing_jobs(site: RunningSite) -> list[psutil.Process]:
    """The processes that look for jobs."""
    rows = site.query("SELECT application_name AS name FROM pg_stat_activity WHERE application_name ~ 'wherefore jobs'")
    return [psutil.Process(int(str(row["name"]).split()[-1])) for row in rows]


def _until(holds: Callable[[], bool]) -> None:
    until = time.monotonic() + SECONDS
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.05)
