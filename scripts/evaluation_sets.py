"""Evaluation sets about interests: folders of JSON lines with queries, candidates and what is relevant to what."""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Row = dict[str, Any]


def sets_about(folder: Path, name: str) -> Path:
    """Where the sets about something are: in the folder, or in one of that name beside others."""
    return folder / name if (folder / name).is_dir() else folder


@dataclass(frozen=True)
class RankingTask:
    """Profiles that look for others, and those among whom they look; a profile is one text or several."""

    name: str
    queries: list[list[str]]
    candidates: list[list[str]]
    relevant: list[NDArray[np.bool_]]
    """For each query whether each candidate is relevant."""
    left_out: list[int | None]
    """For each query the candidate that is the query itself."""
    seeking: bool = False
    """Whether the queries are needs, which look for those who give."""


@dataclass(frozen=True)
class RoleTask:
    """Texts that are either needs or offers: needs look for offers among all the others."""

    name: str
    texts: list[str]
    need: NDArray[np.bool_]


@dataclass(frozen=True)
class PairTask:
    """Who seeks, who offers, and pairs of them (indices) that did or did not come together."""

    name: str
    seekers: list[str]
    givers: list[str]
    pairs: list[tuple[int, int, bool]]


def ranking_tasks(folder: Path) -> list[RankingTask]:
    """Every ranking task whose files are in the folder."""
    found: list[RankingTask] = []
    for name in ("ng_thread", "cooking_tags"):
        found += _listed(folder, name)
    found += [replace(task, seeking=True) for task in _listed(folder, "need_offer_match")]
    found += _labelled(folder, "ng_group", "ng_thread.queries", "ng_thread.corpus", labels=lambda row: [row["group"]])
    for name, corpus, shared in (
        ("happy_concept", "happy.corpus", 1),
        ("happy_multi2", "happy.corpus", 2),
        ("clinc_intent", "clinc_intent.corpus", 1),
    ):
        found += _labelled(folder, name, f"{name}.queries", corpus, labels=lambda row: row["labels"], shared=shared)
    loo = "support_topics.loo"
    found += _labelled(folder, "support_topics", loo, loo, labels=lambda row: row["labels"])
    return [*found, *_profiles(folder)]


def pair_tasks(folder: Path) -> list[PairTask]:
    """Every task about pairs whose files are in the folder."""
    files = [_read(folder, f"mentor.{part}") for part in ("mentees", "mentors", "pairs")]
    if not all(files):
        return []
    mentees, mentors, pairs = files
    seeker, giver = _places(mentees), _places(mentors)
    judged = [(seeker[row["mentee"]], giver[row["mentor"]], bool(row["label"])) for row in pairs]
    return [PairTask("mentor", _texts(mentees), _texts(mentors), judged)]


def role_tasks(folder: Path) -> list[RoleTask]:
    """Every task about needs and offers whose file is in the folder."""
    items = _read(folder, "need_offer.items")
    need = np.array([row["label"] == "need" for row in items], dtype=np.bool_)
    return [RoleTask("need_offer", _texts(items), need)] if need.any() and not need.all() else []


def _read(folder: Path, name: str) -> list[Row]:
    file = folder / f"{name}.jsonl"
    if not file.is_file():
        return []
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]


def _texts(rows: Iterable[Row]) -> list[str]:
    return [row["text"] for row in rows]


def _places(rows: Sequence[Row]) -> dict[str, int]:
    return {row["id"]: place for place, row in enumerate(rows)}


def _listed(folder: Path, name: str) -> list[RankingTask]:
    """A task whose queries name the candidates that are relevant."""
    queries, corpus = _read(folder, f"{name}.queries"), _read(folder, f"{name}.corpus")
    place = _places(corpus)
    relevant = []
    for query in queries:
        flags = np.zeros(len(corpus), dtype=np.bool_)
        flags[[place[one] for one in query["rel"] if one in place]] = True
        relevant.append(flags)
    itself = [place.get(query.get("self") or query["id"]) for query in queries]
    return _task(name, [[text] for text in _texts(queries)], [[text] for text in _texts(corpus)], relevant, itself)


def _labelled(
    folder: Path,
    name: str,
    queries_file: str,
    corpus_file: str,
    *,
    labels: Callable[[Row], list[str]],
    shared: int = 1,
) -> list[RankingTask]:
    """A task where sharing so many labels is relevant."""
    queries, corpus = _read(folder, queries_file), _read(folder, corpus_file)
    relevant = _sharing([labels(row) for row in queries], [labels(row) for row in corpus], shared)
    place = _places(corpus) if queries_file == corpus_file else {}
    itself = [place.get(query["id"]) for query in queries]
    return _task(name, [[text] for text in _texts(queries)], [[text] for text in _texts(corpus)], relevant, itself)


def _profiles(folder: Path) -> list[RankingTask]:
    pool, queries, corpus = (_read(folder, f"profiles.{part}") for part in ("pool", "queries", "corpus"))
    text = {row["id"]: row["text"] for row in pool}
    label = {row["id"]: row["label"] for row in pool}

    def of_each(rows: list[Row], known: dict[str, str]) -> list[list[str]]:
        return [[known[one] for one in row["interests"]] for row in rows]

    relevant = _sharing(of_each(queries, label), of_each(corpus, label), 2)
    return _task("profiles", of_each(queries, text), of_each(corpus, text), relevant, [None] * len(queries))


def _sharing(queries: Sequence[Sequence[str]], corpus: Sequence[Sequence[str]], least: int) -> list[NDArray[np.bool_]]:
    column = {label: place for place, label in enumerate(sorted({one for labels in corpus for one in labels}))}
    table = np.zeros((len(corpus), len(column)), dtype=np.int16)
    for row, labels in enumerate(corpus):
        table[row, [column[one] for one in labels]] = 1
    return [table[:, [column[one] for one in set(labels) if one in column]].sum(axis=1) >= least for labels in queries]


def _task(
    name: str,
    queries: list[list[str]],
    candidates: list[list[str]],
    relevant: list[NDArray[np.bool_]],
    itself: list[int | None],
) -> list[RankingTask]:
    """The task without queries to which nothing is relevant; none when files are missing."""
    for flags, place in zip(relevant, itself, strict=True):
        if place is not None:
            flags[place] = False
    kept = [row for row, flags in enumerate(relevant) if flags.any()]
    if not kept:
        return []
    return [
        RankingTask(
            name, [queries[i] for i in kept], candidates, [relevant[i] for i in kept], [itself[i] for i in kept]
        )
    ]
