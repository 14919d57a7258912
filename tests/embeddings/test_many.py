"""Many texts at once: the vectors are those that members get, in the order of the texts."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np

from embeddings.encoder import Encoder
from embeddings.many import encode_many
from embeddings.models import find_model
from tests.models import other_model

# More than one batch, of all lengths, so that each processor gets some.
TEXTS = [f"I {what} number {number}{' and many more' * (number % 7)}" for what in "abcd" for number in range(50)]


async def test_many_texts_get_the_vectors_that_members_get(encoder: Encoder) -> None:
    told: list[tuple[int, int]] = []

    found = encode_many(TEXTS, find_model(), show_progress=lambda done, of: told.append((done, of)))

    assert np.sum(found * await encoder.encode(TEXTS), axis=1).min() > 0.999
    assert told[-1] == (200, 200)


def test_no_texts_have_no_vectors() -> None:
    assert encode_many([], find_model(), show_progress=lambda *_: None).shape == (0, 384)


# In a process of its own, which keeps the library's five seconds of imports and its warnings out of this one.
LOOK = """
import sys, json
from pathlib import Path
from embeddings.encoder import Encoder
from embeddings.many import encode_many
from embeddings.models import find_model
folder, *texts = json.load(sys.stdin)
found = encode_many(texts, find_model(folder), show_progress=lambda *_: None)
one_by_one = [Encoder(find_model(folder)).encode_now([text])[0] for text in texts[:3]]
json.dump([float(one @ other) for one, other in zip(found, one_by_one)], sys.stdout)
"""


def test_a_model_of_any_architecture_encodes_many(tmp_path: Path) -> None:
    folder = other_model(tmp_path)
    # Ours knows ordinary lengths of one only.
    (folder / "modules.json").write_text(json.dumps(json.loads((folder / "modules.json").read_text())[:2]))

    reply = subprocess.run(
        [sys.executable, "-c", LOOK],
        input=json.dumps([str(folder), *TEXTS]),
        capture_output=True,
        text=True,
        check=True,
    )

    assert min(json.loads(reply.stdout)) > 0.999
