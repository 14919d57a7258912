"""How a run is shared out to processes."""

from types import SimpleNamespace
from typing import Any

import pytest

from tests import workers

Source = pytest.Config.ArgsSource
GIG = 1024**3


def _config(args_source: Source = Source.TESTPATHS, **options: object) -> Any:
    given = {"keyword": "", "capture": "fd", "collectonly": False, "lf": False, "soak": False} | options
    return SimpleNamespace(args_source=args_source, getoption=lambda name, default=None: given.get(name, default))


@pytest.fixture(autouse=True)
def machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Eight processors, memory for five processes, and no database given."""
    monkeypatch.setattr("psutil.cpu_count", lambda: 8)
    monkeypatch.setattr("psutil.virtual_memory", lambda: SimpleNamespace(total=5 * workers.MEMORY_EACH + GIG))
    monkeypatch.delenv("WHEREFORE_DATABASE_URL")


def test_a_whole_run_takes_as_many_processes_as_have_a_processor_and_memory() -> None:
    assert workers.number_for(_config()) == 5


@pytest.mark.parametrize(
    "config",
    [
        _config(Source.ARGS),
        _config(keyword="quota"),
        _config(capture="no"),
        _config(collectonly=True),
        _config(lf=True),
        _config(soak=True),
    ],
    ids=["named", "-k", "-s", "--collect-only", "--lf", "--soak"],
)
def test_what_is_chosen_watched_or_measured_for_long_runs_in_one_process(config: Any) -> None:
    assert workers.number_for(config) == 0


def test_files_that_share_a_site_go_to_one_process_and_begin_first() -> None:
    nodeids = [
        "tests/api/test_b.py::test_one[a::b]",
        "tests/server/test_a.py::test_one",
        "tests/server/test_c.py::test_two",
    ]

    units = [workers.unit_of(nodeid) for nodeid in nodeids]

    assert units == ["tests/api/test_b.py", "tests/server", "tests/server"]
    assert min(units, key=workers.rank_of) == "tests/server"
