"""The process's one encoder, for every service that turns text into vectors."""

from functools import cache

from api.settings import settings
from embeddings.encoder import Encoder
from embeddings.models import find_model


@cache
def encoder() -> Encoder:
    """The encoder of this process; it loads its model when it is first used or started."""
    return Encoder(find_model(settings().model))
