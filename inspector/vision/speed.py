"""How many parts per second this machine would inspect with an int8 ResNet-50, by the size of its input."""

from __future__ import annotations

import contextlib
import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from inspector.files import FileError, write_text
from inspector.json_file import JsonError, read_model
from inspector.vision.graphs import Graphs
from inspector.vision.precision import measure_rates

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from inspector.vision.bundle import Bundle
    from inspector.vision.graphs import Way

#: What the trainer offers.
SIZES = (224, 320, 448, 512, 640, 896)


class _Rates(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    format_version: Literal[1] = 1
    key: str
    parts_per_s: dict[int, Annotated[float, Field(gt=0.0, allow_inf_nan=False)]]


def rates_by_size(bundle: Bundle, cache_dir: Path, sizes: Sequence[int] = SIZES) -> dict[int, float]:
    """Measure a bundle's graph at several input sizes, one part at a time, on the CPU; about a second in all.

    The network is convolutional, so that the same graph runs at any size; its answers at another size than its own mean
    nothing and are not used. The best figures so far are kept on disk by model and machine, as a machine that was busy
    during one measurement is not slow.

    Args:
        bundle: A verified bundle, as the demo model.
        cache_dir: Where the figures are kept.
        sizes: Sides of the input, pixels.

    Returns:
        Parts per second by size.

    Raises:
        DeviceError: If the graph cannot be compiled for a size.
    """
    graphs = Graphs(bundle, "CPU", None)
    precision = graphs.possible[-1]
    key = " | ".join([*graphs.machine, bundle.sha256, precision, *(str(size) for size in sizes)])
    path = cache_dir / "speed" / f"{hashlib.sha256(key.encode()).hexdigest()[:32]}.json"
    way = graphs.ways(precision).usual
    rates = measure_rates({size: _runner(_resized(bundle, size), way, size) for size in sizes})
    with contextlib.suppress(JsonError):
        before = read_model(path, _Rates)
        if before.key == key:
            rates = {size: max(rate, before.parts_per_s.get(size, 0.0)) for size, rate in rates.items()}
    with contextlib.suppress(FileError):  # then the next measurement counts alone
        write_text(path, _Rates(key=key, parts_per_s=rates).model_dump_json())
    return rates


def _resized(bundle: Bundle, size: int) -> Bundle:
    preprocessing = bundle.manifest.preprocessing.model_copy(update={"input_size": size})
    return replace(bundle, manifest=bundle.manifest.model_copy(update={"preprocessing": preprocessing}))


def _runner(bundle: Bundle, way: Way, size: int) -> Callable[[], object]:
    request = Graphs(bundle, "CPU", None).compile(way).create_infer_request()
    picture = np.full((1, size, size, 3), 127, np.uint8)
    return lambda: request.infer([picture], share_inputs=True)
