"""Other models than the one that the site comes with."""

from pathlib import Path

import pytest

from tests.models import other_model


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of another model, with as many dimensions."""
    return other_model(tmp_path_factory.mktemp("models") / "shallow")


@pytest.fixture(scope="module")
def narrow(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a model with fewer dimensions."""
    return other_model(tmp_path_factory.mktemp("models") / "narrow", width=192)
