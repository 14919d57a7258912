"""Clients that are made from the description work: nobody has to write one by hand."""

import compileall
import os
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from tests.running_site import RunningSite

pytestmark = pytest.mark.server

ROOT = Path(__file__).parents[2]


def test_a_generated_python_client_tells_the_story(site: RunningSite, tmp_path: Path) -> None:
    described, made = tmp_path / "openapi.json", tmp_path / "client"
    described.write_bytes(httpx.get(f"{site.url}/api/v1/openapi.json", timeout=60).content)
    config = tmp_path / "config.yml"
    config.write_text("project_name_override: wherefore-client\npackage_name_override: wherefore_client\n")
    # It puts what it has written in order with ruff, which stands beside the Python that runs this.
    beside = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}

    making = subprocess.run(
        [sys.executable, "-m", "openapi_python_client", "generate", "--path", described, "--output-path", made,
         "--config", config, "--fail-on-warning"],
        env=beside, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert making.returncode == 0, making.stdout + making.stderr
    assert compileall.compile_dir(made, quiet=1)
    telling = subprocess.run(
        [sys.executable, "-m", "tests.server.story_by_client", site.url],
        cwd=ROOT, env={**beside, "PYTHONPATH": str(made)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert telling.returncode == 0, telling.stdout + telling.stderr
    assert telling.stdout == "Shall I post the wood?\n"
