"""Starting and stopping through the product's command."""

import http.client
import os
import signal
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import httpx
import psutil
import pytest

from tests.running_site import RunningSite, free_port

pytestmark = pytest.mark.server


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_stopping_leaves_no_process_and_a_second_start_finds_everything(tmp_path: Path, number: signal.Signals) -> None:
    site = RunningSite(tmp_path / "data")
    site.start()
    joined = httpx.post(
        f"{site.url}/api/v1/accounts",
        json={"email": "a@example.org", "password": "nine quiet harbours", "display_name": "Ada", "over_18": True},
    )
    assert joined.status_code == 202

    assert site.stop(number) == set()
    site.start()

    token = httpx.post(
        f"{site.url}/api/v1/tokens",
        json={"email": "a@example.org", "password": "nine quiet harbours", "name": "test"},
    )
    assert token.status_code == 201
    assert site.stop() == set()


def test_a_killed_site_leaves_nothing_and_starts_again(tmp_path: Path) -> None:
    site = RunningSite(tmp_path / "data")
    site.start()
    before = site.processes()

    assert site.process is not None
    site.process.kill()
    site.process.wait()

    site.start()
    _, alive = psutil.wait_procs(before, timeout=20)
    assert [process for process in alive if process.status() != "zombie"] == []
    assert site.stop() == set()


def test_a_taken_port_is_one_clear_line(tmp_path: Path) -> None:
    with RunningSite(tmp_path / "one") as site:
        second = RunningSite(tmp_path / "two")
        second._command[second._command.index("--port") + 1] = str(site.port)

        with pytest.raises(AssertionError, match=f"Cannot listen on 127.0.0.1:{site.port}"):
            second.start()

        assert second.said().count("\n") == 1


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("WORKERS", "many", "WHEREFORE_WORKERS is 'many'; give a whole number from 1 to 64."),
        ("HOST", "203.0.113.7", "Cannot listen on 203.0.113.7:8000 (Cannot assign requested address). "),
        ("DATA_DIR", "/proc/nowhere", "WHEREFORE_DATA_DIR: /proc/nowhere cannot be used"),
        ("BASE_URL", "http://[", "WHEREFORE_BASE_URL is 'http://['; give it like https://wherefore.example"),
        ("DATABASE_URL", "mysql://localhost", "WHEREFORE_DATABASE_URL must begin with postgresql://"),
        ("DATABASE_URL", "postgresql://a:b@127.0.0.1:1/a", "The database of WHEREFORE_DATABASE_URL cannot be reached"),
        ("DATABASE_URL", "postgresql://a:b@[/a", "The database of WHEREFORE_DATABASE_URL cannot be reached"),
    ],
)
def test_what_cannot_be_used_is_one_line_that_names_it(tmp_path: Path, name: str, value: str, said: str) -> None:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("WHEREFORE_")}
    here = {"WHEREFORE_DATA_DIR": str(tmp_path), f"WHEREFORE_{name}": value}
    if name == "DATABASE_URL":
        here |= {"WHEREFORE_PORT": str(free_port()), "WHEREFORE_DATABASE_WAIT": "1"}

    ended = subprocess.run(
        [sys.executable, "-m", "scripts.command", "serve"], capture_output=True, text=True, check=False,
        env=kept | here, timeout=60,
    )  # fmt: skip

    assert ended.returncode == 2
    assert ended.stderr.startswith(f"wherefore: {said}")
    assert ended.stderr.count("\n") == 1
    assert ended.stdout == ""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_stopping_in_the_middle_of_a_start_is_calm_and_complete(tmp_path: Path, number: signal.Signals) -> None:
    site = RunningSite(tmp_path / "data", "--demo", "30")
    starting = site.launch()
    while "Reading what they wrote" not in site.said():
        assert starting.poll() is None
        time.sleep(0.05)

    left = site.stop(number)

    assert starting.returncode == 0
    assert left == set()
    assert site.said().endswith("Stopped.\n")
    assert "Traceback" not in site.said()


def test_several_workers_serve_one_address_and_leave_nothing(tmp_path: Path) -> None:
    site = RunningSite(tmp_path / "data", "--workers", "2")
    site.start()

    assert httpx.get(f"{site.url}/").status_code == 200
    _, alive = psutil.wait_procs(site.stop(), timeout=5)

    assert alive == []


@pytest.mark.parametrize("path", ["/", "/api/v1/purposes"])
def test_a_connection_serves_on_after_head(site: RunningSite, path: str) -> None:
    with closing(http.client.HTTPConnection("localhost", site.port)) as connection:
        connection.connect()
        connection.auto_open = 0  # so that a closed connection is an error and not a new one
        for method in ("HEAD", "GET", "HEAD", "GET"):
            connection.request(method, path)
            with connection.getresponse() as answer:
                answer.read()

            assert answer.status == 200
