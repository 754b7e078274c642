"""A bundle of a small convolutional network with drawn weights, to be damaged."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import openvino as ov
import openvino.opset13 as op

from inspector.vision.bundle import Bundle, ManifestFields, Preprocessing, write_bundle
from inspector.vision.graph import INPUT_NAME, MAPS_OUTPUT, PROBABILITIES_OUTPUT

LAYERS = (("first", 3, 8, 2), ("second", 8, 8, 2), ("third", 8, 8, 1), ("maps", 8, 2, 1))
SIZE_PX = 64


def small_bundle(folder: Path, staging: Path) -> Bundle:
    """Write a bundle without answers to the self-test; its weights lie one after the other in graph.bin."""
    noise = np.random.default_rng(3)
    pictures = op.parameter([-1, 3, SIZE_PX, SIZE_PX], np.float32, name=INPUT_NAME)
    values: Any = pictures
    for name, inner, outer, stride in LAYERS:
        weights = noise.normal(0.0, 0.3, (outer, inner, 3, 3)).astype(np.float32)
        constant = op.constant(weights, name=name)
        values = op.relu(op.convolution(values, constant, [stride] * 2, [1, 1], [1, 1], [1, 1]))
    logits = op.reduce_mean(values, np.array([2, 3]), keep_dims=False)
    model = ov.Model([op.softmax(logits, axis=1), values], [pictures], "small")
    model.inputs[0].get_tensor().set_names({INPUT_NAME})
    for output, name in zip(model.outputs, (PROBABILITIES_OUTPUT, MAPS_OUTPUT), strict=True):
        output.get_tensor().set_names({name})
    ov.save_model(model, staging / "graph.xml", compress_to_fp16=False)
    fields = ManifestFields(
        name="small",
        created=datetime(2026, 1, 1, tzinfo=UTC),
        class_names=("good", "defective"),
        good_class="good",
        preprocessing=Preprocessing(input_size=SIZE_PX),
        graph_precision="fp32",
    )
    return write_bundle(
        folder, fields, {"graph.xml": staging / "graph.xml", "graph.bin": staging / "graph.bin"}, overwrite=True
    )


def places_of(bundle: Bundle) -> dict[str, tuple[int, int]]:
    """Return where each layer's weights lie in graph.bin: the first byte, and how many floats."""
    places, start = {}, 0
    for name, inner, outer, _ in LAYERS:
        count = inner * outer * 9
        places[name] = (start, count)
        start += 4 * count
    assert start <= (bundle.folder / "graph.bin").stat().st_size
    return places
