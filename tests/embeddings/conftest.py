"""The real model, loaded once for all tests of this package."""

from collections.abc import AsyncIterator

import pytest

from embeddings.encoder import Encoder
from embeddings.models import find_model


@pytest.fixture(scope="session")
async def encoder(anyio_backend: str) -> AsyncIterator[Encoder]:
    """A started encoder with the packaged model."""
    the_encoder = Encoder(find_model())
    await the_encoder.start()
    yield the_encoder
    the_encoder.close()
