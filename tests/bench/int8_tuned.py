"""Fine-tuning layer4 as it computes in int8 (Jacob et al., arXiv 1712.05877): what `tests.bench.int8_layer4` compares.

Every convolution of layer4 rounds its input and its weights to the 256 steps that an int8 graph has, in training too, where
the gradient passes through unrounded. NNCF's own tuning of torch models compiles C++ on the machine that trains, which a
station need not be able to; torch's own functions do the same here.
"""

from __future__ import annotations

import copy
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from inspector.pictures import read_picture
from inspector.vision.export import convert_behind
from inspector.vision.preprocess import fit as fit_bytes
from tests.bench.common import last
from trainer.augment import PRESETS
from trainer.cache import OpenVinoExtractor, activations, fill
from trainer.dataset import TRAIN, VAL, Dataset, labels
from trainer.fit import Activations, FitSettings, fit
from trainer.gate import expected_of
from trainer.networks import TrainedTail
from trainer.protocol import Command
from trainer.steps import probabilities

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from inspector.vision.network import InspectionNetwork
    from trainer.dataset import Sample
    from trainer.methods import Context, Trained

_CUT = "layer3"
_EPOCHS, _SLOWER = 6, 0.2  # of the rate of the training before
_RANGED = 64  # plain views whose largest values fix the ranges of the activations


class Int8Conv(nn.Conv2d):
    """A convolution of what an int8 graph would give it; inputs are 0 or more, as behind a ReLU."""

    top: float
    scale: Tensor

    def forward(self, input: Tensor) -> Tensor:  # noqa: A002 - nn.Conv2d's name
        """See `nn.Conv2d`; the weights' steps follow them while they learn."""
        if self.training:
            self.scale = _scale(self.weight)
        seen = torch.fake_quantize_per_tensor_affine(input.float(), self.top / 255, 0, 0, 255)
        zeros = torch.zeros_like(self.scale, dtype=torch.int32)
        weight = torch.fake_quantize_per_channel_affine(self.weight, self.scale, zeros, 0, -127, 127)
        return functional.conv2d(seen, weight, self.bias, self.stride, self.padding)


def _scale(weight: Tensor) -> Tensor:
    return weight.detach().abs().amax((1, 2, 3)).clamp(min=1e-8) / 127


def _round_layer4(network: InspectionNetwork, room: NDArray[np.float16]) -> None:
    """Turn the convolutions of layer4 into `Int8Conv`, with the ranges that some activations have."""
    convolutions = [one for one in network.layer4.modules() if isinstance(one, nn.Conv2d)]
    tops = dict.fromkeys(convolutions, 1e-6)

    def watch(layer: nn.Module, given: tuple[Tensor]) -> None:
        tops[layer] = max(tops[layer], float(given[0].max()))  # type: ignore[index]

    hooks = [one.register_forward_pre_hook(watch) for one in convolutions]
    probabilities(TrainedTail(network, _CUT), room[:_RANGED, 0], "cpu", mixed=False)
    for hook in hooks:
        hook.remove()
    for one in convolutions:
        one.__class__ = Int8Conv
        assert isinstance(one, Int8Conv)
        one.top, one.scale = tops[one], _scale(one.weight)


def tune(trained: Trained, dataset: Dataset, context: Context) -> tuple[InspectionNetwork, Any]:
    """Return the network that was fine-tuned, and the `openvino.Model` of it all in int8.

    Args:
        trained: On an int8 trunk, which stays.
        dataset: Learnt from are its training pictures; the best epoch is chosen by its validation pictures.
        context: Of the training.
    """
    network: InspectionNetwork = copy.deepcopy(trained.network)  # type: ignore[assignment]
    augmentation = PRESETS[context.request.preset].scaled(trained.plan.strength)
    training, validation = dataset.of(TRAIN), dataset.of(VAL)
    size, views = trained.plan.size, trained.plan.views
    with activations(_CUT, size, len(training), views) as room, activations(_CUT, size, len(validation), 1) as val_room:
        for one, samples, part in ((room, training, TRAIN), (val_room, validation, VAL)):
            extractor = trained.frozen.extractor
            last(fill(one, extractor, samples, trained.preprocessing, augmentation, context.request.seed, part))
        _round_layer4(network, room)
        tail = TrainedTail(network, _CUT)
        settings = FitSettings(
            epochs=_EPOCHS,
            patience=_EPOCHS,
            batch=min(context.request.batch, max(2, len(training) // 6)),
            rate=_SLOWER * trained.plan.rate,
            weight_decay=context.request.weight_decay,
        )
        parts = Activations(room, labels(training)), Activations(val_room, labels(validation))
        last(fit(tail, tail.groups(), *parts, settings, seed=context.request.seed, command=lambda: Command.RUN))
    for layer in network.layer4.modules():
        if isinstance(layer, Int8Conv):
            layer.scale = _scale(layer.weight)
    return network, convert_behind([trained.frozen.int8], network, _CUT)[0]


def as_tuned(network: InspectionNetwork, trained: Trained, samples: Sequence[Sample]) -> NDArray[np.float64]:
    """Return (N,) P(defective) of the network as it was tuned, on the features of the int8 trunk."""
    found: NDArray[np.float64] = last(expected_of(replace(trained, network=network), samples)).scores
    return found


def as_exported(model: Any, trained: Trained, samples: Sequence[Sample]) -> NDArray[np.float64]:
    """Return (N,) P(defective) of the graph; what is not int8 in it computes in float32."""
    judge = OpenVinoExtractor(model, trained.preprocessing, "f32")  # its first output are the probabilities
    pictures = (fit_bytes(read_picture(sample.path), trained.preprocessing)[None] for sample in samples)
    return np.array([1.0 - float(judge(picture)[0, 0]) for picture in pictures])
