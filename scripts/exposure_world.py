"""The members of a simulation of exposure: what they write, by the bulk seed, and how well they fit each other."""

import hashlib
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from os import cpu_count
from pathlib import Path
from uuid import UUID

import msgspec
import numpy as np
from numpy.typing import NDArray

from api.accounts.schemas import Meets
from api.matching.exposure import lot
from api.matching.nearness import nearness
from api.matching.scoring import Statements, compared, fitting_scores
from api.profiles.schemas import Purpose
from embeddings.encoder import Encoder
from embeddings.models import find_model
from embeddings.roles import reads_as_seeking
from embeddings.similarity import Vectors, corpus_mean
from embeddings.words import word_keys
from scripts.figures import tell
from scripts.seed_bulk_plan import People, batches, made_id
from scripts.seed_bulk_texts import Bank

CACHE = Path.home() / ".cache" / "wherefore"
_TEXTS_A_MEMBER = 0.8
# Below this hardly any pair of statements agrees.
_LEAST_SCORE = 0.4
"""Distinct texts; a member writes two or three statements, so that each text is written by about three."""


class Candidates(msgspec.Struct, frozen=True):
    """Those who could be on one viewer's list, as the service would order them."""

    members: NDArray[np.intp]
    scores: Vectors
    near: NDArray[np.float32]
    lots: NDArray[np.uint64]


class Group(msgspec.Struct, frozen=True):
    """Everyone with one purpose."""

    purpose: Purpose
    topics: NDArray[np.bool_]
    """Which topic each writes about, (members, topics)."""
    candidates: dict[int, Candidates]
    """For those who visit at all."""


class _Card(msgspec.Struct):
    place: int
    id: UUID
    rows: list[int]
    texts: list[str]


def world(*, members: int, number: int, visiting: NDArray[np.bool_]) -> list[Group]:
    """The members by purpose.

    Args:
        members: How many.
        number: The same number makes the same members.
        visiting: Who looks at lists at all, (members,): only for them it is computed who fits.
    """
    cards = _cards(members, number)
    vector_of = _encoded({text for by_member in cards.values() for card in by_member.values() for text in card.texts})
    groups = []
    for purpose in Purpose:
        tell(f"Comparing everyone with the purpose {purpose}: {len(cards[purpose])}")
        groups.append(_group(purpose, cards[purpose], vector_of, visiting))
    return groups


def _cards(members: int, number: int) -> dict[Purpose, dict[int, _Card]]:
    bank, people = Bank(number=number, most=int(members * _TEXTS_A_MEMBER)), People(number)
    purposes = tuple(Purpose)
    cards: dict[Purpose, dict[int, _Card]] = defaultdict(dict)
    for batch in batches(bank, number=number, members=members):
        planned = people.of(batch)
        for author, card, row, place in zip(batch.author, batch.card, batch.row, batch.place, strict=True):
            member = batch.first + int(author)
            who = planned[author]
            home = 0 if who.meets is Meets.ONLINE else who.place_id or 0
            of_purpose = cards[purposes[batch.purposes[author, card]]]
            mine = of_purpose.setdefault(member, _Card(home, made_id(number, "member", member), [], []))
            mine.rows.append(int(row))
            mine.texts.append(bank.text(int(row), int(place)))
    return cards


def _group(
    purpose: Purpose, cards: dict[int, _Card], vector_of: dict[str, Vectors], visiting: NDArray[np.bool_]
) -> Group:
    everyone = list(cards.values())
    rows = [row for card in everyone for row in card.rows]
    owner = np.repeat(np.arange(len(everyone)), [len(card.rows) for card in everyone])
    texts = [text for card in everyone for text in card.texts]
    vectors = np.stack([vector_of[text] for text in texts])
    said = Statements(
        vectors,
        np.array(rows, dtype=np.int64) % 2 == 1,
        words=word_keys(texts),
        reads_as_seeking=reads_as_seeking(vectors, revision=find_model().revision),
    )
    # One mean for all, with the viewer's own statements in it, which makes no difference among thousands.
    mean = corpus_mean(said.vectors)
    topics = np.zeros((len(everyone), max(rows) // 2 + 1), dtype=np.bool_)
    topics[owner, np.array(rows) // 2] = True

    def candidates(viewer: int) -> Candidates:
        scores = fitting_scores(compared(said.only(owner == viewer), said, mean=mean), owner, len(everyone))
        fitting = np.flatnonzero((scores >= _LEAST_SCORE) & (np.arange(len(everyone)) != viewer))
        mine = everyone[viewer]
        return Candidates(
            members=fitting,
            scores=scores[fitting],
            near=nearness(mine.place, [everyone[index].place for index in fitting]),
            lots=np.array([lot(mine.id, everyone[index].id) for index in fitting], dtype=np.uint64),
        )

    viewers = [place for place, member in enumerate(cards) if visiting[member]]
    with ThreadPoolExecutor(cpu_count()) as pool:
        found = list(pool.map(candidates, viewers))
    return Group(purpose, topics, dict(zip(viewers, found, strict=True)))


def _encoded(texts: set[str]) -> dict[str, Vectors]:
    """The vector of each text; kept in a cache, as a simulation is rarely run once."""
    ordered, model = sorted(texts), find_model()
    digest = hashlib.sha256("\n".join([model.name, *ordered]).encode()).hexdigest()[:16]
    kept = CACHE / f"exposure-{digest}.npy"
    if kept.exists():
        return dict(zip(ordered, np.load(kept), strict=True))
    encoder = Encoder(model)
    encoded = encoder.encode_now(ordered, show_progress=lambda done, of: tell(f"Encoding: {done} of {of}"))
    encoder.close()
    CACHE.mkdir(parents=True, exist_ok=True)
    np.save(kept, np.asarray(encoded))
    return dict(zip(ordered, encoded, strict=True))
