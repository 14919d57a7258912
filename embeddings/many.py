"""Many texts to vectors as fast as this machine can, for programs that do nothing else meanwhile."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from embeddings.encoder import Progress, Vectors, loaded_network, processors
from embeddings.models import Model

# Texts in one call of the network: as many as when members are served, so that the vectors are as good as the same.
_BATCH = 64


def encode_many(texts: Sequence[str], model: Model, *, show_progress: Progress) -> Vectors:
    """Encode texts on all processors, each of which works on a batch of its own.

    Several processors on one batch wait for each other at every small product: with two, and work of others beside,
    that took twice as long.

    Args:
        texts: Any number of texts, in any order.
        model: What to encode them with.
        show_progress: Is told (done, of how many), now and then.

    Returns:
        Unit vectors of shape (n, dimensions), in the order of the texts.

    Raises:
        ModelError: The model cannot be loaded.
    """
    network = loaded_network(model)
    vectors = np.empty((len(texts), model.dimensions), dtype=np.float32)
    order = sorted(range(len(texts)), key=lambda index: len(texts[index]))

    def encode(batch: Sequence[int]) -> None:
        vectors[batch] = network.encode([texts[index] for index in batch])

    batches = [order[start : start + _BATCH] for start in range(0, len(order), _BATCH)]
    workers = processors() if network.many_at_once else 1
    with ThreadPoolExecutor(workers, initializer=_work_alone if network.many_at_once else None) as pool:
        for number, _ in enumerate(pool.map(encode, batches), start=1):
            if number % 32 == 0 or number == len(batches):
                show_progress(min(number * _BATCH, len(order)), len(order))
    return vectors


def _work_alone() -> None:
    """Let the products of this thread use no other one."""
    import torch  # noqa: PLC0415 - loaded with the network

    torch.set_num_threads(1)
