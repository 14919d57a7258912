"""Evaluation of the judge of reasons, as `POST /reason-checks` calls it, over a folder of labelled reasons."""

import asyncio
import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
import msgspec
import numpy as np

from embeddings.encoder import Encoder
from embeddings.models import find_model
from embeddings.reason_copies import EarlierReason, copied
from embeddings.reason_grounding import GROUNDED, bank_vectors
from embeddings.reason_reading import read
from embeddings.reason_verdicts import Recipient, weigh
from embeddings.reason_weights import weights_for
from embeddings.reasons import Finding, judge_reason
from embeddings.similarity import Vectors
from embeddings.texts import normalise
from scripts.class_figures import f1_of, macro_f1_of
from scripts.evaluation_figures import auc_figure
from scripts.evaluation_sets import sets_about
from scripts.figures import Figure, mean_of, show, tell

Row = dict[str, Any]
# As many statements of others as the site takes, and so few of a source that it is not worth a line of its own.
_CONTRAST, _FEW, _SHORT = 120, 4, 90
# What a reason is about does not show in these: evaluation sets have reasons of any length.
_LENGTH = frozenset({"too-short", "too-long"})


class Judged(msgspec.Struct, frozen=True):
    """A reason of an evaluation set, and what was found in it."""

    row: Row
    findings: list[Finding]
    grounded: float
    """How much it is about its recipient rather than about others; 0 where no weights say."""
    like_templates: float
    """The cosine to the nearest template, the peer that looks at nobody."""

    def refused(self, *, length: bool = False) -> bool:
        """Whether it may not be sent; by default whatever its length."""
        return any(one.severity == "refuse" for one in self._counting(length=length))

    def told(self, *, length: bool = False) -> bool:
        """Whether anything was found."""
        return bool(self._counting(length=length))

    def label(self) -> str:
        """What the findings come to: generic, pitch or match."""
        codes = {one.code for one in self.findings}
        if "pitch" in codes:
            return "pitch"
        return "generic" if codes & {"template", "far-from-anchor"} else "match"

    def _counting(self, *, length: bool) -> list[Finding]:
        return [one for one in self.findings if length or one.code not in _LENGTH]


def evaluate_reasons(folder: Path, *, as_json: bool) -> None:
    """Measure how fairly reasons are judged, and print it."""
    folder = sets_about(folder, "reasons")
    pairs, copies = read_rows(folder, "reason_profile_pairs"), read_rows(folder, "shotgun_pairs")
    if not (pairs or copies):
        raise click.ClickException(f"{folder} holds neither reason_profile_pairs.jsonl nor shotgun_pairs.jsonl.")
    figures: list[Figure] = []
    if pairs:
        tell(f"Judging {len(pairs)} reasons")
        judged = asyncio.run(judge_all(pairs))
        figures += [*_verdicts(judged), *_ground(judged), *_by_group(judged)]
    show("evaluate reasons", [*figures, *_copies(copies)], as_json=as_json)


def read_rows(folder: Path, name: str) -> list[Row]:
    """The rows of a file of JSON lines; none where it is missing."""
    file = folder / f"{name}.jsonl"
    if not file.is_file():
        return []
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]


async def judge_all(pairs: Sequence[Row]) -> list[Judged]:
    """Judge every reason for its recipient, with the statements of the other recipients for contrast."""
    encoder = Encoder(find_model())
    try:
        statements = sorted({text for row in pairs for text in row["profile"]})
        known = dict(zip(statements, encoder.encode_now(statements), strict=True))
        return [await _judge(encoder, row, place, known) for place, row in enumerate(pairs)]
    finally:
        encoder.close()


async def _judge(encoder: Encoder, row: Row, place: int, known: dict[str, Vectors]) -> Judged:
    profile: list[str] = row["profile"]
    # Another part of the statements for each reason, but always the same one.
    others = [
        text for text in (*list(known)[place % len(known) :], *list(known)[: place % len(known)]) if text not in profile
    ]
    vectors, contrast = (
        np.stack([known[text] for text in profile]),
        np.stack([known[text] for text in others[:_CONTRAST]]),
    )
    reading, bank = await read(encoder, normalise(row["text"])), await bank_vectors(encoder)
    anchor = int((vectors @ reading.whole).argmax())
    findings = await judge_reason(
        encoder,
        reason=row["text"],
        anchor_text=profile[anchor],
        anchor_vector=vectors[anchor],
        recipient_texts=profile,
        recipient_vectors=vectors,
        contrast=contrast,
        sender_texts=(),
        earlier_reasons=(),
        names=(),
        purpose="interest",
    )
    weights = weights_for(encoder.model.revision)
    recipient = Recipient(profile, vectors, contrast, ())
    ground = None if weights is None else weigh(reading, recipient, weights=weights, bank=bank).agreement[GROUNDED]
    return Judged(row, findings, float(ground or 0), float((bank[0] @ reading.whole).max()))


def _verdicts(judged: Sequence[Judged]) -> list[Figure]:
    """Who is refused and who is told something, by what was sent to whom."""
    figures = []
    for length, ending in ((False, ""), (True, "_with_length")):
        for name, kinds in (
            ("specific", {"match"}),
            ("generic", {"generic"}),
            ("mismatch", {"easy_mismatch", "hard_mismatch"}),
            ("pitch", {"pitch"}),
        ):
            some = [one for one in judged if one.row["kind"] in kinds]
            refused = np.array([one.refused(length=length) for one in some], dtype=np.float64)
            told = np.array([one.told(length=length) for one in some], dtype=np.float64)
            if some and name == "specific":
                # Notes without a refusal and refusals alike: whoever was told anything at all.
                figures += [mean_of("reasons", "wherefore", f"refused_specific{ending}", refused)]
                figures += [mean_of("reasons", "wherefore", f"noted_specific{ending}", told)]
            elif some:
                figures += [mean_of("reasons", "wherefore", f"refused_{name}{ending}", refused)]
                figures += [mean_of("reasons", "wherefore", f"caught_{name}{ending}", told)]
    three = [one for one in judged if one.row["kind"] in {"match", "generic", "pitch"}]
    return [
        *figures,
        macro_f1_of("reasons", "wherefore", [one.row["kind"] for one in three], [one.label() for one in three]),
    ]


def _ground(judged: Sequence[Judged]) -> list[Figure]:
    """How well reasons for the right one are told from the same for somebody else, and from templates."""

    def scores(kind: str) -> np.ndarray[Any, np.dtype[np.float64]]:
        return np.array([one.grounded for one in judged if one.row["kind"] == kind])

    def templates(kind: str) -> np.ndarray[Any, np.dtype[np.float64]]:
        return np.array([one.like_templates for one in judged if one.row["kind"] == kind])

    kinds = Counter(one.row["kind"] for one in judged)
    figures = [
        auc_figure(f"grounding_{kind}", "wherefore", scores("match"), scores(kind))
        for kind in ("easy_mismatch", "hard_mismatch", "generic")
        if kinds["match"] and kinds[kind]
    ]
    if kinds["match"] and kinds["generic"]:
        figures.append(auc_figure("grounding_generic", "template_bank", templates("generic"), templates("match")))
    return figures


def _by_group(judged: Sequence[Judged]) -> list[Figure]:
    """False alarms and catches by source, by length and by strength."""
    many = Counter(str(one.row["source"]) for one in judged if one.row["kind"] in {"match", "generic"})
    figures: list[Figure] = []
    for source in [source for source, count in many.most_common() if count >= _FEW]:
        figures += _of_group(source, [one for one in judged if one.row["source"] == source])
    figures += _of_group("all smaller sources", [one for one in judged if many[str(one.row["source"])] < _FEW])
    short = [one for one in judged if len(one.row["text"]) <= _SHORT]
    figures += _of_group(f"up to {_SHORT} characters", short)
    figures += _of_group(f"more than {_SHORT} characters", [one for one in judged if one not in short])
    for strength in ("strong", "weak"):
        figures += _of_group(strength, [one for one in judged if one.row.get("strength") == strength])
    return figures


def _of_group(name: str, some: Sequence[Judged]) -> list[Figure]:
    figures = []
    for kind, metric in (("match", "noted_specific"), ("generic", "caught_generic")):
        told = np.array([float(one.told()) for one in some if one.row["kind"] == kind])
        if len(told):
            figures.append(mean_of(f"reasons: {name}", "wherefore", metric, told))
    return figures


def _copies(pairs: Sequence[Row]) -> list[Figure]:
    """How well one template with two fillings is told from two reasons about the same."""
    if not pairs:
        return []
    found = [
        copied(normalise(row["b"]), names=(), anchor_text=None, earlier=[EarlierReason(normalise(row["a"]))])
        is not None
        for row in pairs
    ]
    return f1_of("copy", "wherefore", [bool(row["label"]) for row in pairs], found)
