"""The networks behind the encoder: a lean BERT straight from its safetensors, or the library's.

Importing this module imports torch (about two seconds), so only the encoder's own thread does it.
"""

import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812  (the name everybody knows it by)
from numpy.typing import NDArray
from safetensors.torch import load_file
from tokenizers import Tokenizer

from embeddings.evidence import Tokens
from embeddings.library_network import LibraryNetwork
from embeddings.models import WEIGHTS_FILE, Model, ModelError

# Padded tokens in one pass: large enough to fill the processor, small enough to stay in its caches, and so small that
# short texts are not filled up to the length of long ones: 45 statements of 14 to 79 tokens took 23 % longer at 1024.
_TOKENS_PER_PASS = 256
# A pass takes as long as so many tokens before it has begun with any: 27 in float32, 35 in bfloat16. Short texts go
# apart from a long one where filling them up would take longer than that.
_COST_OF_PASS = 32
# Passages of different length and kind, for comparing the fast arithmetic with the exact one.
_PROBES = (
    "I keep bees on the roof of a library.",
    "Caring for my mother since her stroke; looking for someone who knows the long nights.",
    "Chess by post",
    "Wir lesen einmal im Monat zusammen ein Gedicht und reden darüber.",
    "Does anybody near the coast repair old accordions, or would anybody like to learn it with me this winter?",
)
_LEAST_AGREEMENT = 0.995
_CLEARLY_FASTER, _TRIES = 1.2, 12
_NO_LENGTH = 1e-12

# What the library calls the parts of a layer, and what the weights call them.
_PARTS = {
    "self_attn.out_proj": "attention.output.dense",
    "norm1": "attention.output.LayerNorm",
    "linear1": "intermediate.dense",
    "linear2": "output.dense",
    "norm2": "output.LayerNorm",
}
_ATTENDS, _OF_EACH = ("query", "key", "value"), ("weight", "bias")


class Network(Protocol):
    """Turns texts into unit vectors, on the calling thread."""

    precision: str
    many_at_once: bool
    """Whether several threads may encode with it at the same time."""

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """One unit vector a text, in the order given: shape (n, dimensions)."""
        ...

    def tokens(self, texts: Sequence[str]) -> list[Tokens]:
        """What each text's vector is the sum of, in the order given."""
        ...


class BertNetwork:
    """A BERT with mean pooling and unit length, as all-MiniLM-L6-v2 is.

    It does what sentence-transformers does with the same weights (a test holds the two together), without the five
    further seconds that importing it and transformers takes. Each layer is one call that leaves the interpreter to
    others: as fifteen, each had to wait until the event loop let go of it, and a text took ten times as long while
    pages were drawn.
    """

    many_at_once = True

    def __init__(self, folder: Path, precision: torch.dtype) -> None:
        config = json.loads((folder / "config.json").read_text())
        weights = load_file(str(folder / WEIGHTS_FILE))
        self.precision = str(precision).removeprefix("torch.")
        self._dtype = precision
        self._tokenizer = _tokenizer(folder)
        self._eps = float(config["layer_norm_eps"])
        self._embeddings = {name: tensor for name, tensor in weights.items() if name.startswith("embeddings.")}
        self._layers = [
            _layer(config, weights, f"encoder.layer.{index}.").to(precision)
            for index in range(int(config["num_hidden_layers"]))
        ]

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """One unit vector a text, in the order given: shape (n, dimensions)."""
        tokens = [encoding.ids for encoding in self._tokenizer.encode_batch(list(texts))]
        order = sorted(range(len(tokens)), key=lambda index: len(tokens[index]))
        width = self._embeddings["embeddings.LayerNorm.weight"].shape[0]
        vectors = np.empty((len(tokens), width), dtype=np.float32)
        for chosen in _passes(order, [len(ids) for ids in tokens]):
            states, weights = self._states([tokens[index] for index in chosen])
            pooled = np.einsum("nld,nl->nd", states, weights)
            vectors[chosen] = pooled / np.maximum(np.linalg.norm(pooled, axis=1, keepdims=True), _NO_LENGTH)
        return vectors

    def tokens(self, texts: Sequence[str]) -> list[Tokens]:
        """What each text's vector is the sum of, in the order given."""
        encodings = self._tokenizer.encode_batch(list(texts))
        lengths = [len(encoding.ids) for encoding in encodings]
        found: dict[int, Tokens] = {}
        for chosen in _passes(sorted(range(len(texts)), key=lengths.__getitem__), lengths):
            states, weights = self._states([encodings[index].ids for index in chosen])
            for row, index in enumerate(chosen):
                found[index] = Tokens(
                    states[row, : lengths[index]],
                    weights[row, : lengths[index]],
                    np.array(encodings[index].offsets, dtype=np.intp),
                )
        return [found[index] for index in range(len(texts))]

    def _states(self, tokens: list[list[int]]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """One batch of token ids through the network: (n, length, width); and how much each counts, (n, length)."""
        lengths = np.array([len(found) for found in tokens])
        ids = np.zeros((len(tokens), lengths.max()), dtype=np.int64)
        for row, found in enumerate(tokens):
            ids[row, : len(found)] = found
        real = np.arange(lengths.max()) < lengths[:, None]
        # None when nothing is filled up: attention is faster without a mask.
        filled_up = None if real.all() else torch.from_numpy(~real)
        with torch.inference_mode():
            hidden = self._embed(torch.from_numpy(ids)).to(self._dtype)
            for layer in self._layers:
                hidden = layer(hidden, src_key_padding_mask=filled_up)
            states: NDArray[np.float32] = hidden.float().numpy()
        # All tokens of a text count the same, those that only fill up nothing.
        return states, (real / lengths[:, None]).astype(np.float32)

    def _embed(self, ids: torch.Tensor) -> torch.Tensor:
        weights = self._embeddings
        hidden = F.embedding(ids, weights["embeddings.word_embeddings.weight"])
        hidden = hidden + weights["embeddings.position_embeddings.weight"][: ids.shape[1]]
        hidden = hidden + weights["embeddings.token_type_embeddings.weight"][0]
        weight, bias = weights["embeddings.LayerNorm.weight"], weights["embeddings.LayerNorm.bias"]
        return F.layer_norm(hidden, weight.shape, weight, bias, self._eps)


def _layer(config: dict[str, Any], weights: dict[str, torch.Tensor], name: str) -> torch.nn.TransformerEncoderLayer:
    """One layer, with the weights that have this name; query, key and value are one matrix."""
    layer = torch.nn.TransformerEncoderLayer(
        config["hidden_size"],
        config["num_attention_heads"],
        config["intermediate_size"],
        activation="gelu",
        layer_norm_eps=config["layer_norm_eps"],
        batch_first=True,
    )
    parts = {
        f"{ours}.{part}": weights[f"{name}{theirs}.{part}"] for ours, theirs in _PARTS.items() for part in _OF_EACH
    }
    attention = {
        f"self_attn.in_proj_{part}": torch.cat([weights[f"{name}attention.self.{of}.{part}"] for of in _ATTENDS])
        for part in _OF_EACH
    }
    layer.load_state_dict(parts | attention)
    return layer.eval()


def load_network(model: Model, *, threads: int) -> Network:
    """Load a model's network in the fastest arithmetic that agrees with the exact one.

    Raises:
        ModelError: The files are there but cannot be read as a model.
    """
    torch.set_num_threads(threads)
    try:
        if not _is_plain_bert(model.folder):
            return LibraryNetwork(model.folder)
        exact = BertNetwork(model.folder, torch.float32)
    except (OSError, ValueError, KeyError, RuntimeError) as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise ModelError(f"The model in {model.folder} cannot be loaded: {reason}") from error
    if not _bfloat16_is_faster():
        return exact
    fast = BertNetwork(model.folder, torch.bfloat16)
    agreement = np.sum(exact.encode(_PROBES) * fast.encode(_PROBES), axis=1)
    return fast if float(agreement.min()) >= _LEAST_AGREEMENT else exact


def _bfloat16_is_faster() -> bool:
    """Whether this processor multiplies matrices clearly faster in bfloat16, as is tried here within some milliseconds.

    What it says of itself does not tell: some with AMX are many times faster, some with AVX-512 for it half as fast.
    """
    return _seconds_of_product(torch.bfloat16) * _CLEARLY_FASTER < _seconds_of_product(torch.float32)


def _seconds_of_product(precision: torch.dtype) -> float:
    """How long the largest product of a layer takes for some sentences; the best of several tries."""
    rows, matrix = torch.ones((64, 384), dtype=precision), torch.ones((1536, 384), dtype=precision)

    def once(_: int) -> float:
        began = time.perf_counter()
        F.linear(rows, matrix)
        return time.perf_counter() - began

    with torch.inference_mode():
        return min(map(once, range(_TRIES)))


def _is_plain_bert(folder: Path) -> bool:
    """Whether the folder holds an ordinary BERT with mean pooling and unit length, nothing more."""
    try:
        config = json.loads((folder / "config.json").read_text())
        modules = [module["type"].rsplit(".", 1)[-1] for module in json.loads((folder / "modules.json").read_text())]
        pooling = json.loads((folder / "1_Pooling" / "config.json").read_text())
    except (OSError, ValueError, KeyError, TypeError):
        return False
    modes = {key for key, value in pooling.items() if key.startswith("pooling_mode") and value}
    return (
        config.get("model_type") == "bert"
        and config.get("hidden_act") == "gelu"
        and config.get("position_embedding_type", "absolute") == "absolute"
        and modules == ["Transformer", "Pooling", "Normalize"]
        and modes == {"pooling_mode_mean_tokens"}
        and (folder / "tokenizer.json").is_file()
    )


def _tokenizer(folder: Path) -> Tokenizer:
    most = json.loads((folder / "sentence_bert_config.json").read_text())["max_seq_length"]
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(max_length=int(most))
    return tokenizer


def _passes(order: Sequence[int], lengths: Sequence[int]) -> list[list[int]]:
    """Cut texts sorted by length into the batches that take least time, of about `_TOKENS_PER_PASS` padded tokens."""
    # For each number of texts from the start: the least they take, and where the last of their batches begins.
    least = [(0, 0)]
    for end, index in enumerate(order, start=1):
        first = max(0, end - max(1, _TOKENS_PER_PASS // lengths[index]))
        least.append(
            min(
                (least[begin][0] + _COST_OF_PASS + (end - begin) * lengths[index], begin) for begin in range(first, end)
            )
        )
    passes: list[list[int]] = []
    end = len(order)
    while end:
        begin = least[end][1]
        passes.append(list(order[begin:end]))
        end = begin
    return passes
