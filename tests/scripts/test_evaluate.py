"""The evaluation: its figures are those of their definitions, and whatever a folder holds is measured."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from scripts.command import main
from scripts.evaluation_figures import auc, ranking_values
from scripts.evaluation_methods import bm25
from scripts.evaluation_sets import pair_tasks, ranking_tasks
from scripts.figures import mean_of
from tests.models import in_force, other_model

TEXTS = [
    ("I bake sourdough every weekend", "bread"),
    ("My rye starter is six years old", "bread"),
    ("I restore old bicycles in my shed", "bicycles"),
    ("Truing wheels and mending steel frames", "bicycles"),
]


def write(folder: Path, name: str, rows: Sequence[Mapping[str, object]]) -> None:
    (folder / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """One set of single texts and one of profiles."""
    items = [{"id": f"t{i}", "text": text, "labels": [label]} for i, (text, label) in enumerate(TEXTS)]
    write(tmp_path, "support_topics.loo", items)
    write(tmp_path, "profiles.pool", [{"id": f"t{i}", "text": x, "label": label} for i, (x, label) in enumerate(TEXTS)])
    write(tmp_path, "profiles.queries", [{"id": "q", "interests": ["t0", "t2"]}])
    write(tmp_path, "profiles.corpus", [{"id": "a", "interests": ["t1", "t3"]}, {"id": "b", "interests": ["t1"]}])
    return tmp_path


def test_figures_of_a_ranking_are_those_of_their_definitions() -> None:
    scores = np.arange(20, 0, -1, dtype=np.float32)
    relevant = np.isin(np.arange(20), [1, 3, 15])

    recall, ndcg, reciprocal = ranking_values(scores, relevant)

    ideal = 1 + 1 / np.log2(3) + 1 / np.log2(4)
    assert recall == pytest.approx(2 / 3)
    assert ndcg == pytest.approx((1 / np.log2(3) + 1 / np.log2(5)) / ideal)
    assert reciprocal == 1 / 2


def test_equal_scores_count_half_in_an_auc() -> None:
    assert auc(np.array([1.0, 2.0]), np.array([1.0, 0.0])) == pytest.approx(0.875)


def test_an_interval_holds_its_value() -> None:
    found = mean_of("a task", "a method", "mrr", np.random.default_rng(1).random(200))

    assert found.low < found.value < found.high
    assert found.n == 200


def test_a_query_is_never_among_its_own_candidates(folder: Path) -> None:
    task = next(task for task in ranking_tasks(folder) if task.name == "support_topics")

    assert task.left_out == [0, 1, 2, 3]
    assert not any(flags[place] for flags, place in zip(task.relevant, task.left_out, strict=True))


def test_sharing_two_interests_is_relevant_among_profiles(folder: Path) -> None:
    task = next(task for task in ranking_tasks(folder) if task.name == "profiles")

    assert [flags.tolist() for flags in task.relevant] == [[True, False]]


def test_files_may_be_missing(tmp_path: Path) -> None:
    assert ranking_tasks(tmp_path) == []
    assert pair_tasks(tmp_path) == []


def test_keywords_prefer_the_candidate_that_shares_a_rare_word() -> None:
    method = bm25([["I bake bread"], ["I bake rye bread"], ["I bake cakes"]])

    assert method(["rye"], None).argmax() == 1


def test_the_command_prints_one_object_with_every_method(folder: Path) -> None:
    outcome = CliRunner().invoke(main, ["evaluate", "interest", str(folder), "--json"])

    printed = json.loads(outcome.stdout)
    assert printed["command"] == "evaluate interest"
    assert {(one["task"], one["method"]) for one in printed["figures"]} == {
        *((task, m) for task in ("support_topics", "profiles") for m in ("wherefore", "bm25", "one_vector_per_text")),
        ("profiles", "one_vector_per_profile"),
    }
    assert {one["metric"] for one in printed["figures"]} == {"recall@10", "ndcg@10", "mrr"}


def test_sets_that_differ_in_what_is_relevant_have_figures_of_their_own(tmp_path: Path) -> None:
    corpus = [{"id": f"c{i}", "text": text, "group": label} for i, (text, label) in enumerate(TEXTS)]
    write(tmp_path, "ng_thread.corpus", corpus)
    write(tmp_path, "ng_thread.queries", [{"id": "q", "text": "A rye starter", "group": "bicycles", "rel": ["c1"]}])

    reply = CliRunner().invoke(main, ["evaluate", "interest", str(tmp_path), "--json"])

    found = {(one["task"], one["method"], one["metric"]): one["value"] for one in json.loads(reply.stdout)["figures"]}
    assert found["ng_thread", "one_vector_per_text", "mrr"] == 1
    assert found["ng_group", "one_vector_per_text", "mrr"] < 1
    assert {task for task, _, _ in found} == {"ng_thread", "ng_group"}


def test_the_sets_may_lie_beside_those_about_other_things(
    folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    everything = tmp_path_factory.mktemp("everything")
    (everything / "interest").symlink_to(folder)

    reply = CliRunner().invoke(main, ["evaluate", "interest", str(everything), "--json"])

    assert {one["task"] for one in json.loads(reply.stdout)["figures"]} == {"support_topics", "profiles"}


def test_the_model_in_force_is_measured(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    packaged = measured_with(None, folder)

    assert measured_with(other_model(tmp_path_factory.mktemp("other"), layers=1), folder) != packaged


def measured_with(model: Path | None, folder: Path) -> list[float]:
    """The figures of all methods that look at vectors."""
    with in_force(model):
        reply = CliRunner().invoke(main, ["evaluate", "interest", str(folder), "--json"])
        figures = json.loads(reply.stdout)["figures"]
    return [one["value"] for one in figures if one["method"] != "bm25"]


def test_a_folder_without_sets_is_told_in_one_line(tmp_path: Path) -> None:
    outcome = CliRunner().invoke(main, ["evaluate", "interest", str(tmp_path)])

    assert outcome.exit_code == 1
    assert "holds no set that is known" in outcome.stderr


NEEDS_AND_OFFERS = [
    ("We have no blankets left, please send some", "need"),
    ("Please, who can bring blankets to our street?", "need"),
    ("We are handing out free blankets", "offer"),
    ("I deliver blankets to whoever has none", "offer"),
]


def test_whoever_needs_something_is_shown_fewer_who_need_it_too_than_cosines_would_show(tmp_path: Path) -> None:
    # Eleven are found for each, so that one of all is left out of the ten.
    items = [
        *NEEDS_AND_OFFERS,
        *((f"I give away {what}", "offer") for what in ("tents", "rice", "water", "milk", "soap")),
    ]
    items += [(f"We badly need {what}", "need") for what in ("tents", "rice", "water")]
    write(tmp_path, "need_offer.items", [{"id": str(i), "text": x, "label": role} for i, (x, role) in enumerate(items)])

    reply = CliRunner().invoke(main, ["evaluate", "interest", str(tmp_path), "--json"])

    found = {(one["method"], one["metric"]): one["value"] for one in json.loads(reply.stdout)["figures"]}
    assert found["wherefore", "auc"] > 0.8
    assert found["wherefore", "wrong_role@10"] <= found["one_vector_per_text", "wrong_role@10"]


def test_a_need_seeks_where_offers_are_judged(tmp_path: Path) -> None:
    write(tmp_path, "need_offer_match.queries", [{"id": "q", "text": NEEDS_AND_OFFERS[0][0], "rel": ["c2"]}])
    write(
        tmp_path, "need_offer_match.corpus", [{"id": f"c{i}", "text": x} for i, (x, _) in enumerate(NEEDS_AND_OFFERS)]
    )

    (task,) = ranking_tasks(tmp_path)

    assert task.seeking


def test_training_tells_how_well_it_does_on_what_it_has_not_seen(tmp_path: Path) -> None:
    items = [{"text": f"{text}, number {i}", "label": role} for i in range(2) for text, role in NEEDS_AND_OFFERS]
    write(tmp_path, "others", items)

    reply = CliRunner().invoke(main, ["train", "roles", "--others", str(tmp_path / "others.jsonl")])

    assert reply.exit_code == 0, reply.output
    assert [line.split(":")[0] for line in reply.output.splitlines()] == ["demo", "examples", "others"]
