"""The bench: every figure that is promised is there and finite. Nothing here depends on how fast anything is."""

import json
import math
import os
import re
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from api.database import fetch
from api.profiles.schemas import Purpose
from scripts import bench_encode, bench_map, bench_reading
from scripts.bench_figures import Recorder
from scripts.bench_matching import growth, measure
from scripts.bench_plots import plot_latency, plot_quality
from scripts.command import main
from scripts.figures import Figure, show

MEMBERS = 60
_EMPTY = "TRUNCATE account, statement_vector CASCADE"
TIMES = {"p50_ms", "p99_ms"}


@pytest.fixture(scope="module")
async def quick(migrated: None) -> Any:
    """Turns of moments instead of seconds, on the pool of the tests, and an empty database before and after."""
    await fetch(_EMPTY)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("api.database.connected", nullcontext)
        for module, name, value in (
            (bench_reading, "_TURNS", 1),
            (bench_reading, "_TURN_SECONDS", 0.3),
            (bench_reading, "_SIGN_UPS", 2),
            (bench_encode, "_TURNS", 1),
            (bench_encode, "_SINGLE_SECONDS", 0.2),
        ):
            patch.setattr(module, name, value)
        yield
    await fetch(_EMPTY)
    await fetch("DROP SCHEMA IF EXISTS bench CASCADE")


@pytest.fixture(scope="module")
async def figures(quick: None) -> list[Figure]:
    """Everything that the bench of matching measures, once."""
    return await measure(os.environ["WHEREFORE_DATABASE_URL"], MEMBERS, queries=3, texts=1000)


def metrics(figures: Sequence[Figure], task: str, method: str) -> set[str]:
    return {figure.metric for figure in figures if (figure.task, figure.method) == (task, method)}


def test_computing_lists_is_measured_beside_every_peer(figures: list[Figure]) -> None:
    assert metrics(figures, "compute_list", "wherefore") == {*TIMES, "recall@20", "as_good@20", "score@20", "ratio"}
    for peer in ("in_memory", "pgvector_profile", "pgvector_exact"):
        assert metrics(figures, "compute_list", peer) == TIMES


def test_among_few_members_everything_is_found(figures: list[Figure]) -> None:
    found = {figure.metric: figure.value for figure in figures if figure.task == "compute_list"}

    assert found["recall@20"] == found["as_good@20"] == found["score@20"] == 1


def test_reading_lists_is_measured_beside_the_peer_and_a_plain_select(figures: list[Figure]) -> None:
    assert metrics(figures, "list_read", "wherefore") == {*TIMES, "per_s", "ratio", "per_s_ratio"}
    assert metrics(figures, "list_read", "pgvector_profile") == {*TIMES, "per_s"}
    assert metrics(figures, "list_read", "select_by_key") == {*TIMES, "per_s"}


def test_the_first_match_is_measured_from_signing_up_and_from_signing_in(figures: list[Figure]) -> None:
    assert metrics(figures, "first_match", "wherefore") == {*TIMES, "after_sign_in_p50_ms", "after_sign_in_p99_ms"}


def test_memory_and_disk_are_told(figures: list[Figure]) -> None:
    told = {(figure.task, figure.method) for figure in figures if figure.metric == "mb"}

    assert {("memory", "wherefore"), ("memory", "in_memory")} <= told
    assert {("disk_vectors", "wherefore"), ("disk_tables", "wherefore"), ("disk_indexes", "wherefore")} <= told


def test_every_figure_is_finite_within_its_interval_and_of_its_size(figures: list[Figure]) -> None:
    for figure in figures:
        assert math.isfinite(figure.value), figure
        assert figure.low <= figure.value <= figure.high, figure
        assert figure.n > 0, figure
        assert figure.members == MEMBERS, figure


async def test_the_bench_leaves_no_member_of_its_own_and_no_token(figures: list[Figure]) -> None:
    assert await fetch("SELECT 1 FROM account WHERE email LIKE '%@bench.wherefore.example'") == []
    assert await fetch("SELECT 1 FROM access_token") == []


async def test_the_encoder_is_measured_beside_its_bare_network(quick: None) -> None:
    found = await bench_encode.measure(10)

    assert {(figure.task, figure.method, figure.metric) for figure in found} == {
        *(("encode", name, "per_s") for name in ("bare_network", "seed_bulk", "one_at_a_time", "concurrent")),
        ("encode_bulk", "wherefore", "ratio"),
        ("encode_concurrently", "wherefore", "ratio"),
    }
    assert all(math.isfinite(figure.value) and figure.value > 0 for figure in found)


async def test_every_step_of_every_map_is_measured_and_the_memory_of_the_process_that_works_it_out(quick: None) -> None:
    found = await bench_map.measure(MEMBERS, texts=1000)

    steps = {
        *((step, "s") for step in ("gathering", "areas", "wherefore")),
        ("wherefore", "statements"),
        ("wherefore", "members"),
    }
    for purpose in Purpose:
        assert {(one.method, one.metric) for one in found if one.task == f"map_{purpose}"} == steps
    told = {(one.task, one.method): one.value for one in found if one.metric in {"s", "mb"}}
    assert told["all_maps", "wherefore"] > 0
    assert told["memory", "process_apart"] > 0
    assert told["memory", "wherefore"] > 0


def two_sizes() -> list[Figure]:
    small, large = Recorder(1000), Recorder(2000)
    small.times("compute_list", "wherefore", [0.1, 0.1, 0.1])
    large.times("compute_list", "wherefore", [0.3, 0.3, 0.3])
    large.times("compute_list", "pgvector_exact", [0.5])
    return small.figures + large.figures


def test_growth_is_told_from_size_to_size() -> None:
    grown = growth(two_sizes(), [1000, 2000])

    assert [(one.metric, one.value, one.members) for one in grown] == [("growth_p50_ms", 3.0, 2000)]


def test_a_report_is_one_object_of_the_agreed_shape(capsys: pytest.CaptureFixture[str]) -> None:
    show("bench matching", two_sizes(), as_json=True)

    printed = json.loads(capsys.readouterr().out)
    assert printed["command"] == "bench matching"
    assert "processors" in printed["machine"]
    assert printed["figures"][0] == {
        "task": "compute_list", "method": "wherefore", "metric": "p50_ms",
        "value": 100.0, "low": 100.0, "high": 100.0, "n": 3, "members": 1000,
    }  # fmt: skip


def test_a_report_for_people_names_every_figure(capsys: pytest.CaptureFixture[str]) -> None:
    show("bench matching", two_sizes(), as_json=False)

    printed = capsys.readouterr().out
    assert "compute_list, 2,000 members" in printed
    assert printed.count("p99_ms") == 3


def test_latency_is_drawn_for_every_method_and_size(tmp_path: Path) -> None:
    plot_latency(two_sizes(), tmp_path / "latency.svg")

    texts = set(re.findall(r">([^<]+)</text>", (tmp_path / "latency.svg").read_text()))
    assert {"Wherefore", "exact pgvector", "1,000", "2,000"} <= texts


def test_quality_is_drawn_from_what_the_evaluation_printed(tmp_path: Path) -> None:
    measured = [
        {"task": "profiles", "method": method, "metric": "ndcg@10", "value": 0.5, "low": 0.4, "high": 0.6, "n": 9}
        for method in ("wherefore", "bm25")
    ]
    (tmp_path / "q.json").write_text(json.dumps({"command": "", "machine": "", "figures": measured}))

    plot_quality(tmp_path / "q.json", tmp_path / "quality.svg")

    texts = set(re.findall(r">([^<]+)</text>", (tmp_path / "quality.svg").read_text()))
    assert {"profiles", "Wherefore", "keywords"} <= texts


@pytest.mark.parametrize("command", ["matching", "encode"])
def test_the_commands_say_what_they_do(command: str) -> None:
    outcome = CliRunner().invoke(main, ["bench", command, "--help"])

    assert outcome.exit_code == 0
    assert "--members" in outcome.stdout
