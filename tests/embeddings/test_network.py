"""The network calculates in whatever is faster here, and says the same either way."""

from typing import Any

import numpy as np
import pytest
import torch

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
