"""The two plots of the documentation, drawn from what was measured: latency by size, and quality beside peers."""

from collections.abc import Sequence
from math import ceil, floor, log10
from pathlib import Path
from typing import Any

import msgspec
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from scripts.figures import Figure, Report

_LOOKS = {
    "wherefore": ("Wherefore", "#0b6e4f", 4, ""),
    "pgvector_profile": ("a vector a profile", "#c8553d", 2, "6 3"),
    "in_memory": ("in memory", "#3d5a98", 2, "2 3"),
    "pgvector_exact": ("exact pgvector", "#6f6f6f", 2, "8 3 2 3"),
    "one_vector_per_text": ("a vector a text", "#3d5a98", 2, ""),
    "one_vector_per_profile": ("a vector a profile", "#c8553d", 2, ""),
    "bm25": ("keywords", "#b0a48f", 2, ""),
}
_LEFT, _RIGHT, _TOP, _BOTTOM = 70, 540, 50, 410
_BARS_LEFT, _BARS_WIDTH = 180, 550
_BAR, _GAP = 13, 14
_WANTED = ("ndcg@10", "auc")


def plot_latency(figures: Sequence[Figure], file: Path) -> None:
    """Draw how long computing a list takes, by the number of members, ours and the peers', both axes logarithmic."""
    found = {
        (f.method, f.members, f.metric): f.value for f in figures if f.task == "compute_list" and f.metric[:1] == "p"
    }
    sizes = sorted({members for _, members, _ in found})
    values = [value for value in found.values() if value > 0]
    low, high = floor(log10(min(values))), ceil(log10(max(values)))
    first, last = log10(sizes[0]), log10(sizes[-1])

    def x(members: int) -> float:
        return _LEFT + 30 + (_RIGHT - _LEFT - 60) * ((log10(members) - first) / (last - first) if last > first else 0.5)

    def y(value: float) -> float:
        return _BOTTOM - (_BOTTOM - _TOP) * (log10(value) - low) / max(high - low, 1)

    lines: list[dict[str, Any]] = []
    for method in [method for method in _LOOKS if any(method == kept for kept, _, _ in found)]:
        points = [
            {
                "x": round(x(members), 1),
                "y": round(y(found[method, members, "p50_ms"]), 1),
                "high": round(y(found[method, members, "p99_ms"]), 1),
                "members": f"{members:,}",
                "value": f"{found[method, members, 'p50_ms']:,.1f}",
            }
            for members in sizes
            if (method, members, "p50_ms") in found
        ]
        lines.append({**_look(method), "points": points, "legend": 70 + 24 * len(lines)})
    _write(
        "latency.svg",
        file,
        lines=lines,
        rows=[{"at": round(y(10**power), 1), "label": f"{10**power:,g}"} for power in range(low, high + 1)],
        columns=[{"at": round(x(members), 1), "label": f"{members:,}"} for members in sizes],
    )


def plot_quality(measured: Path, file: Path) -> None:
    """Draw how well ours and the peers find what belongs together, from what `evaluate interest --json` printed."""
    found = [f for f in msgspec.json.decode(measured.read_bytes(), type=Report).figures if f.metric in _WANTED]
    compared = {figure.task for figure in found if figure.method != "wherefore"}
    figures = [figure for figure in found if figure.task in compared]
    tasks: list[dict[str, Any]] = []
    at = 74.0
    for name in dict.fromkeys(figure.task for figure in figures):
        bars: list[dict[str, Any]] = []
        for figure in figures:
            if figure.task == name and figure.method in _LOOKS:
                bars.append({
                    **_look(figure.method),
                    "y": at + _BAR * len(bars),
                    "width": round(_BARS_WIDTH * figure.value, 1),
                    "low": round(_BARS_LEFT + _BARS_WIDTH * figure.low, 1),
                    "high": round(_BARS_LEFT + _BARS_WIDTH * figure.high, 1),
                    "value": f"{figure.value:.3f}",
                })  # fmt: skip
        tasks.append({"label": name.replace("_", " "), "bars": bars, "middle": at + _BAR * len(bars) / 2 + 4})
        at += _BAR * len(bars) + _GAP
    shown = [method for method in _LOOKS if any(method == figure.method for figure in figures)]
    _write(
        "quality.svg",
        file,
        height=round(at + 30),
        tasks=tasks,
        legend=[{**_look(method), "x": 180 + 140 * place} for place, method in enumerate(shown)],
        ticks=[{"at": _BARS_LEFT + _BARS_WIDTH * tenth / 10, "label": f"0.{tenth}"} for tenth in range(0, 10, 2)],
    )


def _look(method: str) -> dict[str, Any]:
    return dict(zip(("label", "colour", "width", "dashes"), _LOOKS[method], strict=True))


def _write(template: str, file: Path, **values: Any) -> None:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "plot_templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    file.write_text(environment.get_template(template).render(**values), encoding="utf-8")
