"""Other real models for tests, made from the packaged one: other vectors, and vectors of other dimensions."""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from api.encoding import encoder
from api.settings import settings
from embeddings.encoder import Encoder
from embeddings.models import WEIGHTS_FILE, find_model


def other_model(folder: Path, *, layers: int = 3, width: int = 384) -> Path:
    """A copy of the packaged model with fewer layers, and narrower ones if asked for: a network that works.

    Its vectors are its own, and those of a narrower one have as many dimensions as it is wide.
    """
    from safetensors.torch import load_file, save_file

    _copy_settings(folder)
    config = json.loads((folder / "config.json").read_text())
    heads = config["num_attention_heads"] * width // config["hidden_size"]
    changed = {"num_hidden_layers": layers, "hidden_size": width, "num_attention_heads": heads}
    (folder / "config.json").write_text(json.dumps(config | changed))
    pooling = json.loads((folder / "1_Pooling/config.json").read_text())
    (folder / "1_Pooling/config.json").write_text(json.dumps(pooling | {"word_embedding_dimension": width}))
    weights = load_file(find_model().folder / WEIGHTS_FILE)
    beyond = {f"encoder.layer.{number}." for number in range(layers, config["num_hidden_layers"])}
    kept = {
        name: weight[
            tuple(slice(width if size == config["hidden_size"] else size) for size in weight.shape)
        ].contiguous()
        for name, weight in weights.items()
        if not any(part in name for part in beyond)
    }
    save_file(kept, folder / WEIGHTS_FILE)
    return folder


def _copy_settings(folder: Path) -> None:
    packaged = find_model().folder
    for file in packaged.rglob("*"):
        if file.is_file() and file.name != WEIGHTS_FILE:
            (folder / file.relative_to(packaged)).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(file, folder / file.relative_to(packaged))


@contextmanager
def in_force(model: Path | None) -> Iterator[Encoder]:
    """Let everything in this process use another model, as after a restart with another setting."""
    patch = pytest.MonkeyPatch()
    if model is None:
        patch.delenv("WHEREFORE_MODEL", raising=False)
    else:
        patch.setenv("WHEREFORE_MODEL", str(model))
    settings.cache_clear()
    encoder.cache_clear()
    try:
        yield encoder()
    finally:
        encoder().close()
        patch.undo()
        settings.cache_clear()
        encoder.cache_clear()
