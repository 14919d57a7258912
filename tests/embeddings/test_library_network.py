"""Models by way of sentence-transformers: the same as our own network where both can, and honest where they differ."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from embeddings.encoder import Encoder
from embeddings.models import find_model
from tests.embeddings.texts import TEXTS

# In a process of its own, which keeps the library's five seconds of imports and its warnings out of this one.
LOOK = """
import sys, json
from pathlib import Path
from embeddings.library_network import LibraryNetwork
folder, other, *texts = json.load(sys.stdin)
network = LibraryNetwork(Path(folder))
tokens = [[(t.weights @ t.states).tolist(), t.offsets.tolist()] for t in network.tokens(texts)]
others = [len(t.states) for t in LibraryNetwork(Path(other)).tokens(texts)]
json.dump({"vectors": network.encode(texts).tolist(), "tokens": tokens, "others": others}, sys.stdout)
"""


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the library makes of the texts with our model, and with the same model pooled otherwise."""
    folder, other = find_model().folder, tmp_path_factory.mktemp("models") / "first-token"
    shutil.copytree(folder, other, ignore=shutil.ignore_patterns("*.safetensors"))
    (other / "model.safetensors").symlink_to(folder / "model.safetensors")
    pooling = Path(other / "1_Pooling" / "config.json")
    modes = {key: key == "pooling_mode_cls_token" for key in json.loads(pooling.read_text()) if "mode" in key}
    pooling.write_text(json.dumps(json.loads(pooling.read_text()) | modes))
    asked = json.dumps([str(folder), str(other), *TEXTS])
    reply = subprocess.run([sys.executable, "-c", LOOK], input=asked, capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(reply.stdout)
    return found


async def test_our_own_network_agrees_with_it(encoder: Encoder, seen: dict[str, Any]) -> None:
    theirs = np.array(seen["vectors"], dtype=np.float32)

    assert np.sum(theirs * await encoder.encode(TEXTS), axis=1).min() >= 0.995


async def test_its_tokens_are_ours(encoder: Encoder, seen: dict[str, Any]) -> None:
    ours = await encoder.tokens(TEXTS)

    for tokens, (pooled, offsets), vector in zip(ours, seen["tokens"], seen["vectors"], strict=True):
        assert tokens.offsets.tolist() == offsets
        assert np.dot(pooled, vector) / np.linalg.norm(pooled) == pytest.approx(1, abs=1e-4)


def test_of_a_model_whose_vectors_are_no_mean_of_tokens_no_tokens_are_told(seen: dict[str, Any]) -> None:
    assert seen["others"] == [0] * len(TEXTS)
