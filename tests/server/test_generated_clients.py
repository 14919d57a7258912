"""Clients that are made from the description work: nobody has to write one by hand."""

import compileall
import os
import shutil
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


OPENAPI_TYPESCRIPT, TYPESCRIPT = "openapi-typescript@7.13.0", "typescript@5.9.3"


def test_generated_types_compile_and_a_client_of_ours_tells_the_story_by_them(
    request: pytest.FixtureRequest, tmp_path: Path, *, soaking: bool
) -> None:
    if not soaking:
        pytest.skip("gets two packages from the npm registry: only with --soak")
    npx = shutil.which("npx")
    assert npx is not None, "Install Node 20 or newer, with npx: the types for TypeScript are made by it."
    site: RunningSite = request.getfixturevalue("site")
    (tmp_path / "openapi.json").write_bytes(httpx.get(f"{site.url}/api/v1/openapi.json", timeout=60).content)
    (tmp_path / "story.ts").write_bytes((ROOT / "tests" / "server" / "story_in_types.ts").read_bytes())
    strict = ["tsc", "--strict", "--target", "es2022", "--module", "es2022", "--moduleResolution", "bundler"]
    library = ["--lib", "es2022,dom", "story.ts", "wherefore.d.ts"]

    def run(*command: str) -> str:
        done = subprocess.run(
            command,
            cwd=tmp_path,
            env={**os.environ, "WHEREFORE": site.url},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def by_npx(*command: str) -> str:
        return run(npx, "--yes", "--package", OPENAPI_TYPESCRIPT, "--package", TYPESCRIPT, "--", *command)

    # What has a default may be left out of what is sent; without this it is asked for.
    by_npx("openapi-typescript", "openapi.json", "--default-non-nullable=false", "--output", "wherefore.d.ts")
    by_npx(*strict, "--noEmit", *library)
    by_npx(*strict, *library)
    (tmp_path / "story.js").rename(tmp_path / "story.mjs")

    assert run("node", "story.mjs") == "Shall I post the wood?\n"
