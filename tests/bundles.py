"""A tiny runtime-only bundle for tests of any area: made in milliseconds, without torch, with known verdicts."""

from __future__ import annotations

import functools
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import openvino as ov
from openvino import opset13 as op

from inspector.vision.bundle import ManifestFields, Preprocessing, load_manifest, write_bundle
from inspector.vision.graph import INPUT_NAME, MAPS_OUTPUT, PROBABILITIES_OUTPUT

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pydantic import JsonValue

    from inspector.domain.picture_range import PictureRange
    from inspector.vision.manifest import MemoryNote, Precision, PrecisionCheck

#: Pixels of the input to one cell of the map.
CELL_PX = 8
GAIN = 20.0
BIAS = -6.0


def make_bundle(
    folder: Path,
    *,
    seed: int = 0,
    input_size: int = 64,
    classes: Sequence[str] = ("good", "defective"),
    pictures: PictureRange | None = None,
    memory: MemoryNote | None = None,
    metrics: dict[str, JsonValue] | None = None,
) -> Path:
    """Write a bundle whose graph finds spots of colour; the first class is good.

    The graph is not trained but built by hand: class k > 0 looks for cells of 8×8 input pixels that are red (k = 1, 4,
    …), green (2, 5, …) or blue (3, 6, …): evidence = relu(own colour - mean of the two others), range 0..1; its logit
    is 20 · (largest evidence of any cell) - 6; the good class has logit 0; the map of class k is its evidence. So with
    two classes a picture without red has P(defective) = 0.002, one with a pure red spot that fills a cell has
    1.000, and the map shows where the spot is. Preprocessing: squash to `input_size`, range 0..1, RGB.

    Args:
        folder: The bundle's folder; it must not exist. Its name becomes the model's.
        seed: Goes into the manifest alone, so that two bundles have different hashes.
        input_size: Side of the input, a multiple of 8, 32 or more.
        classes: Two or more names, the good one first.
        pictures: What those were like that it learnt from.
        memory: What its manifest says of a memory of good; its graph has none.
        metrics: What its manifest says of its evaluation.

    Returns:
        ``folder``.
    """
    fields = ManifestFields(
        name=folder.name,
        created=datetime(2026, 1, 1, tzinfo=UTC),
        class_names=tuple(classes),
        good_class=classes[0],
        preprocessing=Preprocessing(input_size=input_size, mean=(0.0, 0.0, 0.0), std=(1.0, 1.0, 1.0)),
        backbone="colour-spots",
        graph_precision="fp32",
        training={"seed": seed},
        pictures=pictures,
        memory=memory,
        metrics=metrics or {},
    )
    graph, weights = _graph_files(input_size, len(classes))
    write_bundle(folder, fields, {"graph.xml": graph, "graph.bin": weights})
    return folder


def make_two_graph_bundle(folder: Path, *, precisions: Mapping[Precision, PrecisionCheck] | None = None) -> Path:
    """Write a bundle as `make_bundle`, with a second graph in the place of the int8 one.

    That graph is no int8 graph: it computes the same with a bias of -5 instead of -6, so that a picture without red has
    P(defective) = 0.0067 instead of 0.0025 and tells which graph has judged.

    Args:
        folder: The bundle's folder; it must not exist.
        precisions: What the gate found; None for nothing checked.
    """
    with tempfile.TemporaryDirectory() as plain:
        source = make_bundle(Path(plain) / folder.name)
        fields = ManifestFields(
            **load_manifest(source).model_dump(exclude={"files", "seal", "format_version", "precisions"}),
            precisions=dict(precisions or {}),
        )
        other, other_weights = _graph_files(64, 2, BIAS + 1.0)
        files: dict[str, Path | bytes] = {name: source / name for name in ("graph.xml", "graph.bin")}
        write_bundle(folder, fields, files | {"graph-int8.xml": other, "graph-int8.bin": other_weights})
    return folder


@functools.cache
def _graph_files(input_size: int, class_count: int, bias: float = BIAS) -> tuple[bytes, bytes]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "graph.xml"
        ov.save_model(_graph(input_size, class_count, bias), path, compress_to_fp16=False)
        return path.read_bytes(), path.with_suffix(".bin").read_bytes()


def _graph(input_size: int, class_count: int, offset: float) -> Any:
    pictures = op.parameter([-1, 3, input_size, input_size], np.float32, name=INPUT_NAME)
    cells = op.avg_pool(pictures, [CELL_PX] * 2, [0, 0], [0, 0], [CELL_PX] * 2, exclude_pad=True)
    mix = np.zeros((class_count, 3, 1, 1), np.float32)
    for index in range(1, class_count):
        mix[index] = -0.5
        mix[index, (index - 1) % 3] = 1.0
    maps = op.relu(op.convolution(cells, mix, [1, 1], [0, 0], [0, 0], [1, 1]))
    largest = op.reduce_max(maps, np.array([2, 3]), keep_dims=False)
    gain, bias = np.full((1, class_count), GAIN, np.float32), np.full((1, class_count), offset, np.float32)
    gain[0, 0] = bias[0, 0] = 0.0
    probabilities = op.softmax(op.add(op.multiply(largest, op.constant(gain)), op.constant(bias)), axis=1)
    model = ov.Model([probabilities, maps], [pictures], "colour-spots")
    model.inputs[0].get_tensor().set_names({INPUT_NAME})
    for output, name in zip(model.outputs, (PROBABILITIES_OUTPUT, MAPS_OUTPUT), strict=True):
        output.get_tensor().set_names({name})
    return model
