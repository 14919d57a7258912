"""Evaluation: the engine as it serves members, and its peers, over a folder of third-party sets."""

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import click
import numpy as np

from embeddings.many import encode_many
from embeddings.roles import reads_as_seeking
from embeddings.similarity import Vectors
from scripts.evaluation_figures import DEPTH, auc, auc_figure, ranking_figures, ranking_values
from scripts.evaluation_methods import (
    Method,
    bm25,
    joined,
    model_in_force,
    one_vector_per_profile,
    one_vector_per_text,
    wherefore,
)
from scripts.evaluation_sets import PairTask, RankingTask, RoleTask, pair_tasks, ranking_tasks, role_tasks, sets_about
from scripts.figures import Figure, mean_of, show, tell


def evaluate_interest(folder: Path, *, as_json: bool) -> None:
    """Measure how well shared interests are found, and print it."""
    folder = sets_about(folder, "interest")
    rankings, pairs, roles = ranking_tasks(folder), pair_tasks(folder), role_tasks(folder)
    if not (rankings or pairs or roles):
        raise click.ClickException(f"{folder} holds no set that is known, such as profiles.queries.jsonl.")
    vectors = _encode(rankings, pairs, roles)
    figures: list[Figure] = []
    for task, *others in _asking_the_same(rankings):
        tell(f"Measuring {' and '.join(one.name for one in (task, *others))}")
        figures += measure_ranking(task, *others, vectors=vectors)
    for judged in pairs:
        tell(f"Measuring {judged.name}")
        figures += measure_pairs(judged, vectors)
    for told in roles:
        tell(f"Measuring {told.name}")
        figures += measure_roles(told, vectors)
    show("evaluate interest", figures, as_json=as_json)


def measure_ranking(task: RankingTask, *others: RankingTask, vectors: dict[str, Vectors]) -> list[Figure]:
    """The figures of every method on one ranking task, and on others that only call something else relevant."""
    methods: dict[str, Method] = {
        "wherefore": wherefore(task.candidates, vectors, seeking=task.seeking),
        "bm25": bm25(task.candidates),
        "one_vector_per_text": one_vector_per_text(task.candidates, vectors),
    }
    if _is_profiles(task):
        methods["one_vector_per_profile"] = one_vector_per_profile(task.candidates, vectors)
    figures: dict[str, list[Figure]] = {one.name: [] for one in (task, *others)}
    for name, method in methods.items():
        values: defaultdict[str, list[tuple[float, float, float]]] = defaultdict(list)
        for place, (query, left_out) in enumerate(zip(task.queries, task.left_out, strict=True)):
            scores = method(query, left_out).astype(np.float32)
            if left_out is not None:
                scores[left_out] = -np.inf
            for one in (task, *others):
                values[one.name].append(ranking_values(scores, one.relevant[place]))
        for one in (task, *others):
            figures[one.name] += ranking_figures(one.name, name, values[one.name])
    return [figure for found in figures.values() for figure in found]


def measure_pairs(task: PairTask, vectors: dict[str, Vectors]) -> list[Figure]:
    """How well those who came together are told from those who did not: over all pairs, and for each who seeks."""
    givers = [[text] for text in task.givers]
    methods = {
        "wherefore": wherefore(givers, vectors, seeking=True),
        "bm25": bm25(givers),
        "one_vector_per_text": one_vector_per_text(givers, vectors),
    }
    figures: list[Figure] = []
    for name, method in methods.items():
        scores = {seeker: method([task.seekers[seeker]], None) for seeker in {pair[0] for pair in task.pairs}}
        judged: defaultdict[int, tuple[list[float], list[float]]] = defaultdict(lambda: ([], []))
        for seeker, giver, together in task.pairs:
            judged[seeker][0 if together else 1].append(float(scores[seeker][giver]))
        yes, no = (np.concatenate([np.asarray(one[side]) for one in judged.values()]) for side in (0, 1))
        each = [auc(np.asarray(one), np.asarray(other)) for one, other in judged.values() if one and other]
        figures += [
            auc_figure(task.name, name, yes, no),
            mean_of(task.name, name, "auc_each_seeker", np.asarray(each, dtype=np.float64)),
        ]
    return figures


def measure_roles(task: RoleTask, vectors: dict[str, Vectors]) -> list[Figure]:
    """How well needs are told from offers, and how many of the ten whom a need is shown are needs as well."""
    one_each = [[text] for text in task.texts]
    figures: list[Figure] = []
    reading = reads_as_seeking(np.stack([vectors[text] for text in task.texts]), revision=model_in_force().revision)
    if reading is not None:
        told = reading.astype(np.float64)
        figures.append(auc_figure(task.name, "wherefore", told[task.need], told[~task.need]))
    methods = {
        "wherefore": wherefore(one_each, vectors, seeking=True),
        "bm25": bm25(one_each),
        "one_vector_per_text": one_vector_per_text(one_each, vectors),
    }
    for name, method in methods.items():
        wrong = []
        for place in np.flatnonzero(task.need):
            scores = method(one_each[place], int(place)).astype(np.float32)
            scores[place] = -np.inf
            wrong.append(task.need[np.argsort(-scores, kind="stable")[:DEPTH]].mean())
        figures.append(mean_of(task.name, name, f"wrong_role@{DEPTH}", np.asarray(wrong)))
    return figures


def _asking_the_same(tasks: Sequence[RankingTask]) -> list[list[RankingTask]]:
    """Tasks that differ in nothing but in what is relevant, so that each query is ranked once."""
    groups: list[list[RankingTask]] = []
    for task in tasks:
        asked = (task.queries, task.left_out, task.seeking, task.candidates)
        for group in groups:
            if (group[0].queries, group[0].left_out, group[0].seeking, group[0].candidates) == asked:
                group.append(task)
                break
        else:
            groups.append([task])
    return groups


def _encode(rankings: list[RankingTask], pairs: list[PairTask], roles: list[RoleTask]) -> dict[str, Vectors]:
    """The vector of every text that any method needs."""
    texts: set[str] = set()
    for task in rankings:
        for profile in (*task.queries, *task.candidates):
            texts.update(profile)
            if _is_profiles(task):
                texts.add(joined(profile))
    for judged in pairs:
        texts.update(judged.seekers, judged.givers)
    for told in roles:
        texts.update(told.texts)
    ordered = sorted(texts)
    encoded = encode_many(ordered, model_in_force(), show_progress=lambda done, of: tell(f"Encoding: {done} of {of}"))
    return dict(zip(ordered, encoded, strict=True))


def _is_profiles(task: RankingTask) -> bool:
    return any(len(profile) > 1 for profile in task.candidates)
