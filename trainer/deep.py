"""pytorch-grad-cam's methods against the masks, at layer3 and layer4: on request, as they take a while."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from inspector.vision.network import InspectionNetwork
from inspector.vision.preprocess import map_place, preprocess
from trainer.judge import JudgedPictures, on_picture
from trainer.protocol import Progress

if TYPE_CHECKING:
    from collections.abc import Generator

    from trainer.evaluation import Pointing
    from trainer.methods import Trained
    from trainer.protocol import Report

_LAYERS = ("layer3", "layer4")


class LogitsOnly(nn.Module):
    """What pytorch-grad-cam derives: the logits alone."""

    def __init__(self, network: InspectionNetwork) -> None:
        super().__init__()
        self.network = network

    def forward(self, pictures: Tensor) -> Tensor:
        """Return (N, K) logits of (N, 3, H, W) preprocessed pictures."""
        return self.network.logits(pictures)


def deep_maps(trained: Trained, tested: JudgedPictures) -> Generator[Report, None, dict[str, Pointing]]:
    """Measure Grad-CAM++, Eigen-CAM and Layer-CAM on the test pictures that have masks.

    Args:
        trained: The network; another than ResNet-50 has none of these.
        tested: The test pictures, with their masks.

    Yields:
        Progress; the generator's value is `trainer.pointing.pointing`'s result by method and layer.
    """
    if not isinstance(trained.network, InspectionNetwork):
        return {}
    from pytorch_grad_cam import EigenCAM, GradCAMPlusPlus, LayerCAM  # seconds
    from pytorch_grad_cam.utils.model_targets import ClassifierOutputTarget

    network = trained.network.requires_grad_(True)
    samples = [sample for sample in tested.samples.values() if sample.mask is not None or not sample.defective]
    methods = [("Grad-CAM++", GradCAMPlusPlus), ("Eigen-CAM", EigenCAM), ("Layer-CAM", LayerCAM)]
    measures: dict[str, Pointing] = {}
    layers = [layer for layer in _LAYERS if hasattr(network, layer)]
    done, total = 0, len(samples) * len(methods) * len(layers)
    for title, kind in methods:
        for layer in layers:
            measured = JudgedPictures()
            with kind(model=LogitsOnly(network), target_layers=[getattr(network, layer)]) as cam:
                for sample in samples:
                    image = sample.picture()
                    pixels = torch.from_numpy(preprocess(image, trained.preprocessing))[None]
                    seen = cam(input_tensor=pixels, targets=[ClassifierOutputTarget(1)])[0]
                    place = map_place(image, trained.preprocessing)
                    measured.maps[sample.name] = on_picture(place.laid(seen), image.shape, place.box)
                    measured.samples[sample.name] = sample
                    done += 1
                    yield Progress(stage="heatmaps of pytorch-grad-cam", done=done, total=total)
            if (pointing := measured.pointing(measured.maps)) is not None:
                measures[f"{title}, {layer}"] = pointing
    network.requires_grad_(False)
    return measures
