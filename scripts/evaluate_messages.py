"""Evaluation of the guard against pitches, and of the notes on tone, over a folder of labelled messages."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import click
import numpy as np

from embeddings.encoder import Encoder
from embeddings.models import find_model
from embeddings.pitches import pitch_in
from embeddings.reason_reading import read
from embeddings.reason_rules import commands, sales
from embeddings.reason_weights import by_itself, told, weights_for
from embeddings.texts import normalise
from scripts.class_figures import f1_of
from scripts.evaluate_reasons import Row, read_rows
from scripts.evaluation_figures import auc_figure
from scripts.evaluation_sets import sets_about
from scripts.figures import Figure, mean_of, show, tell


def evaluate_messages(folder: Path, *, as_json: bool) -> None:
    """Measure how well pitches are told from other messages, and print it."""
    folder = sets_about(folder, "messages")
    pitches, tones = read_rows(folder, "pitch_messages"), read_rows(folder, "tone")
    if not (pitches or tones):
        raise click.ClickException(f"{folder} holds neither pitch_messages.jsonl nor tone.jsonl.")
    tell(f"Reading {len(pitches)} messages")
    figures = asyncio.run(_pitches(pitches)) if pitches else []
    show("evaluate messages", [*figures, *(_tone(tones) if tones else [])], as_json=as_json)


async def _pitches(rows: Sequence[Row]) -> list[Figure]:
    """By slice how well pitches are found, and how often each kind of message is taken for one."""
    encoder = Encoder(find_model())
    revision = encoder.model.revision
    weights = weights_for(revision)
    found, sure = [], []
    try:
        for row in rows:
            reading = await read(encoder, normalise(row["text"]))
            found.append(pitch_in(reading, revision=revision, purpose="interest") is not None)
            sure.append(0.0 if weights is None else told(weights.pitch, by_itself(reading)))
    finally:
        encoder.close()
    figures: list[Figure] = []
    for name in dict.fromkeys(row["slice"] for row in rows):
        mine = [place for place, row in enumerate(rows) if row["slice"] == name]
        really = [bool(rows[place]["label"]) for place in mine]
        figures += f1_of(f"pitch_{name}", "wherefore", really, [found[place] for place in mine])
        by_words = [bool(sales(rows[place]["text"])) for place in mine]
        figures += f1_of(f"pitch_{name}", "words_of_selling", really, by_words)
        yes, no = (
            np.array([sure[place] for place in mine if bool(rows[place]["label"]) is side]) for side in (True, False)
        )
        if len(yes) and len(no):
            figures.append(auc_figure(f"pitch_{name}", "wherefore", yes, no))
    for origin in dict.fromkeys(row["origin"] for row in rows if row["slice"] == "networking"):
        mine = [place for place, row in enumerate(rows) if row["slice"] == "networking" and row["origin"] == origin]
        share = np.array([float(found[place]) for place in mine])
        figures.append(mean_of(f"networking: {origin}", "wherefore", "taken_for_pitch", share))
    return figures


def _tone(rows: Sequence[Row]) -> list[Figure]:
    """How often the note on tone is shown to those whom others found impolite, and to those found polite."""
    impolite = [row["label"] == "impolite" for row in rows]
    return f1_of("tone", "wherefore", impolite, [bool(commands(normalise(row["text"]))) for row in rows])
