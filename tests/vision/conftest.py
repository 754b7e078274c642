"""A real network on real pictures, made once per session: ImageNet trunk, head fitted on a dozen bottles."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
import pytest
import torch

from inspector.vision.bundle import Bundle, ManifestFields, Preprocessing, write_bundle
from inspector.vision.export import export_openvino
from inspector.vision.network import InspectionNetwork
from inspector.vision.preprocess import preprocess
from inspector.vision.weights import load_weights, save_weights

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

PER_CLASS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Bottles:
    """Real pictures: five good ones, then five defective ones; (900, 900, 3) uint8 BGR."""

    images: tuple[NDArray[np.uint8], ...]
    labels: tuple[int, ...]

    def batch(self, preprocessing: Preprocessing) -> torch.Tensor:
        return torch.from_numpy(np.stack([preprocess(image, preprocessing) for image in self.images]))


@pytest.fixture(scope="session", autouse=True)
def single_torch_thread() -> Iterator[None]:
    """On a busy machine torch's threads wait for one another at every operator; one alone is faster then."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session")
def bottles(test_data: Path) -> Bottles:
    folder = test_data / "bottle" / "test"
    good = sorted((folder / "good").glob("*.png"))[:PER_CLASS]
    defective = sorted(folder.glob("[bc]*/*.png"))[::7][:PER_CLASS]
    images: list[Any] = [cv2.imread(str(path)) for path in (*good, *defective)]
    return Bottles(images=tuple(images), labels=(0,) * len(good) + (1,) * len(defective))


@pytest.fixture(scope="session")
def trunk_state(imagenet_weights: Path) -> dict[str, torch.Tensor]:
    """ImageNet's weights without the head."""
    return {name: value for name, value in load_weights(imagenet_weights).items() if not name.startswith("fc.")}


@pytest.fixture(scope="session")
def network(trunk_state: dict[str, torch.Tensor], bottles: Bottles) -> InspectionNetwork:
    """Two classes; the head points from the mean of the good ones to the mean of the defective ones."""
    result = InspectionNetwork(2).eval()
    result.load_state_dict(trunk_state, strict=False)
    with torch.inference_mode():
        features = result.pooling(result.trunk(bottles.batch(Preprocessing()))).clone()
    labels = torch.tensor(bottles.labels)
    means = [features[labels == label].mean(dim=0) for label in (0, 1)]
    direction = (means[1] - means[0]) * (4.0 / (means[1] - means[0]).square().sum())
    with torch.no_grad():
        result.head.weight.copy_(torch.stack([-direction, direction]))
        middle = direction @ (means[0] + means[1]) / 2
        result.head.bias.copy_(torch.stack([middle, -middle]))
    return result.requires_grad_(requires_grad=False)


@pytest.fixture(scope="session")
def bundle(network: InspectionNetwork, tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    """The fitted network as a bundle with weights. Read it, do not change it."""
    staging = tmp_path_factory.mktemp("export")
    preprocessing = Preprocessing()
    graph, graph_weights = export_openvino(network, preprocessing, staging, fp16=False)
    save_weights(network, staging / "weights.safetensors")
    fields = ManifestFields(
        name="bottles",
        created=datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
        class_names=("good", "defective"),
        good_class="good",
        preprocessing=preprocessing,
        graph_precision="fp32",
    )
    return write_bundle(
        tmp_path_factory.mktemp("models") / "bottles",
        fields,
        {
            "graph.xml": graph,
            "graph.bin": graph_weights,
            "weights.safetensors": staging / "weights.safetensors",
            "report/report.json": b"{}",
        },
    )
