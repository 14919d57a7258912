"""The networks behind the encoder: a lean BERT straight from its safetensors, or the library's.

Importing this module imports torch (about two seconds), so only the encoder's own thread does it.
"""

import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

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
    further seconds that importing it and transformers takes. In bfloat16 only the matrix products are: sums,
    layer norms and pooling stay in float32, so that padding hardly shows (cosine to float32 above 0.9995 at the time
    of writing).
    """

    many_at_once = True

    def __init__(self, folder: Path, precision: torch.dtype) -> None:
        config = json.loads((folder / "config.json").read_text())
        self.precision = str(precision).removeprefix("torch.")
        self._dtype = precision
        self._heads = int(config["num_attention_heads"])
        self._layers = int(config["num_hidden_layers"])
        self._eps = float(config["layer_norm_eps"])
        self._tokenizer = _tokenizer(folder)
        self._weights = _weights(folder, self._layers, precision)

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """One unit vector a text, in the order given: shape (n, dimensions)."""
        tokens = [encoding.ids for encoding in self._tokenizer.encode_batch(list(texts))]
        order = sorted(range(len(tokens)), key=lambda index: len(tokens[index]))
        width = self._weights["embeddings.LayerNorm.weight"].shape[0]
        vectors = np.empty((len(tokens), width), dtype=np.float32)
        with torch.inference_mode():
            for chosen in _passes(order, [len(ids) for ids in tokens]):
                states, real = self._states([tokens[index] for index in chosen])
                weights = _weights_of_tokens(real)
                vectors[chosen] = F.normalize((states * weights[:, :, None]).sum(dim=1), dim=1).numpy()
        return vectors

    def tokens(self, texts: Sequence[str]) -> list[Tokens]:
        """What each text's vector is the sum of, in the order given."""
        encodings = self._tokenizer.encode_batch(list(texts))
        lengths = [len(encoding.ids) for encoding in encodings]
        found: dict[int, Tokens] = {}
        with torch.inference_mode():
            for chosen in _passes(sorted(range(len(texts)), key=lengths.__getitem__), lengths):
                states, real = self._states([encodings[index].ids for index in chosen])
                weights = _weights_of_tokens(real)
                for row, index in enumerate(chosen):
                    found[index] = Tokens(
                        states[row, : lengths[index]].numpy(),
                        weights[row, : lengths[index]].numpy(),
                        np.array(encodings[index].offsets, dtype=np.intp),
                    )
        return [found[index] for index in range(len(texts))]

    def _states(self, tokens: list[list[int]]) -> tuple[torch.Tensor, torch.Tensor]:
        """One batch of token ids through the network: (n, length, width), and which of them are there, (n, length)."""
        length = max(map(len, tokens))
        ids = torch.zeros((len(tokens), length), dtype=torch.long)
        for row, found in enumerate(tokens):
            ids[row, : len(found)] = torch.tensor(found)
        lengths = torch.tensor([len(found) for found in tokens])
        real = torch.arange(length)[None, :] < lengths[:, None]
        # None when nothing is padded: attention is faster without a mask.
        mask = None if bool(real.all()) else real[:, None, None, :]
        hidden = self._embed(ids)
        for layer in range(self._layers):
            hidden = self._layer(hidden, mask, f"encoder.layer.{layer}.")
        return hidden, real

    def _embed(self, ids: torch.Tensor) -> torch.Tensor:
        weights = self._weights
        hidden = F.embedding(ids, weights["embeddings.word_embeddings.weight"])
        hidden = hidden + weights["embeddings.position_embeddings.weight"][: ids.shape[1]]
        hidden = hidden + weights["embeddings.token_type_embeddings.weight"][0]
        return self._norm(hidden, "embeddings.LayerNorm.")

    def _layer(self, hidden: torch.Tensor, mask: torch.Tensor | None, name: str) -> torch.Tensor:
        rows, length, width = hidden.shape
        mixed = self._linear(hidden, name + "attention.self.")
        query, key, value = mixed.view(rows, length, 3, self._heads, -1).permute(2, 0, 3, 1, 4)
        context = F.scaled_dot_product_attention(query, key, value, attn_mask=mask)
        context = context.transpose(1, 2).reshape(rows, length, width)
        hidden = self._norm(
            hidden + self._linear(context, name + "attention.output.dense."), name + "attention.output.LayerNorm."
        )
        inner = F.gelu(self._linear(hidden, name + "intermediate.dense."))
        return self._norm(hidden + self._linear(inner, name + "output.dense."), name + "output.LayerNorm.")

    def _linear(self, hidden: torch.Tensor, name: str) -> torch.Tensor:
        return F.linear(hidden.to(self._dtype), self._weights[name + "weight"], self._weights[name + "bias"])

    def _norm(self, hidden: torch.Tensor, name: str) -> torch.Tensor:
        weight = self._weights[name + "weight"]
        return F.layer_norm(hidden, weight.shape, weight, self._weights[name + "bias"], self._eps)


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


def _weights_of_tokens(real: torch.Tensor) -> torch.Tensor:
    """How much each token counts in its text's vector, (n, length): all the same, those that only fill up nothing."""
    return real / real.sum(dim=1, keepdim=True)


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


def _weights(folder: Path, layers: int, precision: torch.dtype) -> dict[str, torch.Tensor]:
    """The weights by name, with query, key and value of each layer as one matrix, products in `precision`."""
    weights = load_file(str(folder / WEIGHTS_FILE))
    for layer in range(layers):
        name = f"encoder.layer.{layer}.attention.self."
        for part in ("weight", "bias"):
            weights[name + part] = torch.cat(
                [weights.pop(f"{name}{piece}.{part}") for piece in ("query", "key", "value")]
            )
    return {
        name: tensor.to(precision) if name.startswith("encoder.") and "LayerNorm" not in name else tensor
        for name, tensor in weights.items()
        if not name.startswith("pooler.") and name != "embeddings.position_ids"
    }


def _passes(order: Sequence[int], lengths: Sequence[int]) -> list[list[int]]:
    """Cut texts sorted by length into batches of about `_TOKENS_PER_PASS` padded tokens."""
    passes: list[list[int]] = []
    for index in order:
        if passes and (len(passes[-1]) + 1) * lengths[index] <= _TOKENS_PER_PASS:
            passes[-1].append(index)
        else:
            passes.append([index])
    return passes
