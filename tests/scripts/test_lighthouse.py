"""What Lighthouse says is read rightly and written where it belongs."""

from typing import Any

from scripts.lighthouse import BEGIN, CATEGORIES, END, PAGE, Verdict, middle, read, written


def report(*, performance: float = 0.99, shift_score: float = 1) -> dict[str, Any]:
    """As much of a report of Lighthouse 12 as is read."""
    values = {"largest-contentful-paint": 1042.5, "cumulative-layout-shift": 0, "total-blocking-time": 12.4}
    audits: dict[str, Any] = {name: {"numericValue": value, "score": 1} for name, value in values.items()}
    audits["cumulative-layout-shift"]["score"] = shift_score
    audits["total-byte-weight"] = {"numericValue": 17_662, "score": None}
    audits["network-requests"] = {"details": {"items": [{}] * 5}, "score": None}
    refs = [{"id": name, "weight": 25} for name in values] + [{"id": "network-requests", "weight": 0}]
    scores = dict.fromkeys(CATEGORIES, 1.0) | {"performance": performance}
    return {
        "environment": {"benchmarkIndex": 1500.5},
        "audits": audits,
        "categories": {name: {"score": scores[name], "auditRefs": refs} for name in CATEGORIES},
    }


def test_a_report_is_read() -> None:
    verdict = read("Home", report(shift_score=0.9))

    assert verdict == Verdict(
        name="Home",
        scores={"performance": 99, "accessibility": 100, "best-practices": 100},
        largest_ms=1042.5,
        shift=0,
        blocked_ms=12.4,
        size=17_662,
        requests=5,
        speed=1500.5,
        missed=["cumulative-layout-shift"],
    )


def test_the_middle_of_several_runs_counts() -> None:
    runs = [read("Home", report(performance=score)) for score in (0.7, 1.0, 0.98)]

    assert middle(runs).scores["performance"] == 98


def test_the_figures_stand_between_their_marks_and_the_rest_stays() -> None:
    page = PAGE.read_text()

    new = written(page, "| a table |")

    assert f"{BEGIN}| a table |{END}" in new
    assert new.partition(BEGIN)[0] == page.partition(BEGIN)[0]
    assert new.partition(END)[2] == page.partition(END)[2]
