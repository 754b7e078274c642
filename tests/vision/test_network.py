from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest
import torch

from inspector.domain.errors import BundleError
from inspector.vision.graph import JUDGED_LAYER
from inspector.vision.network import InspectionNetwork
from inspector.vision.pooling import POOLINGS
from inspector.vision.preprocess import Preprocessing
from inspector.vision.torchvision_compat import import_torchvision
from trainer.networks import calibrate

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tests.vision.conftest import Bottles


class Logits(torch.nn.Module):
    """What pytorch-grad-cam derives: the logits, by another way than our maps take."""

    def __init__(self, network: InspectionNetwork) -> None:
        super().__init__()
        self.network = network

    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        return self.network.logits(pictures)


def normalised(heatmap: NDArray[np.float32]) -> NDArray[np.float32]:
    """The scaling of pytorch-grad-cam."""
    shifted = heatmap - heatmap.min()
    return np.asarray(shifted / (1e-7 + shifted.max()), np.float32)


@pytest.mark.parametrize("backbone", list(JUDGED_LAYER))
@pytest.mark.parametrize("pooling", list(POOLINGS))
def test_maps_equal_grad_cam_on_real_pictures(
    network: InspectionNetwork, trunk_state: dict[str, torch.Tensor], bottles: Bottles, pooling: str, backbone: str
) -> None:
    import_torchvision()  # before pytorch-grad-cam imports it by itself
    from pytorch_grad_cam import GradCAM
    from pytorch_grad_cam.utils.model_targets import ClassifierOutputTarget

    ours = InspectionNetwork(2, pooling=pooling, backbone=backbone).eval()
    channels = ours.head.in_features
    head = {"fc.weight": network.head.weight[:, :channels], "fc.bias": network.head.bias}
    trunk = {name: value for name, value in trunk_state.items() if name in ours.state_dict()}
    ours.load_state_dict({**trunk, **head}, strict=True)
    pictures = bottles.batch(Preprocessing())[1::4]
    with torch.inference_mode():
        _, maps = ours(pictures)
    seen = 0
    with GradCAM(model=Logits(ours), target_layers=[ours.judged_layer]) as cam:
        for k in range(2):
            # to 224 × 224, as pytorch-grad-cam returns them, and at the map's own size
            reference = cam(input_tensor=pictures, targets=[ClassifierOutputTarget(k)] * len(pictures))
            gradients, activations = cam.activations_and_grads.gradients[0], cam.activations_and_grads.activations[0]
            raw = torch.relu((gradients.mean(dim=(2, 3), keepdim=True) * activations).sum(dim=1)).detach().numpy()
            for index in range(len(pictures)):
                mine = maps[index, k].numpy()
                assert np.abs(normalised(mine) - normalised(raw[index])).max() < 2e-3
                assert mine.argmax() == raw[index].argmax()
                if mine.any():
                    # resizing misses the middle of the hottest cell by half a pixel, so it scales once more
                    large = normalised(cv2.resize(normalised(mine), (224, 224)))
                    assert np.abs(large - reference[index]).max() < 2e-3
                    seen += 1
    assert seen >= len(pictures)


def test_names_are_torchvisions() -> None:
    theirs = import_torchvision().models.resnet50(weights=None, num_classes=3).state_dict()
    ours = InspectionNetwork(3).state_dict()
    assert {name: value.shape for name, value in ours.items()} == {n: v.shape for n, v in theirs.items()}
    assert "fc.1.weight" in InspectionNetwork(3, dropout=0.2).state_dict()


def test_logits_of_the_places_average_to_the_logits(network: InspectionNetwork, bottles: Bottles) -> None:
    pictures = bottles.batch(Preprocessing())[:1]
    with torch.inference_mode():
        activations = network.trunk(pictures)
        places = network.location_logits(activations).mean(dim=(2, 3))
        assert torch.allclose(places, network.logits(pictures), atol=1e-4)
        assert torch.allclose(places, network.fc(network.pooling(activations)), atol=1e-4)


def test_any_input_size_and_every_row_sums_to_one(network: InspectionNetwork) -> None:
    with torch.inference_mode():
        probabilities, maps = network(torch.randn(2, 3, 96, 161))
    assert maps.shape == (2, 2, 3, 6)
    assert maps.min() >= 0
    assert torch.allclose(probabilities.sum(dim=1), torch.ones(2))


def test_a_network_up_to_layer3_has_nothing_of_layer4_and_finer_maps() -> None:
    network = InspectionNetwork(2, backbone="resnet50-layer3").eval()
    assert not [name for name in network.state_dict() if name.startswith("layer4")]
    assert network.head.in_features == 1024
    with torch.inference_mode():
        pictures = torch.randn(1, 3, 96, 160)
        probabilities, maps = network(pictures)
        assert torch.equal(network.trunk(pictures), network.until("layer3", pictures))
    assert (tuple(probabilities.shape), tuple(maps.shape)) == ((1, 2), (1, 2, 6, 10))


def test_layer2_and_layer3_together_have_the_cells_of_layer3_and_the_strongest_of_layer2() -> None:
    network = InspectionNetwork(2, backbone="resnet50-layer2+3").eval()
    assert network.state_dict().keys() == InspectionNetwork(2, backbone="resnet50-layer3").state_dict().keys()
    with torch.inference_mode():
        pictures = torch.randn(1, 3, 104, 168)  # layer2 has 13 × 21 cells: the last ones stand alone
        together = network.trunk(pictures)
        layer2, layer3 = (network.until(layer, pictures) for layer in ("layer2", "layer3"))
        assert torch.equal(together, network.until("layer2+3", pictures))
        assert torch.equal(network.looked_at(pictures)[0], together)
        assert torch.equal(network.after("layer2+3", together), together)
    assert torch.equal(together[:, 512:], layer3)
    assert torch.equal(together[0, :512, 2, 4], layer2[0, :, 4:6, 8:10].amax((1, 2)))
    assert torch.equal(together[0, :512, 6, 10], layer2[0, :, 12, 20])


@pytest.mark.parametrize("pooling", ["average", "generalised-mean"])
def test_what_good_parts_show_at_a_place_is_left_out_of_the_maps(pooling: str) -> None:
    torch.manual_seed(0)
    network = InspectionNetwork(2, pooling=pooling, backbone="resnet50-layer3").eval()
    good, marked = torch.rand(1, 1024, 6, 6), torch.rand(1, 1024, 6, 6)
    marked[:] = good
    marked[:, :, 4, 1] += 2.0 * (network.head.weight[1] > 0)
    with torch.inference_mode():
        plain = network.explained(marked)[1]
        network.compare_with_good(network.pooling.weighted(good)[0])
        assert network.explained(good)[1].abs().max() < 1e-6
        compared = network.explained(marked)[1]
    assert int(compared[0, 1].argmax()) == 4 * 6 + 1
    assert (compared[0, 1] < plain[0, 1] + 1e-6).float().mean() > 0.4  # what is there in good parts too counts less
    calibrate(network, 2.0)
    with torch.inference_mode():
        assert torch.allclose(network.explained(marked)[1], compared / 2.0, atol=1e-6)


def test_an_unknown_backbone_is_refused() -> None:
    with pytest.raises(BundleError, match="“resnet18” is not known; known are resnet50, resnet50-layer3"):
        InspectionNetwork(2, backbone="resnet18")


def test_an_unknown_pooling_is_refused() -> None:
    with pytest.raises(BundleError, match="“median” is not known; known are average"):
        InspectionNetwork(2, pooling="median")


@pytest.mark.parametrize(("count", "dropout"), [(1, 0.0), (2, 1.0)])
def test_numbers_out_of_range_are_refused(count: int, dropout: float) -> None:
    with pytest.raises(ValueError, match="at least 2 classes"):
        InspectionNetwork(count, dropout=dropout)
