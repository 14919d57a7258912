"""The network calculates in whatever is faster here, and says the same either way."""

from itertools import combinations, pairwise
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from embeddings import network as network_module
from embeddings.models import find_model
from embeddings.network import BertNetwork, load_network
from tests.embeddings.texts import TEXTS

EXACT, HALF = torch.float32, torch.bfloat16


@pytest.mark.parametrize(
    ("milliseconds", "chosen"),
    [({EXACT: 1.0, HALF: 0.5}, HALF), ({EXACT: 1.0, HALF: 0.95}, EXACT), ({EXACT: 1.0, HALF: 1.8}, EXACT)],
)
def test_the_faster_arithmetic_is_taken_where_it_is_clearly_faster(
    milliseconds: dict[torch.dtype, float], chosen: torch.dtype, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(network_module, "_seconds_of_product", lambda precision: milliseconds[precision] / 1000)

    found = load_network(find_model(), threads=torch.get_num_threads())

    assert found.precision == str(chosen).removeprefix("torch.")
    exact: Any = BertNetwork(find_model().folder, EXACT).encode(TEXTS)
    assert np.sum(found.encode(TEXTS) * exact, axis=1).min() >= 0.999


def test_both_are_tried_on_this_processor() -> None:
    assert network_module._seconds_of_product(EXACT) > 0
    assert network_module._seconds_of_product(HALF) > 0


def test_each_layer_is_one_call_that_leaves_the_interpreter_to_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """As many, each waits for the interpreter while pages are drawn, and a text takes ten times as long."""
    network, calls, whole = BertNetwork(find_model().folder, EXACT), [], torch._transformer_encoder_layer_fwd

    def counted(*given: Any) -> torch.Tensor:
        calls.append(given[0].shape)
        return whole(*given)

    monkeypatch.setattr(torch, "_transformer_encoder_layer_fwd", counted)

    network.encode(
        ["I keep bees on the roof of a library.", "Chess by post"]
    )  # one pass, of which one text is filled up

    assert len(calls) == len(network._layers) == 6


def test_tokens_come_in_the_order_of_their_texts_however_these_are_put_together() -> None:
    network = BertNetwork(find_model().folder, EXACT)
    texts = [*TEXTS, *reversed(TEXTS)] * 4

    for text, tokens in zip(texts, network.tokens(texts), strict=True):
        [alone] = network.tokens([text])
        assert tokens.offsets.tolist() == alone.offsets.tolist()
        assert np.allclose(tokens.weights @ tokens.states, alone.weights @ alone.states, atol=1e-4)


@given(st.lists(st.integers(min_value=2, max_value=256), max_size=8).map(sorted))
def test_texts_go_through_in_the_passes_that_take_least_time(lengths: list[int]) -> None:
    """No way of cutting them takes less, and none is left out or gone through twice."""

    def time_of(passes: list[list[int]]) -> int:
        return sum(network_module._COST_OF_PASS + len(one) * max(lengths[index] for index in one) for one in passes)

    def may_be(passes: list[list[int]]) -> bool:
        return all(len(one) == 1 or len(one) * lengths[one[-1]] <= network_module._TOKENS_PER_PASS for one in passes)

    order = list(range(len(lengths)))
    ways = [
        [order[begin:end] for begin, end in pairwise([0, *cuts, len(order)])]
        for number in range(max(1, len(order)))
        for cuts in combinations(range(1, len(order)), number)
    ]

    found = network_module._passes(order, lengths)

    assert sorted(index for one in found for index in one) == order
    assert may_be(found)
    assert time_of(found) == min((time_of(way) for way in ways if order and may_be(way)), default=0)


def test_short_texts_are_not_filled_up_to_a_long_one(monkeypatch: pytest.MonkeyPatch) -> None:
    network, shapes, whole = BertNetwork(find_model().folder, EXACT), set(), torch._transformer_encoder_layer_fwd

    def counted(*given: Any) -> torch.Tensor:
        shapes.add(tuple(given[0].shape[:2]))
        return whole(*given)

    monkeypatch.setattr(torch, "_transformer_encoder_layer_fwd", counted)

    network.encode(["bees " * 60, "Chess by post", "Bread from rye", "A choir of old men"])

    assert len(shapes) == 2
    assert sum(texts * tokens for texts, tokens in shapes) < 100
