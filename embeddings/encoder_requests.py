"""What the encoder is asked for and has not answered yet: texts, how far they are, and who waits for them."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from embeddings.evidence import Tokens
from embeddings.texts import encodable

if TYPE_CHECKING:
    from embeddings.network import Network

Vectors = NDArray[np.float32]
Answer = TypeVar("Answer")


class Request(ABC, Generic[Answer]):
    """Texts that somebody waits for, and how far they are."""

    def __init__(self, texts: Sequence[str], answer: Answer) -> None:
        """Nothing is taken of these texts yet; the answer is filled in text by text."""
        self.texts = [encodable(text) for text in texts]
        self.answer = answer
        self.taken = 0
        self.future: Future[Answer] = Future()

    @property
    def over(self) -> bool:
        """Whether it is answered, or nobody waits for it any more."""
        return self.future.done()

    @abstractmethod
    def look(self, network: "Network", texts: Sequence[str]) -> Any:
        """What a request of this kind wants to know of texts, its own and others'."""

    @abstractmethod
    def fill_in(self, found: Any) -> None:
        """Write what was found of the next texts into the answer."""

    def next_texts(self, most: int) -> list[str]:
        """So many of the texts that have not been looked at."""
        return self.texts[self.taken : self.taken + most]

    def take(self, found: Any) -> None:
        """Keep what was found of the next texts, and answer when they were the last."""
        self.fill_in(found)
        self.taken += len(found)
        if self.taken == len(self.texts) and self._may_still_answer():
            self.future.set_result(self.answer)

    def fail(self, error: BaseException) -> None:
        """Tell whoever waits that there will be no answer."""
        if self._may_still_answer():
            self.future.set_exception(error)

    def _may_still_answer(self) -> bool:
        # Marking it as running decides the race with a waiter who gives up at this very moment.
        return not self.over and self.future.set_running_or_notify_cancel()


class VectorRequest(Request[Vectors]):
    """Asks for one unit vector a text."""

    def __init__(self, texts: Sequence[str], dimensions: int) -> None:
        """Nothing is taken of these texts yet."""
        super().__init__(texts, np.empty((len(texts), dimensions), dtype=np.float32))

    def look(self, network: "Network", texts: Sequence[str]) -> Vectors:
        """Their vectors."""
        return network.encode(texts)

    def fill_in(self, found: Vectors) -> None:
        """Write vectors where they belong."""
        self.answer[self.taken : self.taken + len(found)] = found


class TokenRequest(Request[list[Tokens]]):
    """Asks for what the vector of each text is made of."""

    def __init__(self, texts: Sequence[str]) -> None:
        """Nothing is taken of these texts yet."""
        super().__init__(texts, [])

    def look(self, network: "Network", texts: Sequence[str]) -> list[Tokens]:
        """Their tokens."""
        return network.tokens(texts)

    def fill_in(self, found: list[Tokens]) -> None:
        """Add tokens in their order."""
        self.answer.extend(found)
