"""The process's one encoder, for every service that turns text into vectors, and what its model reads well."""

from functools import cache

from api.errors import BusyError
from api.limits.services import give_back_what_call_spent
from api.settings import settings
from embeddings.encoder import Encoder
from embeddings.models import DEFAULT_MODEL, find_model

LONGEST_TURN = 0.5
"""Seconds. Everyone has a part of each turn of the encoder, so whoever comes waits for one or two of them."""
FEW = 4
"""Requests for vectors or tokens that may always wait, so that a slow machine serves few rather than nobody."""


@cache
def encoder() -> Encoder:
    """The encoder of this process; it loads its model when it is first used or started."""
    return Encoder(find_model(settings().model), processes=settings().workers)


def is_busy() -> bool:
    """Whether so much is to be encoded that whoever comes now would wait for too long."""
    return encoder().waiting > FEW and encoder().seconds_a_turn > LONGEST_TURN


async def check_not_busy() -> None:
    """Hold that a text can be encoded soon, before anything else is done for whoever needs that.

    Whoever is sent away has used up nothing of a limit on such texts: none was looked at.

    Raises:
        BusyError: Too much is to be encoded already.
    """
    if is_busy():
        await give_back_what_call_spent()
        raise BusyError


def words_were_measured() -> bool:
    """Whether it was measured what the words for a match mean: with the packaged model alone."""
    return encoder().model.name == DEFAULT_MODEL


def languages_read_well() -> frozenset[str] | None:
    """The languages that the model in force reads well, as BCP 47 tags; None when nothing is known about it."""
    return settings().model_languages or encoder().model.reads_well


def reads_well(language: str | None) -> bool:
    """Whether the model in force reads a language well; what is not known is not doubted."""
    known = languages_read_well()
    return language is None or known is None or language in known
