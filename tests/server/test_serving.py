"""Starting and stopping through the product's command."""

import signal
import subprocess
import sys
from pathlib import Path

import httpx
import psutil
import pytest

from tests.running_site import RunningSite

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


def test_a_bad_setting_is_one_line_that_names_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WHEREFORE_WORKERS", "many")
    ended = subprocess.run(
        [sys.executable, "-m", "scripts.command", "serve", "--data-dir", str(tmp_path)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert ended.returncode == 2
    assert ended.stderr == "wherefore: WHEREFORE_WORKERS is 'many'; give a whole number from 1 to 64.\n"
