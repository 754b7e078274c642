"""The deep look: every method and layer as a picture, in a process of its own that can be cancelled."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, cast

import cv2
import numpy as np
import pytest
import torch

from inspector.domain.errors import BundleError, PictureError
from inspector.pictures import read_picture
from inspector.review.explain_process import ExplainProcess
from inspector.vision.bundle import Bundle, ManifestFields, Preprocessing, write_bundle
from inspector.vision.export import export_openvino
from inspector.vision.network import InspectionNetwork
from inspector.vision.torch_backend import load_network
from inspector.vision.weights import save_weights
from tests.bundles import make_bundle
from tests.review.test_explain_process import everything
from trainer.cli import main
from trainer.explain import LAYERS, METHODS, explain
from trainer.explain_protocol import Explained, MapMade, parse_explain_report
from trainer.protocol import Progress

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ResNet-50 with random weights as a bundle, and a picture beside it."""
    folder = tmp_path_factory.mktemp("explain")
    torch.manual_seed(0)
    image = np.random.default_rng(0).normal(110, 12, (72, 96)).clip(0, 255).astype(np.uint8)
    cv2.circle(image, (48, 36), 9, 250, -1)
    cv2.imwrite(str(folder / "spot.png"), image)
    return bundled(InspectionNetwork(2).eval(), folder / "model")


def bundled(network: InspectionNetwork, out: Path) -> Path:
    """Write a network with its weights as a bundle, and return its folder."""
    folder, preprocessing = out.parent, Preprocessing(input_size=64)
    graph, graph_weights = export_openvino(network, preprocessing, folder, fp16=False)
    save_weights(network, folder / "weights.safetensors")
    fields = ManifestFields(
        name=out.name,
        created=datetime(2026, 1, 1, tzinfo=UTC),
        class_names=("good", "defective"),
        good_class="good",
        preprocessing=preprocessing,
        graph_precision="fp32",
        backbone=network.backbone,
        pooling=network.pooling.name,
    )
    files = {"graph.xml": graph, "graph.bin": graph_weights, "weights.safetensors": folder / "weights.safetensors"}
    write_bundle(out, fields, files)
    return out


@pytest.fixture(scope="module", autouse=True)
def single_torch_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def picture(model: Path) -> Path:
    return model.parent / "spot.png"


def test_every_method_at_every_layer_becomes_a_picture(model: Path, picture: Path, tmp_path: Path) -> None:
    reports = list(explain(Bundle.load(model), picture, tmp_path, methods=list(METHODS), layers=LAYERS))
    maps = [one for one in reports if isinstance(one, MapMade)]
    assert [(one.method, one.layer) for one in maps] == [
        ("Grad-CAM, closed form", "layer4"),
        *((METHODS[name][0], layer) for name in list(METHODS)[1:] for layer in LAYERS),
    ]
    assert [one.done for one in reports if isinstance(one, Progress)] == list(range(1, 10))
    last = reports[-1]
    assert isinstance(last, Explained)
    assert (last.explained_class, last.left_out, last.model) == ("defective", [], "model")
    plain = read_picture(picture)
    for one in maps:
        assert read_picture(Path(one.overlay)).shape == (72, 96, 3)
        heatmap = read_picture(Path(one.heatmap))
        assert heatmap.dtype == np.uint8
        assert heatmap.max() in {0, 255}
    assert any((read_picture(Path(one.overlay))[..., 0] != plain).any() for one in maps)


def test_the_closed_form_is_grad_cam_of_the_last_layer(model: Path, picture: Path, tmp_path: Path) -> None:
    reports = explain(Bundle.load(model), picture, tmp_path, methods=["closed-form", "grad-cam"], layers=["layer4"])
    ours, theirs = (read_picture(Path(one.heatmap)).astype(np.float32) for one in reports if isinstance(one, MapMade))
    assert ours.max() > ours.min()
    scaled = (ours - ours.min()) / (ours.max() - ours.min())  # as pytorch-grad-cam does
    assert np.abs(cv2.resize(scaled, theirs.shape[::-1]) - theirs / 255.0).max() < 0.05  # 8 bit, and a low contrast


def test_a_model_that_judges_by_layer3_has_no_maps_of_layer4(picture: Path, tmp_path: Path) -> None:
    network = InspectionNetwork(2, pooling="generalised-mean", backbone="resnet50-layer3").eval()
    network.compare_with_good(torch.rand(1024, 4, 4))
    bundle = Bundle.load(bundled(network, tmp_path / "short"))
    assert torch.equal(cast("torch.Tensor", load_network(bundle).usual), cast("torch.Tensor", network.usual))
    reports = list(explain(bundle, picture, tmp_path, methods=["closed-form", "grad-cam"], layers=LAYERS))
    maps = [one for one in reports if isinstance(one, MapMade)]
    assert [(one.method, one.layer) for one in maps] == [("Grad-CAM, closed form", "layer3"), ("Grad-CAM", "layer3")]
    last = reports[-1]
    assert isinstance(last, Explained)
    assert [(out.layer, out.reason) for out in last.left_out] == [
        ("layer4", "the model judges by layer3, and has no layer4")
    ]


def test_a_model_without_weights_has_the_lines_own_map_and_says_why(picture: Path, tmp_path: Path) -> None:
    bundle = Bundle.load(make_bundle(tmp_path / "tiny"))
    reports = list(explain(bundle, picture, tmp_path / "out", methods=["closed-form", "layer-cam"], layers=["layer3"]))
    assert [one.method for one in reports if isinstance(one, MapMade)] == ["Grad-CAM, closed form"]
    last = reports[-1]
    assert isinstance(last, Explained)
    assert [(one.method, one.layer) for one in last.left_out] == [("Layer-CAM", "layer3")]
    assert "no weights for torch" in last.left_out[0].reason
    with pytest.raises(BundleError, match=r"no weights for torch.*closed-form"):
        list(explain(bundle, picture, tmp_path / "out", methods=["layer-cam"], layers=["layer3"]))


def test_what_cannot_be_read_or_written_is_told(model: Path, picture: Path, tmp_path: Path) -> None:
    bundle = Bundle.load(model)
    with pytest.raises(PictureError, match=r"none\.png"):
        list(explain(bundle, tmp_path / "none.png", tmp_path, methods=["closed-form"], layers=[]))
    (tmp_path / "file").write_text("x")
    with pytest.raises(BundleError, match="cannot be written"):
        list(explain(bundle, picture, tmp_path / "file", methods=["closed-form"], layers=[]))


# --- the process ------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_the_real_process_makes_the_map(model: Path, picture: Path, tmp_path: Path) -> None:
    found = everything(ExplainProcess(model, picture, tmp_path, methods=["closed-form"]))
    assert [type(one) for one in found] == [MapMade, Progress, Explained]
    assert len(list(tmp_path.glob("*.png"))) == 2


def test_the_command_says_the_maps_and_the_class(
    model: Path, picture: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ["explain", str(model), str(picture), "--out", str(tmp_path), "--methods", "closed-form", "closed-form"]
    assert main(asked) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[0] == f"Grad-CAM, closed form, layer4: {tmp_path / 'closed-form-layer4.overlay.png'}"
    assert said[1].startswith("model: P(defective) 0.")
    assert main([*asked, "--json"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [type(parse_explain_report(line)) for line in lines] == [MapMade, Progress, Explained]
    assert main(["explain", str(model), str(tmp_path / "none.png"), "--out", str(tmp_path), "--json"]) == 1
    assert "none.png" in json.loads(capsys.readouterr().out)["error"]["what"]
