from __future__ import annotations

import os
import pickle
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from inspector.domain.errors import BundleError
from inspector.vision.backends import load_classifier
from inspector.vision.bundle import Preprocessing
from inspector.vision.importer import import_state_dict
from inspector.vision.network import InspectionNetwork
from inspector.vision.torch_backend import load_network
from inspector.vision.weights import load_weights

if TYPE_CHECKING:
    from pathlib import Path

CLASSES = ("defective", "good")
SMALL = Preprocessing(input_size=64)


@pytest.fixture(scope="module")
def state() -> dict[str, torch.Tensor]:
    """A state dict as the predecessor saved it: dropout, then the head as fc.1."""
    torch.manual_seed(0)
    return InspectionNetwork(2, dropout=0.5).state_dict()


class Evil:
    """Creates a file when it is unpickled."""

    def __init__(self, witness: Path) -> None:
        self.witness = witness

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, (str(self.witness),)


def test_a_plain_state_dict_becomes_a_bundle(state: dict[str, torch.Tensor], tmp_path: Path) -> None:
    torch.save({"state_dict": {f"module.{name}": value for name, value in state.items()}}, tmp_path / "model.pth")
    bundle = import_state_dict(
        tmp_path / "model.pth", CLASSES, "good", tmp_path / "models" / "imported", preprocessing=SMALL
    )
    assert bundle.manifest.class_names == CLASSES
    assert bundle.manifest.classes.good_index == 1
    assert bundle.manifest.training == {"method": "imported", "file": "model.pth"}
    assert [path.name for path in (tmp_path / "models").iterdir()] == ["imported"]
    assert "float f32" in bundle.manifest.self_test
    network = load_network(bundle)
    assert all(torch.equal(value, state[name]) for name, value in network.state_dict().items())
    classifier = load_classifier(bundle, precision="fp32")
    picture = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    found = classifier.predict(picture)
    assert found.maps.shape == (2, 2, 2)
    classifier.close()
    with pytest.raises(BundleError, match="exists already"):
        import_state_dict(tmp_path / "model.pth", CLASSES, "good", bundle.folder)


@pytest.mark.parametrize("suffix", [".npz", ".safetensors", ".pt"])
def test_every_kind_of_file_gives_the_same_weights(tmp_path: Path, suffix: str) -> None:
    wanted = {"conv1.weight": torch.arange(6.0).reshape(2, 3), "bn1.num_batches_tracked": torch.tensor(7)}
    path = tmp_path / f"weights{suffix}"
    if suffix == ".npz":
        np.savez(path, **{"conv1.weight": np.arange(6, dtype=np.float16).reshape(2, 3), "bn1.num_batches_tracked": 7})  # type: ignore[arg-type]
    elif suffix == ".safetensors":
        save_file(wanted, path)
    else:
        torch.save(wanted, path)
    found = load_weights(path)
    assert {name: (value.dtype, value.tolist()) for name, value in found.items()} == {
        name: (value.dtype, value.tolist()) for name, value in wanted.items()
    }


@pytest.mark.parametrize("form", ["torch", "in a dict", "bare pickle", "whole module"])
def test_a_pickle_that_would_run_code_is_refused_and_does_not(tmp_path: Path, form: str) -> None:
    path, witness = tmp_path / "model.pth", tmp_path / "witness"
    if form == "torch":
        torch.save(Evil(witness), path)
    elif form == "in a dict":
        torch.save({"fc.weight": Evil(witness)}, path)
    elif form == "bare pickle":
        path.write_bytes(pickle.dumps(Evil(witness)))
    else:
        torch.save(torch.nn.Linear(2, 2), path)
    with pytest.raises(BundleError, match="is refused: it is a pickle that would run code"):
        import_state_dict(path, CLASSES, "good", tmp_path / "out")
    assert [entry.name for entry in tmp_path.iterdir()] == ["model.pth"]


@pytest.mark.parametrize("name", ["model.pth", "model.npz", "model.safetensors"])
@pytest.mark.parametrize("content", [b"", b"hello world, this is no model", b"PK\x03\x04 cut off"])
def test_a_file_that_is_no_model_is_refused(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(BundleError, match=name):
        import_state_dict(tmp_path / name, CLASSES, "good", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_an_npz_with_objects_is_refused(tmp_path: Path) -> None:
    np.savez(tmp_path / "model.npz", **{"fc.weight": np.array([Evil(tmp_path / "witness")], dtype=object)})  # type: ignore[arg-type]
    with pytest.raises(BundleError, match="not an archive of plain arrays"):
        load_weights(tmp_path / "model.npz")
    assert not (tmp_path / "witness").exists()


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    for name in ("a.pth", "a.npz", "a.safetensors"):
        with pytest.raises(BundleError, match="cannot be read"):
            load_weights(tmp_path / name)


def test_what_does_not_fit_is_named(state: dict[str, torch.Tensor], tmp_path: Path) -> None:
    cases: list[tuple[Any, tuple[str, ...], str]] = [
        (state, ("good", "a", "b"), "a head for 2 classes, but 3 were named"),
        (state, ("good", "good"), "class names must differ"),
        (state, ("a", "b"), "'good' is not among the classes"),
        ({k: v for k, v in state.items() if k != "conv1.weight"}, CLASSES, r"conv1\.weight is missing"),
        ({**state, "layer5": torch.zeros(1)}, CLASSES, "layer5 does not belong"),
        ({**state, "conv1.weight": torch.zeros(3)}, CLASSES, r"conv1\.weight is \(3,\), not \(64, 3, 7, 7\)"),
        ({**state, "bn1.bias": torch.full((64,), torch.nan)}, CLASSES, r"bn1\.bias has values that are not finite"),
        ({"conv1.weight": state["conv1.weight"]}, CLASSES, r"no head fc or fc\.1"),
        ([1, 2], CLASSES, "holds a list"),
        ({"fc.weight": 3}, CLASSES, "'fc.weight' is no array"),
        ({}, CLASSES, "holds no weights"),
    ]
    for index, (content, classes, message) in enumerate(cases):
        path = tmp_path / f"{index}.pth"
        torch.save(content, path)
        with pytest.raises(BundleError, match=message):
            import_state_dict(path, classes, "good", tmp_path / "out")
        path.unlink()
    assert list(tmp_path.iterdir()) == []
