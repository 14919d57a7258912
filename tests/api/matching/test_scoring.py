"""What the score of two members promises, whatever they wrote."""

import random
from collections import defaultdict
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from api.encoding import encoder
from api.matching.scoring import (
    LOOKED_AT_CLOSELY,
    ONE_SIDED,
    Statements,
    compared,
    fitting_scores,
    mutual_scores,
    reciprocal,
)
from embeddings.similarity import Vectors, corpus_mean, strength
from embeddings.words import word_keys
from scripts.seed_data import load_topics
from tests.api.matching.profiles import ABOUT, DIMENSIONS, SEEKING, one_vector, profile, statements

scores = st.floats(0, 10, width=32)


def views(score: float) -> Vectors:
    return np.array([score], dtype=np.float32)


def with_one_more(profile: Statements, vector: Sequence[float], *, seeking: bool) -> Statements:
    more = statements([vector], [seeking])
    return Statements(np.vstack([profile.vectors, more.vectors]), np.append(profile.seeking, more.seeking))


def score(mine: Statements, theirs: Statements, mean: Vectors | None = None) -> float:
    owner = np.zeros(len(theirs.vectors), dtype=np.intp)
    return float(first_look(mine, theirs, owner, 1, mean)[0])


def first_look(
    mine: Statements, theirs: Statements, owner: NDArray[np.intp], members: int, mean: Vectors | None = None
) -> Vectors:
    return mutual_scores(compared(mine, theirs, mean=mean).agreement, mine, theirs, owner, members)


@given(profile(), profile())
def test_the_score_is_the_same_from_either_side(one: Statements, other: Statements) -> None:
    assert score(one, other) == pytest.approx(score(other, one), abs=1e-5)


@given(profile(), profile(), one_vector, st.booleans())
def test_writing_more_never_lowers_a_score(
    mine: Statements,
    theirs: Statements,
    vector: list[float],
    seeking: bool,  # noqa: FBT001 - drawn by hypothesis
) -> None:
    assert score(with_one_more(mine, vector, seeking=seeking), theirs) >= score(mine, theirs) - 1e-5


@given(profile(), profile(), profile())
def test_a_score_depends_on_the_two_members_alone(mine: Statements, theirs: Statements, third: Statements) -> None:
    both = Statements(np.vstack([third.vectors, theirs.vectors]), np.append(third.seeking, theirs.seeking))
    owner = np.repeat([1, 0], [len(third.vectors), len(theirs.vectors)]).astype(np.intp)

    together = first_look(mine, both, owner, 2)

    assert together[0] == pytest.approx(score(mine, theirs), abs=1e-5)
    assert together[1] == pytest.approx(score(mine, third), abs=1e-5)


@given(scores, scores, scores)
def test_a_better_view_never_makes_a_worse_fit(one: float, other: float, more: float) -> None:
    before = reciprocal(views(one), views(other))
    after = reciprocal(views(one + more), views(other))

    assert after[0] >= before[0] - 1e-5


@given(scores, scores)
def test_a_fit_lies_between_the_two_views(one: float, other: float) -> None:
    fit = reciprocal(views(one), views(other))[0]

    assert min(one, other) - 1e-5 <= fit <= max(one, other) + 1e-5 or fit == pytest.approx(ONE_SIDED * max(one, other))


def test_a_fit_that_suits_one_side_only_sinks_below_one_that_suits_both() -> None:
    bread, chess, sea = np.eye(DIMENSIONS)[:3]
    seeker = statements([bread, chess], [SEEKING, ABOUT])
    wants_me_too = statements([bread, chess], [ABOUT, SEEKING])
    wants_another = statements([bread, sea], [ABOUT, SEEKING])

    assert score(seeker, wants_me_too) > score(seeker, wants_another) > 0


def test_those_who_seek_the_same_are_no_match_for_it() -> None:
    violin, mine, theirs = np.eye(DIMENSIONS)[:3]
    pupil, other_pupil = statements([violin, mine], [SEEKING, ABOUT]), statements([violin, theirs], [SEEKING, ABOUT])
    teacher = statements([violin, theirs], [ABOUT, SEEKING])

    assert score(pupil, other_pupil) < 0.3
    assert score(pupil, teacher) > 0.75


def test_whoever_only_seeks_is_matched_with_whoever_offers_it() -> None:
    violin = np.eye(DIMENSIONS)[0]

    assert score(statements([violin], [SEEKING]), statements([violin], [ABOUT])) > 1
    assert score(statements([violin], [ABOUT]), statements([violin], [SEEKING])) > 1


def test_only_the_best_of_a_first_look_are_looked_at_closely() -> None:
    many = LOOKED_AT_CLOSELY + 40
    vectors = np.random.default_rng(5).normal(size=(many + 2, DIMENSIONS))
    everyone = statements(vectors.tolist(), [ABOUT] * (many + 2))
    mine, theirs, owner = everyone.only(np.arange(2)), everyone.only(np.arange(2, many + 2)), np.arange(many)

    found = fitting_scores(compared(mine, theirs, mean=None), owner, many)

    before = first_look(mine, theirs, owner, many)
    assert (found >= 0).sum() == LOOKED_AT_CLOSELY
    assert before[found < 0].max() <= before[found >= 0].min()


@given(profile(), profile(), profile())
def test_a_close_look_does_not_depend_on_the_order_of_members(
    mine: Statements, theirs: Statements, third: Statements
) -> None:
    counts = [len(theirs.vectors), len(third.vectors)]
    one = Statements(np.vstack([theirs.vectors, third.vectors]), np.append(theirs.seeking, third.seeking))
    other = Statements(np.vstack([third.vectors, theirs.vectors]), np.append(third.seeking, theirs.seeking))

    here = fitting_scores(compared(mine, one, mean=None), np.repeat([0, 1], counts), 2)
    there = fitting_scores(compared(mine, other, mean=None), np.repeat([1, 0], counts[::-1]), 2)

    assert here == pytest.approx(there, abs=1e-3)


INTERESTS = [
    ("I bake sourdough every weekend", "My starter is six years old and my loaves feed the street"),
    ("Watching birds at dawn on the estuary", "I keep a list of every wader and warbler I spot"),
    ("Restoring old bicycles in my shed", "I true wheels and rebuild steel frames from the tip"),
    ("I sing alto in a village choir", "Part-songs and madrigals on a Thursday evening"),
    ("Growing vegetables on an allotment", "Too many courgettes: I tend a kitchen garden"),
    ("I play go and never get better at it", "Black and white stones on a nineteen by nineteen board"),
    ("Knitting lace shawls from thin wool", "Needles, yarn and a complicated stitch chart keep me calm"),
    ("Amateur astronomy from my back yard", "I ground my own telescope mirror to look at Saturn"),
    ("Cold water swimming all through winter", "A dip in the lake before breakfast, ice or no ice"),
    ("I collect and mend fountain pens", "Nibs, ink and the pleasure of a letter written by hand"),
    ("Learning Welsh from old songs", "I study Celtic languages for the joy of the sounds"),
    ("Keeping bees behind the church", "Two hives, a smoker and more honey than we can eat"),
    ("Historical cooking from medieval manuscripts", "I try out recipes of the fourteenth century"),
    ("Building model railways in the attic", "Tiny trains, tiny stations, real timetables"),
    ("Wandering bogs to photograph mosses", "Macro pictures of lichens and liverworts"),
    ("Repairing radios with glowing valves", "I solder vintage wireless sets back to life"),
]


async def test_statement_by_statement_finds_shared_interests_better_than_one_vector_a_member() -> None:
    chance = random.Random(7)  # noqa: S311 - a made set, the same each time
    first = await encoder().encode([pair[0] for pair in INTERESTS])
    second = await encoder().encode([pair[1] for pair in INTERESTS])
    queries = [chance.sample(range(len(INTERESTS)), 4) for _ in range(30)]
    candidates = [chance.sample(range(len(INTERESTS)), 4) for _ in range(120)]
    rows = np.concatenate([second[chosen] for chosen in candidates])
    theirs = Statements(rows, np.zeros(len(rows), dtype=np.bool_))
    owner = np.repeat(np.arange(len(candidates)), 4)
    centroids = np.stack([_unit(second[chosen].mean(axis=0)) for chosen in candidates])

    ours, centroid = [], []
    for chosen in queries:
        relevant = np.array([len(set(chosen) & set(other)) >= 2 for other in candidates])
        mine = Statements(first[chosen], np.zeros(4, dtype=np.bool_))
        ours.append(
            _ndcg(fitting_scores(compared(mine, theirs, mean=corpus_mean(rows)), owner, len(candidates)), relevant)
        )
        centroid.append(_ndcg(centroids @ _unit(first[chosen].mean(axis=0)), relevant))

    assert np.mean(ours) > np.mean(centroid) + 0.03


def _unit(vector: NDArray[np.float32]) -> NDArray[np.float32]:
    result: NDArray[np.float32] = vector / np.linalg.norm(vector)
    return result


def _ndcg(ranking: NDArray[np.float32], relevant: NDArray[np.bool_], depth: int = 10) -> float:
    discounts = 1 / np.log2(np.arange(depth) + 2)
    gained = relevant[np.argsort(-ranking, kind="stable")[:depth]]
    return float((gained * discounts).sum() / discounts[: min(depth, int(relevant.sum()))].sum())


@given(st.integers(1, 40), st.integers(0, 1000))
def test_a_close_look_with_words_does_not_depend_on_the_order_of_statements(count: int, seed: int) -> None:
    chance = np.random.default_rng(seed)
    words = ["lace", "bread", "chess", "choir"]
    texts = [" ".join(chance.choice(words, size=3)) for _ in range(count + 2)]
    table = chance.normal(size=(count + 2, DIMENSIONS)).tolist()
    plain = statements(table, (chance.random(count + 2) < 0.4).tolist())
    everyone = Statements(plain.vectors, plain.seeking, word_keys(texts), chance.random(count + 2, dtype=np.float32))
    mine, theirs = everyone.only(np.arange(2)), everyone.only(np.arange(2, count + 2))
    owner, shuffled = chance.integers(0, 7, count), chance.permutation(count)

    here = fitting_scores(compared(mine, theirs, mean=None), owner, 7)
    there = fitting_scores(compared(mine, theirs.only(shuffled), mean=None), owner[shuffled], 7)

    assert here == pytest.approx(there, abs=1e-3)


def test_of_two_equally_near_the_one_who_shares_a_rare_word_fits_better() -> None:
    lace, craft = np.eye(DIMENSIONS)[:2].tolist()
    others = statements([craft, craft, *np.random.default_rng(1).normal(size=(60, DIMENSIONS)).tolist()], [ABOUT] * 62)
    texts = ["I make bobbin lace", "I make something", *["I do other things"] * 60]
    theirs = Statements(others.vectors, others.seeking, word_keys(texts))
    me = statements([(np.array(lace) + np.array(craft)).tolist()], [ABOUT])
    mine = Statements(me.vectors, me.seeking, word_keys(["Lace with bobbins"]))

    fit = fitting_scores(compared(mine, theirs, mean=None), np.arange(62), 62)

    assert fit[0] > fit[1]


def test_whoever_seeks_is_shown_those_who_give_before_those_who_seem_to_seek_as_well() -> None:
    violin, other = np.eye(DIMENSIONS)[:2]
    theirs = statements([violin, violin + 0.7 * other], [ABOUT, ABOUT])
    told = Statements(theirs.vectors, theirs.seeking, None, np.array([0.98, 0.02], dtype=np.float32))
    me = statements([violin], [SEEKING])
    mine = Statements(me.vectors, me.seeking, None, np.array([0.98], dtype=np.float32))

    fit = mutual_scores(compared(mine, told, mean=None).agreement, mine, told, np.arange(2), 2)

    assert fit[1] > fit[0]


async def test_a_stronger_word_means_a_shared_topic_more_often() -> None:
    shared = defaultdict(list)
    for purpose in ("hobby", "interest", "business"):
        topics = [topic for topic in load_topics() if topic.purpose == purpose]
        written = [(place, one.text) for place, topic in enumerate(topics) for one in topic.statements]
        of, texts = np.array([place for place, _ in written]), [text for _, text in written]
        vectors = await encoder().encode(texts)
        everyone = Statements(vectors, np.zeros(len(texts), dtype=np.bool_), word_keys(texts))
        for me in range(0, len(texts), 5):
            others = np.flatnonzero(np.arange(len(texts)) != me)
            mine, theirs = everyone.only(np.array([me])), everyone.only(others)
            fit = fitting_scores(
                compared(mine, theirs, mean=corpus_mean(theirs.vectors)), np.arange(len(others)), len(others)
            )
            for score, other in zip(fit, others, strict=True):
                shared[strength(float(score))].append(of[other] == of[me])

    share = {word: float(np.mean(found)) for word, found in shared.items()}

    assert share.get("strong", 1) >= share["good"] >= share["some"] > share[None]


async def test_a_statement_that_anyone_could_have_written_does_not_come_out_on_top_for_many() -> None:
    topics = [topic for topic in load_topics() if topic.purpose == "hobby"]
    texts = ["I love music and travel", *(one.text for topic in topics for one in topic.statements)]
    everyone = Statements(await encoder().encode(texts), np.zeros(len(texts), dtype=np.bool_), word_keys(texts))

    shown = []
    for me in range(1, len(texts), 4):
        others = np.flatnonzero(np.arange(len(texts)) != me)
        mine, theirs = everyone.only(np.array([me])), everyone.only(others)
        fit = fitting_scores(
            compared(mine, theirs, mean=corpus_mean(theirs.vectors)), np.arange(len(others)), len(others)
        )
        shown.append(0 in others[np.argsort(-fit, kind="stable")[:10]])

    assert np.mean(shown) <= 2 * 10 / len(texts)
