"""The encoder: true to the library, the same for everyone, off the event loop, and fair."""

import asyncio
import subprocess
import sys
import time
import unicodedata
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from embeddings import encoder as encoder_module
from embeddings.encoder import Encoder
from embeddings.evidence import Tokens
from embeddings.models import Model, ModelError, find_model
from tests.embeddings.texts import TEXTS


def test_importing_it_does_not_import_torch() -> None:
    code = "import sys, embeddings.encoder; sys.exit('torch' in sys.modules or 'sentence_transformers' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


async def test_vectors_have_the_shape_and_length_promised(encoder: Encoder) -> None:
    vectors = await encoder.encode(TEXTS)

    assert vectors.shape == (len(TEXTS), 384)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(len(TEXTS)), abs=1e-5)


async def test_nothing_is_encoded_as_nothing(encoder: Encoder) -> None:
    assert (await encoder.encode([])).shape == (0, 384)
    assert encoder.encode_now([]).shape == (0, 384)


async def test_a_vector_does_not_depend_on_its_company(encoder: Encoder) -> None:
    together = await encoder.encode(TEXTS)
    alone = np.concatenate([await encoder.encode([text]) for text in TEXTS])

    assert np.sum(together * alone, axis=1).min() >= 0.999


async def test_composed_and_decomposed_letters_are_the_same_text(encoder: Encoder) -> None:
    composed, decomposed = await encoder.encode(["Café à Genève", unicodedata.normalize("NFD", " Café à Genève\n")])

    assert composed @ decomposed == pytest.approx(1, abs=1e-3)


async def test_any_text_has_a_vector(encoder: Encoder) -> None:
    vectors = await encoder.encode(["", "\ud800", "\0", "🙂" * 3000, "\u202e"])

    assert np.isfinite(vectors).all()


async def test_bulk_and_single_encoding_agree_and_keep_the_order(encoder: Encoder) -> None:
    texts = [f"{text} {number}" for number in range(30) for text in TEXTS]
    told: list[tuple[int, int]] = []

    bulk = await asyncio.to_thread(encoder.encode_now, texts, show_progress=lambda *step: told.append(step))

    assert np.sum(bulk[-5:] * await encoder.encode(texts[-5:]), axis=1).min() >= 0.999
    assert told[-1] == (150, 150)


async def test_the_event_loop_goes_on_meanwhile(encoder: Encoder) -> None:
    work = asyncio.create_task(encoder.encode(TEXTS * 20))
    turns = 0

    while not work.done():
        await asyncio.sleep(0.005)
        turns += 1

    assert turns > 5


async def test_an_encoder_loads_itself_when_first_asked() -> None:
    lazy = Encoder(find_model())
    assert not lazy.ready

    await lazy.encode(["a text"])

    assert lazy.ready
    lazy.close()
    assert not lazy.ready
    with pytest.raises(RuntimeError, match="closed"):
        await lazy.encode(["another"])


async def test_a_missing_model_is_told_to_everyone_who_waits(tmp_path: Path) -> None:
    broken = Encoder(Model(name="none", folder=tmp_path, dimensions=3, revision="0"))

    results = await asyncio.gather(broken.start(), broken.encode(["a"]), return_exceptions=True)

    assert [type(result) for result in results] == [ModelError, ModelError]
    with pytest.raises(ModelError):
        await broken.encode(["later"])


class _SlowNetwork:
    """Stands in where timing and failure must be controlled: notes its batches, and fails on one word."""

    precision = "float32"

    def __init__(self) -> None:
        self.batches: list[list[str]] = []
        self.seconds = 0.02

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.batches.append(list(texts))
        time.sleep(self.seconds)
        if "bad" in texts:
            raise ValueError("cannot encode this")
        return np.array([[len(text), 0, 0] for text in texts], dtype=np.float32)

    def tokens(self, texts: Sequence[str]) -> list[Tokens]:
        one = np.ones(1, dtype=np.float32)
        return [Tokens(vector[None], one, np.array([[0, 1]])) for vector in self.encode(texts)]


@pytest.fixture
def slow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Encoder, _SlowNetwork]:
    network = _SlowNetwork()
    monkeypatch.setitem(encoder_module._networks, tmp_path, network)
    return Encoder(Model(name="slow", folder=tmp_path, dimensions=3, revision="0")), network


async def test_requests_that_arrive_together_are_encoded_together(slow: tuple[Encoder, _SlowNetwork]) -> None:
    encoder, network = slow
    await encoder.start()

    results = await asyncio.gather(*(encoder.encode(["x" * size]) for size in range(1, 11)))

    assert [int(result[0, 0]) for result in results] == list(range(1, 11))
    assert len(network.batches) <= 2
    encoder.close()


async def test_a_short_request_overtakes_a_long_one(slow: tuple[Encoder, _SlowNetwork]) -> None:
    encoder, _ = slow
    long = asyncio.create_task(encoder.encode(["long"] * 1000))
    await asyncio.sleep(0.05)

    await encoder.encode(["short"])

    assert not long.done()
    assert (await long).shape == (1000, 3)
    encoder.close()


async def test_whoever_asks_for_tokens_keeps_nobody_waiting(slow: tuple[Encoder, _SlowNetwork]) -> None:
    encoder, network = slow
    tokens = asyncio.create_task(encoder.tokens(["x" * size for size in range(200)]))
    await asyncio.sleep(0.05)

    await encoder.encode(["short"])

    assert not tokens.done()
    assert [int(found.states[0, 0]) for found in await tokens] == list(range(200))
    assert max(map(len, network.batches)) <= 6
    encoder.close()


async def test_it_is_said_how_long_a_turn_takes_while_many_wait(slow: tuple[Encoder, _SlowNetwork]) -> None:
    encoder, _ = slow
    assert encoder.seconds_a_turn == 0
    for _ in range(15):
        await encoder.tokens(["x" * 200])  # each takes 0.02 s
    assert encoder.seconds_a_turn == 0

    waiting = [asyncio.create_task(encoder.tokens(["x" * 200])) for _ in range(40)]
    await asyncio.sleep(0)
    busy = encoder.seconds_a_turn
    await asyncio.gather(*waiting)

    assert 0.5 <= busy <= 40 * 0.2  # all of them have a part in the next turn, and it is thought to last so much longer
    assert encoder.seconds_a_turn == 0
    encoder.close()


async def _turn_of_one(encoder: Encoder) -> float:
    """How long a turn is said to take while one sentence waits."""
    waiting = asyncio.create_task(encoder.tokens(["x" * 280]))
    await asyncio.sleep(0)
    seconds = encoder.seconds_a_turn
    await waiting
    return seconds


async def test_single_words_do_not_make_everything_seem_slow(slow: tuple[Encoder, _SlowNetwork]) -> None:
    encoder, _ = slow
    for _ in range(3):
        await encoder.tokens(["x"])  # each takes 0.02 s

    assert 0 < await _turn_of_one(encoder) < 0.5
    encoder.close()


async def test_a_batch_that_had_to_wait_does_not_make_everything_seem_slow(slow: tuple[Encoder, _SlowNetwork]) -> None:
    encoder, network = slow
    network.seconds = 0.8
    await encoder.tokens(["x" * 280])
    alone = await _turn_of_one(encoder)
    network.seconds = 0.02
    for _ in range(2):
        await encoder.tokens(["x" * 280])

    assert alone == 0  # one or two batches say nothing yet
    assert 0 < await _turn_of_one(encoder) < 0.5
    encoder.close()


async def test_it_is_said_how_long_everything_takes_that_waits(slow: tuple[Encoder, _SlowNetwork]) -> None:
    encoder, _ = slow
    for _ in range(15):
        await encoder.tokens(["x" * 200])  # each takes 0.02 s
    assert encoder.seconds_waiting == 0

    waiting = asyncio.create_task(encoder.tokens(["x" * 200] * 20))
    await asyncio.sleep(0)
    long = encoder.seconds_waiting
    await waiting

    assert long > 0.2  # twenty of them, one after the other
    assert encoder.seconds_waiting == 0
    encoder.close()


async def test_one_who_gives_up_takes_nobody_along(slow: tuple[Encoder, _SlowNetwork]) -> None:
    encoder, _ = slow
    waiting = [asyncio.create_task(encoder.encode(["a"] * 200)) for _ in range(3)]
    await asyncio.sleep(0.03)

    waiting[1].cancel()

    assert (await waiting[0]).shape == (await waiting[2]).shape == (200, 3)
    assert waiting[1].cancelled()
    encoder.close()


async def test_a_failure_reaches_only_those_it_concerns(slow: tuple[Encoder, _SlowNetwork]) -> None:
    encoder, _ = slow

    good, bad, fine = await asyncio.gather(
        encoder.encode(["good"]), encoder.encode(["bad"]), encoder.encode(["fine"]), return_exceptions=True
    )

    assert isinstance(bad, ValueError)
    assert isinstance(good, np.ndarray)
    assert isinstance(fine, np.ndarray)
    encoder.close()


async def test_closing_answers_those_who_wait(slow: tuple[Encoder, _SlowNetwork]) -> None:
    encoder, _ = slow
    waiting = asyncio.create_task(encoder.encode(["a"] * 2000))
    await asyncio.sleep(0.05)

    encoder.close()

    with pytest.raises(RuntimeError, match="closed"):
        await waiting
