"""The encoder: texts to vectors, loaded once, batched together, off the event loop.

Importing it is cheap; torch is imported by the thread that loads the model.
"""

import asyncio
import os
import statistics
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from embeddings.encoder_requests import Request, TokenRequest, VectorRequest
from embeddings.evidence import Tokens
from embeddings.models import Model, check_weights

if TYPE_CHECKING:
    from embeddings.network import Network

Vectors = NDArray[np.float32]
Progress = Callable[[int, int], None]
Tell = Callable[[int, float], None] | None
Note = Callable[[Sequence[str], float], None]
Answer = TypeVar("Answer")

# How long the first of several requests waits for company: little beside the 10 ms that one text takes.
_GATHERING_SECONDS = 0.002
# Texts in one batch, for their vectors or for their tokens: about as many as the network takes in one pass, so that a
# short request never waits long behind a large one. More at once are no faster.
_TURNS: tuple[tuple[type[Request[Any]], int], ...] = ((VectorRequest, 16), (TokenRequest, 6))
# Texts that a bulk call hands in at once, long enough to sort by length with profit.
_BULK = 2048
_MOST_THREADS = 4
# The pace is that of the middle one of the latest batches: one that had to wait for the processor says nothing of the
# next, nor do the first few. A word alone takes nearly as long as a sentence, so none counts as fewer characters.
_LATEST, _FEWEST, _FEW_CHARACTERS = 9, 3, 200
_CLOSED = "The encoder is closed."
_SHAPES_KEPT = "64"

# One network a process and folder, however many encoders there are: the weights are 90 MB and never change.
_networks: dict[Path, "Network"] = {}
_loading = threading.Lock()


class Encoder:
    """Encodes texts for everyone in this process, on one thread of its own."""

    def __init__(self, model: Model, *, processes: int = 1) -> None:
        """Prepare; nothing is loaded before `start` or the first text.

        Args:
            model: What to encode with.
            processes: How many processes, each with an encoder of its own, share the processors of this machine.
        """
        self.model = model
        self._processes = processes
        self._queue: deque[Request[Any]] = deque()
        self._changed = threading.Condition()
        self._loaded: Future[None] = Future()
        self._thread: threading.Thread | None = None
        self._closed = False
        # Why no more requests are taken, once that is so.
        self._error: BaseException | None = None
        # Seconds that a character took in each of the latest batches.
        self._paces: deque[float] = deque(maxlen=_LATEST)
        # Told of each batch how many texts it had and how many seconds it took, on the encoder's own thread.
        self.tell: Tell = None

    @property
    def ready(self) -> bool:
        """Whether the model is loaded and nothing stands between a text and its vector."""
        return not self._closed and self._loaded.done() and self._loaded.exception() is None

    @property
    def waiting(self) -> int:
        """How many requests wait, those included that are worked on."""
        return len(self._queue)

    @property
    def seconds_a_turn(self) -> float:
        """How long everyone's next turn is likely to take, of which whoever comes now has a part: how busy it is."""
        with self._changed:
            requests = list(self._queue)
        parts = (part for alike, most in _alike(requests) for part in _parts(alike, most))
        return self._pace * sum(len(text) for _, texts in parts for text in texts)

    @property
    def seconds_waiting(self) -> float:
        """How long everything that is asked for by now is likely to take."""
        with self._changed:
            return self._pace * sum(len(text) for request in self._queue for text in request.texts[request.taken :])

    async def start(self) -> None:
        """Load the model off the event loop; returns when it is ready. May be called again.

        Raises:
            ModelError: The weights are missing, damaged or not those of a model.
        """
        self._begin()
        await asyncio.shield(asyncio.wrap_future(self._loaded))

    async def encode(self, texts: Sequence[str]) -> Vectors:
        """Encode a few texts, together with whatever else is asked for at the same moment.

        Returns:
            Unit vectors of shape (n, dimensions). What else is in a batch changes a vector by less than 0.001 in
            cosine (only bfloat16 rounding differs with the shape of the batch).

        Raises:
            ModelError: The model could not be loaded.
        """
        if not texts:
            return np.empty((0, self.model.dimensions), dtype=np.float32)
        return await asyncio.wrap_future(self._submit(VectorRequest(texts, self.model.dimensions)))

    async def tokens(self, texts: Sequence[str]) -> list[Tokens]:
        """What the vectors of a few texts are made of, see `embeddings.evidence`; waits behind no long request.

        Raises:
            ModelError: The model could not be loaded.
        """
        return await asyncio.wrap_future(self._submit(TokenRequest(texts))) if texts else []

    def encode_now(self, texts: Sequence[str], *, show_progress: bool | Progress = False) -> Vectors:
        """Encode many texts and wait for them: for seeds and evaluation, never on an event loop.

        Args:
            texts: Any number of texts; they are sorted by length inside, and come back in the order given.
            show_progress: True for a line on the terminal, or a function that is told (done, of how many).
        """
        tell = _tell_terminal if show_progress is True else (show_progress or None)
        vectors = np.empty((len(texts), self.model.dimensions), dtype=np.float32)
        order = sorted(range(len(texts)), key=lambda index: len(texts[index]))
        for start in range(0, len(order), _BULK):
            chosen = order[start : start + _BULK]
            vectors[chosen] = self._submit(
                VectorRequest([texts[index] for index in chosen], self.model.dimensions)
            ).result()
            if tell is not None:
                tell(start + len(chosen), len(order))
        return vectors

    def close(self) -> None:
        """Stop the thread; whoever still waits is told that the encoder is closed."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join()

    @property
    def _pace(self) -> float:
        """Seconds that a character is likely to take; 0 while nobody can tell."""
        paces = list(self._paces)
        return statistics.median(paces) if len(paces) >= _FEWEST else 0.0

    def _submit(self, request: Request[Answer]) -> "Future[Answer]":
        self._begin()
        with self._changed:
            if self._error is not None:
                raise self._error
            self._queue.append(request)
            self._changed.notify_all()
        return request.future

    def _begin(self) -> None:
        with self._changed:
            if self._closed:
                raise RuntimeError(_CLOSED)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="encoder", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        try:
            network = loaded_network(self.model, processes=self._processes)
        except BaseException as error:  # noqa: BLE001  (whatever it was, those who wait must hear of it)
            self._refuse_all(error)
            self._loaded.set_exception(error)
            return
        self._loaded.set_result(None)
        while (requests := self._gather()) is not None:
            _take_turns(network, requests, self._note)
        self._refuse_all(RuntimeError(_CLOSED))

    def _note(self, texts: Sequence[str], seconds: float) -> None:
        self._paces.append(seconds / max(_FEW_CHARACTERS, sum(map(len, texts))))
        if self.tell is not None:
            self.tell(len(texts), seconds)

    def _gather(self) -> "list[Request[Any]] | None":
        """Wait for requests; all that are open then, or None once closed."""
        with self._changed:
            while not self._queue and not self._closed:
                self._changed.wait()
            if self._closed:
                return None
            fresh = all(request.taken == 0 for request in self._queue)
        if fresh:
            time.sleep(_GATHERING_SECONDS)
        with self._changed:
            self._queue = deque(request for request in self._queue if not request.over)
            return list(self._queue)

    def _refuse_all(self, error: BaseException) -> None:
        """Answer every open request, and those that still come, with an error."""
        with self._changed:
            self._error = error
            waiting, self._queue = list(self._queue), deque()
        for request in waiting:
            request.fail(error)


def loaded_network(model: Model, *, processes: int = 1) -> "Network":
    """The process's network for a model, loaded and checked by whoever comes first, for its part of the processors."""
    with _loading:
        if model.folder not in _networks:
            check_weights(model)
            # Before anything that might look: no library here may ever ask the network for a file.
            os.environ.update(HF_HUB_OFFLINE="1", TRANSFORMERS_OFFLINE="1", HF_DATASETS_OFFLINE="1")
            os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
            # Threads that spin while they wait make one text take 200 ms instead of 8 on a busy machine.
            os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
            # Texts come in all lengths, so nearly every batch has a shape of its own. Torch would keep what it computes
            # with for a thousand of them: a process grew by a gigabyte over some hundred batches, and was no faster.
            for cache in ("ONEDNN_PRIMITIVE_CACHE_CAPACITY", "LRU_CACHE_CAPACITY"):
                os.environ.setdefault(cache, _SHAPES_KEPT)
            from embeddings.network import load_network  # noqa: PLC0415  (imports torch, which takes two seconds)

            # With more threads than processors, each product would wait for a thread that others keep from working.
            threads = min(_MOST_THREADS, max(1, processors() // processes))
            _networks[model.folder] = load_network(model, threads=threads)
        return _networks[model.folder]


def processors() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _take_turns(network: "Network", requests: "Sequence[Request[Any]]", note: Note) -> None:
    """One batch of every kind that is waited for."""
    for alike, most in _alike(requests):
        _encode_together(network, alike, most, note)


def _alike(requests: "Sequence[Request[Any]]") -> "Iterator[tuple[list[Request[Any]], int]]":
    """The requests of each kind in its turn, and how many of their texts make a batch."""
    for kind, most in _TURNS:
        yield [request for request in requests if isinstance(request, kind)], most


def _encode_together(network: "Network", requests: "Sequence[Request[Any]]", most: int, note: Note) -> None:
    """Encode one batch of one kind."""
    if not requests:
        return
    parts = _parts(requests, most)
    texts = [text for _, part in parts for text in part]
    began = time.perf_counter()
    try:
        found = requests[0].look(network, texts)
    except Exception as error:  # noqa: BLE001  (belongs to whoever asked, not to this thread)
        if len(parts) == 1:
            parts[0][0].fail(error)
            return
        # One text must not spoil the batch for the others: each alone, so that only those concerned hear of it.
        for request, _ in parts:
            _encode_together(network, [request], most, note)
        return
    note(texts, time.perf_counter() - began)
    start = 0
    for request, part in parts:
        request.take(found[start : start + len(part)])
        start += len(part)


def _parts(requests: "Sequence[Request[Any]]", most: int) -> "list[tuple[Request[Any], list[str]]]":
    """The texts of one batch, of which every open request gets an equal share."""
    share = max(1, most // max(1, len(requests)))
    return [(request, request.next_texts(share)) for request in requests]


def _tell_terminal(done: int, total: int) -> None:
    sys.stderr.write(f"\rencoded {done:,} of {total:,} texts" + ("\n" if done == total else ""))
    sys.stderr.flush()
