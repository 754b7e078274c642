"""The OpenVINO back end: CPU, Intel GPU or NPU; no torch."""

from __future__ import annotations

import queue
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
import openvino as ov

from inspector.domain.errors import BundleError, ClassifierError, DeviceError
from inspector.domain.records import ModelIdentity
from inspector.vision.graph import MAPS_OUTPUT, PROBABILITIES_OUTPUT
from inspector.vision.prediction import make_prediction, near_threshold, p_defective
from inspector.vision.preprocess import preprocess

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from inspector.domain.records import Image, Prediction, Thresholds
    from inspector.vision.bundle import Bundle

_HINTS = {"fp32": ov.Type.f32, "bf16": ov.Type.bf16, "fp16": ov.Type.f16, "int8": ov.Type.f32}
_NEEDED_CAPABILITY = {"fp32": "FP32", "bf16": "BF16", "fp16": "FP16"}
_BATCH = 8
_REQUESTS = 2
_REQUEST_WAIT_S = 60.0
_Outputs = tuple["NDArray[np.float32]", "NDArray[np.float32]"]


class OpenVinoClassifier:
    """A bundle's graph on a device of OpenVINO; implements `inspector.vision.classifier.Classifier`.

    `predict` and `predict_batch` may be called from several threads; the interpreter lock is released while the graph
    runs. With a reduced precision (bf16, fp16) a picture whose score lies near an operating point is judged again in
    fp32 on the CPU, so that the faster precision does not decide a verdict.

    Args:
        bundle: A verified bundle.
        device: OpenVINO's name, as "CPU", "GPU" or "NPU".
        precision: "fp32", "bf16", "fp16" or "int8"; None takes the fastest that is safe (int8 where the graph is,
            else bf16 where the CPU computes it natively, fp16 on GPU and NPU, else fp32).
        cache_dir: Where compiled graphs are kept for GPU and NPU, which compile for many seconds. Not used for the
            CPU, which compiles in 0.3 s and would gain 0.1 s at the price of a file that a power cut can damage.
        thresholds: Further operating points that may judge, as a recipe's; the bundle's own is always guarded.

    Raises:
        BundleError: If the graph is not one of ours.
        DeviceError: If the device or the precision does not exist here.
    """

    def __init__(
        self,
        bundle: Bundle,
        *,
        device: str = "CPU",
        precision: str | None = None,
        cache_dir: Path | None = None,
        thresholds: Sequence[Thresholds] = (),
    ) -> None:
        self._manifest = bundle.manifest
        self._guarded = (bundle.manifest.thresholds, *thresholds)
        self._core = ov.Core()
        self._device = device
        self._cache_dir = cache_dir if device != "CPU" else None
        self._precision = _choose_precision(self._core, device, precision, bundle.manifest.graph_precision)
        self._model = self._read(bundle)
        self._batch_lock = threading.Lock()
        self._batched: _Requests | None = None
        self._closed = False
        self._single = self._compile(self._device, self._precision, batch=1)
        self._exact = self._compile("CPU", "fp32", batch=1) if self._precision in {"bf16", "fp16"} else None
        self._identity = ModelIdentity(
            name=bundle.manifest.name,
            sha256=bundle.sha256,
            device=device,
            precision=self._precision,
            backend="openvino",
        )
        self._warm_up()

    @property
    def identity(self) -> ModelIdentity:
        """Which model, on what."""
        return self._identity

    @property
    def class_names(self) -> tuple[str, ...]:
        """The K class names, in the network's order."""
        return self._manifest.class_names

    @property
    def good_index(self) -> int:
        """Which class is good."""
        return self._manifest.good_index

    @property
    def thresholds(self) -> Thresholds:
        """The operating point stored in the bundle."""
        return self._manifest.thresholds

    def predict(self, image: Image) -> Prediction:
        """Classify one picture and explain it; see `Classifier.predict`.

        Raises:
            PictureError: If the picture cannot be preprocessed.
            ClassifierError: If the network fails or the classifier is closed.
        """
        start = time.perf_counter()
        pictures = preprocess(image, self._manifest.preprocessing)[None]
        middle = time.perf_counter()
        probabilities, maps = self._refined(self._run(self._single, pictures), pictures)
        end = time.perf_counter()
        return make_prediction(
            self._manifest,
            image,
            (probabilities[0], maps[0]),
            preprocess_ms=1e3 * (middle - start),
            inference_ms=1e3 * (end - middle),
        )

    def predict_batch(self, images: Sequence[Image]) -> list[Prediction]:
        """Classify several pictures, eight at a time; see `Classifier.predict_batch`.

        Raises:
            PictureError: If a picture cannot be preprocessed.
            ClassifierError: If the network fails or the classifier is closed.
        """
        if len(images) < 2 or self._device == "NPU":  # an NPU takes fixed shapes only
            return [self.predict(image) for image in images]
        results: list[Prediction] = []
        for first in range(0, len(images), _BATCH):
            results += self._predict_chunk(images[first : first + _BATCH])
        return results

    def close(self) -> None:
        """Release the device; may be called twice."""
        self._closed = True
        self._single.close()
        for requests in (self._exact, self._batched):
            if requests is not None:
                requests.close()
        self._exact = self._batched = self._model = None

    def _predict_chunk(self, images: Sequence[Image]) -> list[Prediction]:
        start = time.perf_counter()
        pictures = np.stack([preprocess(image, self._manifest.preprocessing) for image in images])
        middle = time.perf_counter()
        probabilities, maps = self._refined(self._run(self._batch_requests(), pictures), pictures)
        end = time.perf_counter()
        return [
            make_prediction(
                self._manifest,
                image,
                (probabilities[index], maps[index]),
                preprocess_ms=1e3 * (middle - start) / len(images),
                inference_ms=1e3 * (end - middle) / len(images),
            )
            for index, image in enumerate(images)
        ]

    def _refined(self, outputs: _Outputs, pictures: NDArray[np.float32]) -> _Outputs:
        """Replace the answers that lie near an operating point by those of full precision."""
        exact = self._exact
        if exact is None:
            return outputs
        probabilities, maps = outputs
        for index in range(len(pictures)):
            if near_threshold(p_defective(probabilities[index], self.good_index), self._guarded):
                better = self._run(exact, pictures[index : index + 1])
                probabilities[index], maps[index] = better[0][0], better[1][0]
        return probabilities, maps

    def _run(self, requests: _Requests, pictures: NDArray[np.float32]) -> _Outputs:
        try:
            with requests.taken() as request:
                results = request.infer([pictures], share_inputs=True)
                return results[PROBABILITIES_OUTPUT].copy(), results[MAPS_OUTPUT].copy()
        except RuntimeError as error:
            raise ClassifierError(
                f"inference with {self._manifest.name} on {self._device} failed: {error}",
                "Start the line again; if it happens again, choose another device.",
            ) from error

    def _batch_requests(self) -> _Requests:
        """The graph for batches, compiled when it is first asked for: a line takes one part at a time."""
        with self._batch_lock:
            if self._closed:
                raise ClassifierError("the classifier is closed", "Load the model again.")
            if self._batched is None:
                self._batched = self._compile(self._device, self._precision, batch=-1)
            return self._batched

    def _read(self, bundle: Bundle) -> Any:  # noqa: ANN401 - openvino.Model
        size, count = bundle.manifest.preprocessing.input_size, len(bundle.manifest.class_names)
        try:
            # not mapped into memory: on Windows a mapped file could not be replaced by a newer bundle
            model = self._core.read_model(bundle.graph_path, config={"ENABLE_MMAP": False})
            model.reshape([1, 3, size, size])
            shapes = (tuple(model.output(PROBABILITIES_OUTPUT).shape), tuple(model.output(MAPS_OUTPUT).shape[:2]))
        except RuntimeError as error:
            raise BundleError(f"the graph of {bundle.folder} cannot be used: {error}", "Export it again.") from error
        if shapes != ((1, count), (1, count)):
            raise BundleError(
                f"the graph of {bundle.folder} has outputs {shapes} where the manifest names {count} classes",
                "Export it again.",
            )
        return model

    def _compile(self, device: str, precision: str, *, batch: int) -> _Requests:
        size = self._manifest.preprocessing.input_size
        config = {"PERFORMANCE_HINT": "LATENCY", "INFERENCE_PRECISION_HINT": _HINTS[precision]}
        if self._cache_dir is not None and device == self._device:
            config["CACHE_DIR"] = str(self._cache_dir)
        try:
            model = self._model.clone()
            model.reshape([batch, 3, size, size])
            return _Requests(self._core.compile_model(model, device, config))
        except RuntimeError as error:
            raise DeviceError(
                f"the model {self._manifest.name} cannot be compiled for {device} in {precision}: {error}",
                "Choose another device or precision.",
            ) from error

    def _warm_up(self) -> None:
        """Run once, so that the first part takes no longer than the others."""
        size = self._manifest.preprocessing.input_size
        for requests in (self._single, self._exact):
            if requests is not None:
                self._run(requests, np.zeros((1, 3, size, size), np.float32))


class _Requests:
    """A compiled graph with a few inference requests, each used by one thread at a time."""

    def __init__(self, compiled: Any) -> None:  # noqa: ANN401 - openvino.CompiledModel
        self._free: queue.LifoQueue[Any] = queue.LifoQueue()
        for _ in range(_REQUESTS):
            self._free.put(compiled.create_infer_request())
        self._closed = False

    @contextmanager
    def taken(self) -> Iterator[Any]:
        """Lend a request; waits while others use them all."""
        if self._closed:
            raise ClassifierError("the classifier is closed", "Load the model again.")
        try:
            request = self._free.get(timeout=_REQUEST_WAIT_S)
        except queue.Empty:
            raise ClassifierError(
                f"the device did not answer within {_REQUEST_WAIT_S:.0f} s", "Restart the station."
            ) from None
        try:
            yield request
        finally:
            if not self._closed:
                self._free.put(request)

    def close(self) -> None:
        """Drop the requests that are not in use; the others go when they are done."""
        self._closed = True
        while True:
            try:
                self._free.get_nowait()
            except queue.Empty:
                return


def _choose_precision(core: Any, device: str, wanted: str | None, graph_precision: str) -> str:  # noqa: ANN401
    """Settle the precision; see `OpenVinoClassifier`."""
    possible = precisions(core, device, graph_precision)
    if wanted is not None:
        if wanted not in possible:
            raise DeviceError(
                f"{device} cannot run this model in {wanted}; possible here: {', '.join(possible)}",
                "Choose one of these, or leave the choice to the program.",
            )
        return wanted
    preferred = ("int8", "bf16", "fp32") if device == "CPU" else ("int8", "fp16", "fp32")
    return next((name for name in preferred if name in possible), possible[0])


def precisions(core: Any, device: str, graph_precision: str = "fp32") -> list[str]:  # noqa: ANN401 - openvino.Core
    """The precisions in which a device can run a graph.

    Args:
        core: An `openvino.Core`.
        device: OpenVINO's name.
        graph_precision: As in the manifest; an int8 graph runs in int8 only.
    """
    if graph_precision == "int8":
        return ["int8"]
    capabilities = set(core.get_property(device, "OPTIMIZATION_CAPABILITIES"))
    names = [name for name, needed in _NEEDED_CAPABILITY.items() if needed in capabilities]
    # OpenVINO's CPU computes fp16 natively on few processors and slower than fp32 there (40 ms against 28 ms measured)
    return [name for name in names if not (device == "CPU" and name == "fp16")] or ["fp32"]
