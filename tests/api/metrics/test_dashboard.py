"""What Grafana asks for and what Prometheus warns of exists, by name and by label."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client import CollectorRegistry

from api.metrics.instruments import Instruments

DEPLOY = Path(__file__).parents[3] / "deploy/grafana"
_OF_PROMETHEUS = {"job", "instance", "le"}
_FUNCTIONS = {"sum", "max", "rate", "increase", "topk", "histogram_quantile", "time", "by", "up"}


def _queries() -> list[str]:
    board = json.loads((DEPLOY / "wherefore.json").read_text())
    asked = [target["expr"] for panel in board["panels"] for target in panel.get("targets", ())]
    asked += [variable["query"] for variable in board["templating"]["list"] if variable["type"] == "query"]
    rules = yaml.safe_load((DEPLOY / "alerts.yml").read_text())
    return asked + [rule["expr"] for group in rules["groups"] for rule in group["rules"]]


def _panels() -> list[dict[str, Any]]:
    return [panel for panel in json.loads((DEPLOY / "wherefore.json").read_text())["panels"] if panel["type"] != "row"]


def _asked_by(panel: dict[str, Any]) -> list[str]:
    return [target["expr"] for target in panel["targets"]]


def _units(query: str) -> set[str]:
    """What Grafana may say that the numbers are."""
    if re.search(r"_at\b", query):
        return {"dateTimeFromNow"}
    if re.search(r"_seconds(_bucket)?\b", query):
        return {"s"}
    if "rate(" in query and "_total" in query:
        return {"reqps"} if "_requests_" in query else {"ops"}
    return {"percentunit"} if "_ratio" in query else {"short", "none"}


def _told() -> dict[str, set[str]]:
    """Every name that a scrape has, with its labels."""
    registry = CollectorRegistry()
    told = Instruments(registry)
    found: dict[str, set[str]] = {}
    for instrument in [*vars(told).values(), *told.figures.values()]:
        if isinstance(instrument, dict):
            continue
        [metric] = instrument.describe()
        ends = {"counter": ("_total",), "histogram": ("_bucket", "_sum", "_count"), "gauge": ("",)}[metric.type]
        found |= {f"{metric.name}{end}": set(instrument._labelnames) for end in ends}
    return found


@pytest.mark.parametrize("query", _queries())
def test_every_query_names_what_is_told(query: str) -> None:
    told = _told()
    names = set(re.findall(r"\bwherefore_\w+", query))
    labels = set(re.findall(r"[{,(\s](\w+)=~?\"", query)) | {
        label.strip() for group in re.findall(r"by \(([^)]*)\)", query) for label in group.split(",")
    }

    assert names or "up{" in query
    assert names <= set(told)
    assert labels - _OF_PROMETHEUS <= set().union(*(told[name] for name in names))


@pytest.mark.parametrize("panel", _panels(), ids=lambda panel: str(panel["title"]))
def test_each_panel_says_in_what_it_counts_and_names_its_lines(panel: dict[str, Any]) -> None:
    legends = [target.get("legendFormat", "") for target in panel["targets"]]

    assert panel["fieldConfig"]["defaults"]["unit"] in set.intersection(*(_units(one) for one in _asked_by(panel)))
    for asked, legend in zip(_asked_by(panel), legends, strict=True):
        apart = re.search(r"by \(([^)]+)\)", asked)
        lines = {label.strip() for label in apart[1].split(",")} - {"le"} if apart else set()
        assert set(re.findall(r"\{\{(\w+)\}\}", legend)) == lines
    assert panel["type"] == "stat" or all(legends)
    assert len(set(legends)) == len(legends)


def test_everything_that_is_told_is_looked_at() -> None:
    asked = " ".join(_queries())

    assert [name for name in _told() if re.sub("_(bucket|sum|count)$", "", name) not in asked] == []
