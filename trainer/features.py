"""Pooled features of the frozen backbone, computed once per picture."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np
import torch

from inspector.pictures import read_picture
from inspector.vision.preprocess import preprocess

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from concurrent.futures import Future

    from numpy.typing import NDArray

    from inspector.vision.network import InspectionNetwork
    from inspector.vision.preprocess import Preprocessing
    from trainer.dataset import Sample

_BATCH = 8


def features(
    network: InspectionNetwork, preprocessing: Preprocessing, samples: Sequence[Sample]
) -> Iterator[NDArray[np.float32]]:
    """Yield (n, 2048) float32 for the next n pictures, in order; decoding goes on beside the network.

    Args:
        network: In evaluation mode; only trunk and pooling are used.
        preprocessing: As the bundle will have it.
        samples: The pictures.

    Raises:
        PictureError: If a picture cannot be read; the text names it.
    """

    def load(sample: Sample) -> NDArray[np.float32]:
        return preprocess(read_picture(sample.path), preprocessing)

    groups = [samples[first : first + _BATCH] for first in range(0, len(samples), _BATCH)]
    with ThreadPoolExecutor(2, thread_name_prefix="decode") as pool, torch.inference_mode():
        for loaded in _ahead(pool, load, groups):
            batch = torch.from_numpy(np.stack(loaded)).contiguous(memory_format=torch.channels_last)
            pooled = network.pooling(network.trunk(batch))
            yield pooled.float().numpy()


def _ahead(
    pool: ThreadPoolExecutor, load: Callable[[Sample], NDArray[np.float32]], groups: Sequence[Sequence[Sample]]
) -> Iterator[list[NDArray[np.float32]]]:
    """Decode one group ahead of the one that is computed."""
    waiting: list[Future[NDArray[np.float32]]] = []
    for group in groups:
        coming = [pool.submit(load, sample) for sample in group]
        if waiting:
            yield [future.result() for future in waiting]
        waiting = coming
    if waiting:
        yield [future.result() for future in waiting]
