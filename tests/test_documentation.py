"""The documentation is true where a machine can tell: links lead somewhere, names exist, settings are the real ones."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
OURS = ("api", "web", "embeddings", "scripts", "tests", "docs", "deploy", ".ci")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_and_path_leads_somewhere(page: Path) -> None:
    text = page.read_text()
    links = [link.split("#")[0] for link in re.findall(r"\]\(([^)\s]+)\)", text) if not link.startswith("http")]
    paths = re.findall(r"`((?:api|web|embeddings|scripts|tests|docs|deploy|\.ci)/[\w./-]*)`", text)

    missing = [link for link in links if link and not (page.parent / link).exists()]
    missing += [path for path in paths if not (ROOT / path).exists()]

    assert missing == []


def test_every_setting_is_documented_and_every_documented_setting_exists() -> None:
    read = set(re.findall(r'_\w+\("([A-Z_]+)"', (ROOT / "api/settings.py").read_text()))
    read |= set(re.findall(r'environ\.get\("WHEREFORE_(\w+)"', (ROOT / "api/settings.py").read_text()))
    documented = set(re.findall(r"`WHEREFORE_(\w+)`", (ROOT / "docs/settings.md").read_text()))

    assert documented == read


def test_the_readme_names_the_two_commands_and_both_run_from_any_folder() -> None:
    readme = (ROOT / "README.md").read_text()

    for command in ("scripts/run", "scripts/test"):
        assert f"```\n{command}\n```" in readme
        assert (ROOT / command).stat().st_mode & 0o111
    assert "scripts/test" in (ROOT / ".ci/run").read_text()


@pytest.mark.parametrize("figure", ["refused_specific", "noted_specific", "refused_generic"])
def test_the_page_about_judging_says_what_was_measured(figure: str) -> None:
    from web.judging import FIGURES

    rows = [row for row in (ROOT / "docs/reasons.md").read_text().splitlines() if row.startswith(f"| `{figure}` |")]
    measured = [re.findall(r"([\d.]+) %", row)[0] for row in rows]

    assert [float(one) for one in measured] == [FIGURES[figure]]


def test_nothing_names_the_machine_it_was_written_on() -> None:
    private = re.compile("/" + "work/|/root/|h-seed-")
    kept = [path for folder in OURS for path in (ROOT / folder).rglob("*") if "__pycache__" not in path.parts]
    texts = [path for path in [*kept, *PAGES] if path.is_file() and path.suffix != ".png" and path != Path(__file__)]

    assert len(texts) > 200
    assert [path for path in texts if private.search(path.read_text(errors="replace"))] == []
