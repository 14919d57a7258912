"""Any sentence-transformers model as a network: slower to import than the lean BERT; knows every architecture."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from embeddings.evidence import Tokens

# A vector this near to the mean of its tokens is that mean; what is missing is rounding.
_THE_SAME = 0.999


class LibraryNetwork:
    """A model by way of sentence-transformers."""

    precision = "float32"
    # Its tokenizer is set anew, to cut and to fill up, by every call.
    many_at_once = False

    def __init__(self, folder: Path) -> None:
        # Imported here because it takes five seconds that the usual model does not need.
        from sentence_transformers import SentenceTransformer  # noqa: PLC0415

        self._model = SentenceTransformer(
            str(folder), device="cpu", local_files_only=True, model_kwargs={"use_safetensors": True}
        )

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """One unit vector a text, in the order given: shape (n, dimensions)."""
        vectors = self._model.encode(
            list(texts), normalize_embeddings=True, convert_to_numpy=True, show_progress_bar=False
        )
        return np.asarray(vectors, dtype=np.float32)

    def tokens(self, texts: Sequence[str]) -> list[Tokens]:
        """What each text's vector is the sum of, in the order given; weights of 0 where it is no mean of its tokens."""
        found: list[Tokens] = []
        for text, item in zip(
            texts, self._model.encode(list(texts), output_value=None, show_progress_bar=False), strict=True
        ):
            real = item["attention_mask"].bool()
            states = item["token_embeddings"][real].float().cpu().numpy()
            offsets = self._model.tokenizer(
                text, truncation=True, max_length=self._model.max_seq_length, return_offsets_mapping=True
            )["offset_mapping"]
            weights = np.full(len(states), 1 / len(states), dtype=np.float32)
            vector = item["sentence_embedding"].float().cpu().numpy()
            if len(offsets) != len(states) or not _same_direction(weights @ states, vector):
                states, weights, offsets = states[:0], weights[:0], []
            found.append(Tokens(states, weights, np.array(offsets, dtype=np.intp).reshape(-1, 2)))
        return found


def _same_direction(one: NDArray[np.float32], other: NDArray[np.float32]) -> bool:
    return one.shape == other.shape and float(one @ other) >= _THE_SAME * float(
        np.linalg.norm(one) * np.linalg.norm(other)
    )
