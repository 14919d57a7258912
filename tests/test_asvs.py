"""The tables about security are whole and true: no requirement is left out, and every test that is named exists."""

import ast
import re
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

SECTIONS = """
1.1:2 1.2:9 1.3:11 1.4:3 1.5:2 2.1:3 2.2:3 2.3:4 2.4:1 3.2:2 3.3:4 3.4:6 3.5:5 3.7:2 4.1:3 4.2:1 4.3:2 4.4:4 5.1:1 5.2:3
5.3:2 5.4:3 6.1:3 6.2:12 6.3:4 6.4:4 6.5:5 6.6:3 6.8:4 7.1:3 7.2:4 7.3:2 7.4:5 7.5:2 7.6:2 8.1:2 8.2:3 8.3:1 8.4:1 9.1:3
9.2:4 10.1:2 10.2:2 10.3:4 10.4:11 10.5:5 10.6:2 10.7:3 11.1:2 11.2:3 11.3:3 11.4:4 11.5:1 11.6:1 12.1:3 12.2:2 12.3:4
13.1:1 13.2:5 13.3:2 13.4:5 14.1:2 14.2:4 14.3:3 15.1:3 15.2:3 15.3:7 16.1:1 16.2:5 16.3:4 16.4:3 16.5:3 17.1:1 17.2:4
17.3:2
"""
"""How many requirements of levels 1 and 2 each section of ASVS 5.0.0 has; those of level 3 stand behind them."""


def test_every_requirement_of_levels_one_and_two_stands_in_the_table_once() -> None:
    sections = dict(pair.split(":") for pair in SECTIONS.split())
    wanted = {f"{section}.{number}" for section, most in sections.items() for number in range(1, int(most) + 1)}

    rows = re.findall(r"^\| ([\d., ]+) \|", (ROOT / "docs/asvs.md").read_text(), re.MULTILINE)
    found = Counter(number for row in rows for number in row.split(", "))

    assert [number for number, times in found.items() if times > 1] == []
    assert set(found) == wanted
    assert len(wanted) == 253


@pytest.mark.parametrize("page", ["asvs.md", "security.md"])
def test_every_test_that_a_table_about_security_names_exists(page: str) -> None:
    named = set(re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", (ROOT / "docs" / page).read_text()))

    missing = [f"{path}::{name}" for path, name in sorted(named) if name not in _tests_of(ROOT / path)]

    assert len(named) > 20
    assert missing == []


@pytest.mark.parametrize("page", ["asvs.md", "security.md"])
def test_every_row_of_a_table_about_security_says_why(page: str) -> None:
    text = (ROOT / "docs" / page).read_text()
    rows = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in text.splitlines() if line[:2] == "| "]

    assert len(rows) > 20
    assert [row for row in rows if not all(row)] == []


def _tests_of(file: Path) -> set[str]:
    if not file.exists():
        return set()
    tree = ast.parse(file.read_text())
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
