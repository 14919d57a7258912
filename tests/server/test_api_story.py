"""The story that docs/api.md tells, in each of its languages, as it stands there."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from playwright._impl._driver import compute_driver_executable

from tests.running_site import RunningSite

pytestmark = pytest.mark.server

PAGE = Path(__file__).parents[2] / "docs" / "api.md"
REASON = "You carve spoons from windfall apple wood."


def told(language: str) -> str:
    """All blocks of a language, one after the other: each goes on where the one before it ended."""
    blocks: list[str] = re.findall(rf"^```{language}\n(.*?)^```$", PAGE.read_text(), re.DOTALL | re.MULTILINE)
    assert blocks
    return "\n".join(blocks)


def run(command: list[str], *, site: RunningSite, folder: Path) -> str:
    """Let a program run the story to its end, and give back what it printed."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("WHEREFORE")}
    done = subprocess.run(
        command,
        cwd=folder,
        env=kept | {"WHEREFORE": site.url},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_curl_tells_the_story(site: RunningSite, tmp_path: Path) -> None:
    printed = run(["bash", "-euo", "pipefail", "-c", told("sh")], site=site, folder=tmp_path)

    assert "True" in printed  # the reason could be sent
    assert REASON in printed
    assert printed.count("Shall I post the wood?") == 2
    assert "event: message.received" in printed or "event: refresh" in printed
    [taken_out] = tmp_path.glob("ada-*.json")
    assert "Shall I post the wood?" in taken_out.read_text()


def test_python_tells_the_story(site: RunningSite, tmp_path: Path) -> None:
    (tmp_path / "story.py").write_text(told("python"))

    printed = run([sys.executable, "story.py"], site=site, folder=tmp_path)

    assert "refuse template" in printed
    assert printed.splitlines()[-1] == "Shall I post the wood?"


def test_javascript_tells_the_story(site: RunningSite, tmp_path: Path) -> None:
    (tmp_path / "story.mjs").write_text(told("javascript"))
    node, _ = compute_driver_executable()  # the one that Playwright brings with it

    printed = run([str(node), "story.mjs"], site=site, folder=tmp_path).splitlines()

    assert printed[0].endswith("I carve spoons and bowls from windfall apple wood")
    assert printed[1] == "Shall I post the wood?"
    assert printed[2].endswith(" parts")
