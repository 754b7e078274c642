"""The OpenVINO graphs of a bundle: read, fed with bytes, compiled for a device, kept compiled on disk."""

from __future__ import annotations

import logging
import os
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import openvino as ov
from openvino.preprocess import ColorFormat, PrePostProcessor

from inspector.domain.errors import BundleError, DeviceError
from inspector.files import FileError
from inspector.vision.caches import BlobCache
from inspector.vision.graph import (
    GRAPH_FILE,
    INT8_GRAPH_FILE,
    MAPS_OUTPUT,
    PROBABILITIES_OUTPUT,
    STRANGENESS_OUTPUT,
    WHOLE_OUTPUT,
)
from inspector.vision.openvino_core import openvino_core
from inspector.vision.preprocess import ColourOrder
from inspector.vision.processor import this_processor

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from inspector.vision.bundle import Bundle
    from inspector.vision.manifest import Precision
    from inspector.vision.preprocess import Preprocessing
    from inspector.vision.processor import Processor

_HINTS = {"f32": ov.Type.f32, "bf16": ov.Type.bf16, "f16": ov.Type.f16}
_NEEDED_CAPABILITY: dict[Precision, str] = {"fp32": "FP32", "bf16": "BF16", "fp16": "FP16"}
_FULL_SCALE = 255.0
_FLOAT_CONVOLUTIONS = 2
#: What weights of 8 or 16 bits are made floats with.
_EXPANDING = frozenset({"Constant", "Convert", "FakeQuantize", "Multiply", "Reshape", "Subtract", "Unsqueeze"})

logger = logging.getLogger(__name__)


class Way(NamedTuple):
    """One way of computing: a graph file of the bundle, and how its float part computes ("f32", "bf16" or "f16")."""

    file: str
    hint: str


class Ways(NamedTuple):
    """How a precision is computed.

    Args:
        usual: How every picture is judged first.
        exact: What judges again near an operating point; None where `usual` is what was checked when the model was
            made.
    """

    usual: Way
    exact: Way | None


def has_bf16(core: Any, device: str, processor: Processor) -> bool:  # noqa: ANN401 - openvino.Core
    """Say whether a device computes bfloat16.

    Args:
        core: An `openvino.Core`.
        device: As OpenVINO names it, as ``CPU``.
        processor: The processor of this machine.
    """
    known = core.get_property(device, "OPTIMIZATION_CAPABILITIES")
    return "BF16" in known and (device != "CPU" or processor.may_bf16)


def precisions(
    core: Any,  # noqa: ANN401 - openvino.Core
    device: str,
    processor: Processor,
    graph_precision: str = "fp32",
) -> list[Precision]:
    """The precisions in which a device can run a bundle's ``graph.xml``.

    Args:
        core: An `openvino.Core`.
        device: As OpenVINO names it, as ``CPU``.
        processor: The processor of this machine.
        graph_precision: As in the manifest; an int8 graph runs in int8 only.
    """
    if graph_precision == "int8":
        return ["int8"]
    capabilities = set(core.get_property(device, "OPTIMIZATION_CAPABILITIES"))
    if not has_bf16(core, device, processor):
        capabilities.discard("BF16")
    names = [name for name, needed in _NEEDED_CAPABILITY.items() if needed in capabilities]
    # OpenVINO's CPU computes fp16 natively on few processors and slower than fp32 there (40 ms against 28 ms measured)
    return [name for name in names if not (device == "CPU" and name == "fp16")] or ["fp32"]


def _is_nearly_int8(path: Path) -> bool:
    """Whether all convolutions of a graph but the first and the heatmap's have 8-bit weights; read off its text."""
    text = path.read_text(encoding="utf-8")
    quantised = text.count('element_type="i8"')
    return quantised > 0 and text.count('type="Convolution"') - quantised <= _FLOAT_CONVOLUTIONS


class Graphs:
    """Compiles the graphs of one bundle; owned by a classifier, called by one thread at a time.

    The graph in the bundle takes normalised floats; here mean, deviation, layout and colour order are put in front of
    it, so that the device is fed with the bytes of `inspector.vision.preprocess.fit`.

    Args:
        device: OpenVINO's name of the device.
        cache_dir: Where compiled graphs are kept; None for nowhere.
        processor: What decides about precisions on the CPU; None for this machine's.
    """

    def __init__(self, bundle: Bundle, device: str, cache_dir: Path | None, processor: Processor | None = None) -> None:
        self.core = openvino_core()
        self._bundle = bundle
        self._device = device
        self._cache_dir = cache_dir
        self._blobs = BlobCache(cache_dir) if cache_dir is not None else None
        self._models: dict[str, Any] = {}
        self._processor = processor or this_processor()
        self._has_bf16 = has_bf16(self.core, "CPU", self._processor)

    @property
    def possible(self) -> list[Precision]:
        """In which precisions the device can run this bundle."""
        names = precisions(self.core, self._device, self._processor, self._bundle.manifest.graph_precision)
        return [*names, "int8"] if self._bundle.int8_graph_path is not None else names

    @property
    def machine(self) -> tuple[str, ...]:
        """What speeds and compiled graphs depend on: processor, its class, cores, device, OpenVINO's version."""
        cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
        name = str(self.core.get_property(self._device, "FULL_DEVICE_NAME"))
        return name, self._processor.kind, f"{cores} cores", self._device, f"OpenVINO {ov.__version__}"

    @property
    def doubtful(self) -> dict[Precision, str]:
        """What is possible and may judge, but should not where there is a choice, and why.

        Where sums of int8 products can overflow, the answers would not be those that were checked where the model was
        made.
        """
        if self._device != "CPU" or self._processor.exact_int8:
            return {}
        return {"int8": "int8 left out: this processor has no VNNI and may add int8 products inexactly"}

    def ways(self, precision: Precision) -> Ways:
        """Say how a precision is computed here.

        A bundle with an int8 graph beside the float one was trained on what its int8 trunk gives, with the rest in
        float32: that, not the float graph, is what the int8 precision must agree with. Where the rest is the first
        convolution and the head alone it is computed in float32 at once: that costs a tenth of the time, and bf16 there
        would move the log-odds of a fitted head by up to 0.9. Where there is more (a retrained layer4), the exact way
        is the same graph with the rest in float32, and the usual way has the rest in bf16 where the processor has that.
        An older bundle whose only graph is int8 has nothing but its linear head in float: float32 at once.
        """
        if precision == "int8":
            path = self._bundle.int8_graph_path
            if path is None:
                return Ways(Way(GRAPH_FILE, "f32"), None)
            exact = Way(INT8_GRAPH_FILE, "f32")
            if self._device == "CPU":
                if not self._has_bf16 or _is_nearly_int8(path):
                    return Ways(exact, None)
                return Ways(Way(INT8_GRAPH_FILE, "bf16"), exact)
            return Ways(Way(INT8_GRAPH_FILE, "f16"), exact)
        exact = Way(GRAPH_FILE, "f32")
        hint = {"fp32": "f32", "bf16": "bf16", "fp16": "f16"}[precision]
        return Ways(Way(GRAPH_FILE, hint), None if hint == "f32" else exact)

    @property
    def all_ways(self) -> list[Way]:
        """Every way in which the CPU can compute this bundle."""
        files = [GRAPH_FILE] if self._bundle.int8_graph_path is None else [GRAPH_FILE, INT8_GRAPH_FILE]
        return [Way(file, hint) for file in files for hint in ("f32", "bf16") if hint == "f32" or self._has_bf16]

    def is_int8(self, way: Way) -> bool:
        """Whether a graph has an int8 part."""
        return way.file == INT8_GRAPH_FILE or self._bundle.manifest.graph_precision == "int8"

    def name_of(self, way: Way) -> str:
        """How the manifest's self-test names a way."""
        return f"{'int8' if self.is_int8(way) else 'float'} {way.hint}"

    def has_made_answers(self, way: Way, device: str) -> bool:
        """Whether the answers in the manifest hold for a way: made on a CPU, where int8 sums are known to be exact."""
        exact = self._processor.known and self._processor.exact_int8
        return device == "CPU" and (exact or not self.is_int8(way))

    def compile(self, way: Way, *, device: str = "", streams: bool = False) -> Any:  # noqa: ANN401 - CompiledModel
        """Compile a graph for one picture at a time, or take it from the cache.

        Args:
            device: Another device than this bundle's.
            streams: For the most pictures per second instead of the shortest time for one.

        Returns:
            An `openvino.CompiledModel` with the input (1, S, S, 3) uint8 BGR.

        Raises:
            BundleError: If the graph is not one of ours.
            DeviceError: If the device cannot run it.
        """
        where = device or self._device
        config: dict[str, Any] = {
            "PERFORMANCE_HINT": "THROUGHPUT" if streams else "LATENCY",
            "INFERENCE_PRECISION_HINT": _HINTS[way.hint],
        }
        if where != "CPU" and self._cache_dir is not None:  # GPU and NPU compile for many seconds
            config["CACHE_DIR"] = str(self._cache_dir)
        key = self._key(way, where, config) if where == "CPU" and self._pays(way) else None
        cached = self._from_cache(key, where, config)
        if cached is not None:
            return cached
        try:
            compiled = self.core.compile_model(self._read(way.file), where, config)
        except RuntimeError as error:
            raise DeviceError(
                f"the model {self._bundle.manifest.name} cannot be compiled for {where} in {way.hint}: {error}",
                "Choose another device or precision.",
            ) from error
        self._to_cache(key, compiled)
        return compiled

    def _pays(self, way: Way) -> bool:
        """Int8 graphs are kept: see docs/decisions/0020-compiled-graphs.md."""
        return self.is_int8(way)

    def _key(self, way: Way, device: str, config: dict[str, Any]) -> list[str]:
        files = self._bundle.manifest.files
        weights = way.file.removesuffix(".xml") + ".bin"
        return [
            *self.machine,
            device,
            files[way.file],
            files[weights],
            self._bundle.manifest.preprocessing.model_dump_json(),
            ",".join(self._bundle.manifest.class_names),
            "constants folded",
            *(f"{name}={value}" for name, value in sorted(config.items())),
        ]

    def _from_cache(self, key: Sequence[str] | None, device: str, config: dict[str, Any]) -> Any:  # noqa: ANN401
        blob = self._blobs.read(key) if self._blobs is not None and key is not None else None
        if self._blobs is None or key is None or blob is None:
            return None
        try:
            return self.core.import_model(ov.Tensor(np.frombuffer(blob, np.uint8)), device, config)
        except RuntimeError:
            logger.warning("a compiled graph in the cache cannot be used; it is compiled anew", exc_info=True)
            self._blobs.remove(key)
            return None

    def _to_cache(self, key: Sequence[str] | None, compiled: Any) -> None:  # noqa: ANN401
        if self._blobs is None or key is None:
            return
        try:
            self._blobs.write(key, compiled.export_model().getbuffer())
        except (FileError, RuntimeError) as error:
            logger.warning("the compiled graph is not kept: %s", error)

    def _read(self, file: str) -> Any:  # noqa: ANN401 - openvino.Model
        """Read a graph, check that it is one of ours, and let it take bytes."""
        if file not in self._models:
            self._models[file] = self._checked(file)
        return self._models[file]

    def _checked(self, file: str) -> Any:  # noqa: ANN401 - openvino.Model
        folder, manifest = self._bundle.folder, self._bundle.manifest
        size, count = manifest.preprocessing.input_size, len(manifest.class_names)
        try:
            # not mapped into memory: on Windows a mapped file could not be replaced by a newer bundle
            model = self.core.read_model(folder / file, config={"ENABLE_MMAP": False})
            model.reshape([1, 3, size, size])
            shapes = (tuple(model.output(PROBABILITIES_OUTPUT).shape), tuple(model.output(MAPS_OUTPUT).shape[:2]))
        except RuntimeError as error:
            raise BundleError(f"the graph {file} of {folder} cannot be used: {error}", "Export it again.") from error
        if shapes != ((1, count), (1, count)):
            raise BundleError(
                f"the graph {file} of {folder} has outputs {shapes} where the manifest names {count} classes",
                "Export it again.",
            )
        if _remembers(model) != (manifest.memory is not None):
            raise BundleError(
                f"the graph {file} of {folder} and its manifest do not agree whether it has a memory of good",
                "Export it again.",
            )
        if _measures_whole(model) != (manifest.memory is not None and manifest.memory.whole):
            raise BundleError(
                f"the graph {file} of {folder} and its manifest do not agree whether it measures the whole picture",
                "Export it again.",
            )
        fold_constants(model)
        return take_bytes(model, manifest.preprocessing)


def _remembers(model: Any) -> bool:  # noqa: ANN401 - openvino.Model
    """Whether a graph says how strange a picture is."""
    return any(
        STRANGENESS_OUTPUT in output.get_names() and tuple(output.shape[:2]) == (1, 1) for output in model.outputs
    )


def _measures_whole(model: Any) -> bool:  # noqa: ANN401 - openvino.Model
    """Whether a graph says how strange a picture is as a whole."""
    return any(WHOLE_OUTPUT in output.get_names() and tuple(output.shape) == (1,) for output in model.outputs)


def fold_constants(model: Any) -> None:  # noqa: ANN401 - openvino.Model
    """Make constants of what a graph works out from constants alone, as the heatmap's weights or the memory's squares.

    OpenVINO's streams share constants, and each works such a division out in place: with two of them it was divided
    twice, or a part of it, in some loads. Weights that are only expanded from fewer bits stay as they are.

    Args:
        model: A graph of a bundle; it is changed.
    """
    # The number of cells, by which the head's weights are divided, is read off a shape
    for node in model.get_ordered_ops():
        if node.get_type_name() == "ShapeOf" and node.input_value(0).get_partial_shape().is_static:
            shape = np.array(tuple(node.input_value(0).shape), node.output(0).get_element_type().to_dtype())
            for target in node.output(0).get_target_inputs():
                target.replace_source_output(ov.op.Constant(shape).output(0))
    worked_out: dict[str, bool] = {}  # by name of what depends on constants alone: whether it is more than expanded
    for node in model.get_ordered_ops():
        kind = node.get_type_name()
        values = [node.input_value(index) for index in range(node.get_input_size())]
        names = [value.get_node().get_friendly_name() for value in values]
        if kind == "Constant" or (names and all(name in worked_out for name in names)):
            more = kind not in _EXPANDING or any(worked_out[name] for name in names)
            worked_out[node.get_friendly_name()] = more
            continue
        for index, (value, name) in enumerate(zip(values, names, strict=True)):
            if worked_out.get(name, False) and value.get_element_type().is_real():
                node.input(index).replace_source_output(_constant(value))


def _constant(value: Any) -> Any:  # noqa: ANN401 - openvino.Output
    """Work out a value that depends on constants alone, once and in one stream."""
    config = {"INFERENCE_PRECISION_HINT": "f32", "NUM_STREAMS": 1}
    answer = ov.compile_model(ov.Model([value], [], "constant"), "CPU", config)({})[0]
    return ov.op.Constant(np.array(answer).reshape(tuple(value.shape))).output(0)


def take_bytes(model: Any, preprocessing: Preprocessing) -> Any:  # noqa: ANN401 - openvino.Model
    """Put the normalisation in front of a graph.

    Args:
        model: An `openvino.Model` that takes (N, 3, S, S) float32, normalised.
        preprocessing: Mean, deviation and colour order.

    Returns:
        The model, now with the input (N, S, S, 3) uint8 BGR.
    """
    wrapper = PrePostProcessor(model)
    entry = wrapper.input(0)
    entry.tensor().set_element_type(ov.Type.u8).set_layout(ov.Layout("NHWC")).set_color_format(ColorFormat.BGR)
    steps = entry.preprocess().convert_element_type(ov.Type.f32)
    if preprocessing.colour_order is ColourOrder.RGB:
        steps = steps.convert_color(ColorFormat.RGB)
    steps.mean([_FULL_SCALE * value for value in preprocessing.mean]).scale(
        [_FULL_SCALE * value for value in preprocessing.std]
    )
    entry.model().set_layout(ov.Layout("NCHW"))
    return wrapper.build()
