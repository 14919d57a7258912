"""The evaluation of reasons and messages: it judges as the site does, and prints the figures it should."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner

from scripts.class_figures import f1_of, macro_f1_of
from scripts.command import main

BEES = ["I keep three hives behind the allotments.", "I sing bass in a church choir."]
BOATS = ["I build wooden boats in a shed by the river."]
ABOUT_BEES = "Your three hives made me smile: we have two on the roof. How do yours come through a wet winter?"


def write(folder: Path, name: str, rows: Sequence[Mapping[str, object]]) -> None:
    (folder / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))


def pair(kind: str, text: str, profile: list[str]) -> dict[str, object]:
    return {"kind": kind, "text": text, "profile": profile, "source": "ours", "strength": "strong"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A few reasons, copies and messages."""
    write(
        tmp_path,
        "reason_profile_pairs",
        [
            pair("match", ABOUT_BEES, BEES),
            pair("easy_mismatch", ABOUT_BEES, BOATS),
            pair(
                "generic", "I came across your profile and would love to have you in my circle of contacts here.", BOATS
            ),
            pair(
                "generic", "I am always glad to connect with new people, so please accept my request. Thank you!", BEES
            ),
            pair(
                "pitch",
                "Our agency wins new customers for firms like yours. Book a free demo today and save half.",
                BEES,
            ),
        ],
    )
    copy = "I read your words on {} three times, since {} has followed me around all my life and still does."
    write(
        tmp_path,
        "shotgun_pairs",
        [
            {"a": copy.format("lace", "lace"), "b": copy.format("bees", "bees"), "label": 1},
            {"a": copy.format("lace", "lace"), "b": ABOUT_BEES, "label": 0},
        ],
    )
    write(
        tmp_path,
        "pitch_messages",
        [
            {
                "text": "We sell jars and labels, first order half price!",
                "label": 1,
                "slice": "networking",
                "origin": "pitch",
            },
            {"text": "How are your bees today?", "label": 0, "slice": "networking", "origin": "normal_dm"},
        ],
    )
    write(
        tmp_path,
        "tone",
        [{"text": "Do not ignore this message.", "label": "impolite"}, {"text": "Hi", "label": "polite"}],
    )
    return tmp_path


def figures(*command: str) -> dict[tuple[str, str, str], float]:
    result = CliRunner().invoke(main, [*command, "--json"])
    assert result.exit_code == 0, result.output
    report = json.loads(result.stdout)
    assert report["command"] == f"{command[0]} {command[1]}"
    return {(one["task"], one["method"], one["metric"]): one["value"] for one in report["figures"]}


def test_reasons_are_judged_as_the_site_judges_them(folder: Path) -> None:
    found = figures("evaluate", "reasons", str(folder))

    assert found["reasons", "wherefore", "refused_specific"] == 0
    assert found["reasons", "wherefore", "refused_generic"] == 1
    assert found["reasons", "wherefore", "caught_mismatch"] == 1
    assert found["reasons", "wherefore", "macro_f1"] == 1
    assert found["grounding_easy_mismatch", "wherefore", "auc"] == 1
    assert found["copy", "wherefore", "f1"] == 1
    assert found["reasons: strong", "wherefore", "caught_generic"] == 1


def test_messages_that_sell_are_told_from_others(folder: Path) -> None:
    found = figures("evaluate", "messages", str(folder))

    assert found["pitch_networking", "wherefore", "f1"] == 1
    assert found["networking: normal_dm", "wherefore", "taken_for_pitch"] == 0
    assert found["tone", "wherefore", "recall"] == 1


@pytest.mark.parametrize("sets", ["reasons", "messages"])
def test_an_empty_folder_is_told_in_one_line(tmp_path: Path, sets: str) -> None:
    result = CliRunner().invoke(main, ["evaluate", sets, str(tmp_path)])

    assert result.exit_code == 1
    assert "holds neither" in result.stderr


def test_f1_and_false_alarms_are_those_of_their_definitions() -> None:
    found = {one.metric: one.value for one in f1_of("t", "m", [True, True, False, False], [True, False, True, False])}

    assert found == {"precision": 0.5, "recall": 0.5, "f1": 0.5, "fpr": 0.5}


def test_macro_f1_is_the_mean_over_the_classes_that_there_are() -> None:
    assert macro_f1_of("t", "m", ["a", "a", "b"], ["a", "b", "b"]).value == pytest.approx(2 / 3, abs=1e-3)


def test_the_bench_of_reasons_measures_beside_the_bare_model() -> None:
    found = figures("bench", "reasons", "--turns", "10")

    assert found["check_reason", "wherefore", "p50_ms"] > 0
    assert found["check_reason", "bare_model", "p50_ms"] > 0
    assert ("check_reason", "wherefore", "ratio") in found
