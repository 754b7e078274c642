"""What the frozen network sees of each picture, for the audit of labels: a few numbers, and how strange it looks."""

from __future__ import annotations

from collections import deque
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from inspector.vision.export import to_openvino
from inspector.vision.preprocess import fit
from trainer.cache import OpenVinoExtractor
from trainer.frozen import sees_cells
from trainer.networks import backbone
from trainer.protocol import Progress

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from numpy.typing import NDArray

    from inspector.vision.memory import MemoryOfGood
    from inspector.vision.network import InspectionNetwork
    from trainer.dataset import Sample
    from trainer.methods import Context, Trained
    from trainer.protocol import Report

_BATCH = 8


class Summaries(torch.nn.Module):
    """Pictures → (N, 512), (N, 1024), (N, 1024): the mean of layer2's map, the mean and the largest of layer3's.

    On MVTec AD bottle, magnetic tile and DeepPCB the three together find more turned labels than layer4 does:
    defects of a few pixels do not show in an average of its cells.
    """

    def __init__(self, network: InspectionNetwork) -> None:
        super().__init__()
        self.network = network

    def forward(self, pictures: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """(N, 3, S, S) float → see the class."""
        layer2 = self.network.until("layer2", pictures)
        layer3 = self.network.between("layer2", "layer3", layer2)
        return layer2.mean((2, 3)), layer3.mean((2, 3)), layer3.amax((2, 3))


def looks_of(
    trained: Trained, samples: Sequence[Sample], context: Context
) -> Generator[Report, None, tuple[list[NDArray[np.float32]], NDArray[np.float64]]]:
    """Look at pictures as they are.

    Where what is frozen reaches behind layer3, as the line will run it, up to there, and with what its memory of good
    says. Else the backbone as it was before the training, whose layers do not know the labels yet; the memory then is
    not asked.

    Args:
        trained: A ResNet-50 with its memory of good.

    Returns:
        The generator's value: features of each kind, (N, D); and (N,) strangeness, NaN where it is not known.

    Raises:
        PictureError: If a picture cannot be read.
    """
    frozen, remembered, size = trained.frozen, trained.remembered, trained.preprocessing.input_size
    memory: MemoryOfGood | None = None
    if sees_cells(frozen.cut) and frozen.model is not None:
        see = OpenVinoExtractor(_shortened(frozen.int8 or frozen.model), trained.preprocessing)
        memory = None if remembered is None else remembered.int8 or remembered.exact
    else:
        plain = backbone(context.weights, "average", context.request.seed)
        see = OpenVinoExtractor(to_openvino(Summaries(plain), size), trained.preprocessing)
    rows: list[list[NDArray[np.float32]]] = []
    strangeness = np.full(len(samples), np.nan)

    def load(sample: Sample) -> NDArray[np.uint8]:
        return fit(sample.picture(), trained.preprocessing)

    with ThreadPoolExecutor(2, thread_name_prefix="decode") as pool:
        waiting = deque(pool.submit(load, sample) for sample in samples[: 2 * _BATCH])
        for first in range(0, len(samples), _BATCH):
            yield from context.heed()
            count = min(_BATCH, len(samples) - first)
            seen = see.seen(np.stack([waiting.popleft().result() for _ in range(count)]))
            ahead = first + 2 * _BATCH
            waiting.extend(pool.submit(load, sample) for sample in samples[ahead : ahead + _BATCH])
            rows.append(seen[:3])
            if memory is not None:
                with torch.inference_mode():
                    strangeness[first : first + count] = memory(torch.from_numpy(seen[3])).amax((1, 2, 3)).numpy()
            yield Progress(stage="looking at the labels", done=first + count, total=len(samples))
    return [np.concatenate(kind) for kind in zip(*rows, strict=True)], _left_out(strangeness, trained, samples)


def _left_out(strangeness: NDArray[np.float64], trained: Trained, samples: Sequence[Sample]) -> NDArray[np.float64]:
    """Put in what a memory without the picture said of those that the memory holds; no outline counts in either."""
    known = {} if trained.remembered is None else trained.remembered.in_graph
    return np.array([known.get(sample.name, own) for sample, own in zip(samples, strangeness, strict=True)])


def _shortened(model: Any) -> Any:  # noqa: ANN401 - openvino.Model
    """Return a frozen graph that ends in summaries and cells; layer4 is not computed, and the line's graph stays as is.

    Args:
        model: Of `trainer.frozen`: its second output are the cells, which average the maps of layer2 and layer3.
    """
    import openvino as ov  # seconds
    from openvino import opset13 as ops

    short = model.clone()
    averaged = [node for node in short.get_ordered_ops() if node.get_type_name() == "AvgPool"]
    fine, coarse = (node.input_value(0) for node in sorted(averaged, key=_channels))
    axes = np.array([2, 3])
    results = [ops.reduce_mean(fine, axes), ops.reduce_mean(coarse, axes), ops.reduce_max(coarse, axes)]
    cells = short.get_results()[1].input_value(0)
    return ov.Model([*(ops.result(each) for each in results), ops.result(cells)], short.get_parameters(), "looks")


def _channels(node: Any) -> int:  # noqa: ANN401 - openvino.Node
    return int(list(node.get_output_partial_shape(0))[1].get_length())
