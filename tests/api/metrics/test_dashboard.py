"""What Grafana asks for and what Prometheus warns of exists, by name and by label."""

import json
import re
from pathlib import Path

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


def test_everything_that_is_told_is_looked_at() -> None:
    asked = " ".join(_queries())

    assert [name for name in _told() if re.sub("_(bucket|sum|count)$", "", name) not in asked] == []
