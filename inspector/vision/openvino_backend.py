"""The OpenVINO back end: CPU, Intel GPU or NPU; no torch."""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from functools import partial
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from inspector.domain.errors import ClassifierError
from inspector.domain.memory import out_of_memory, ran_out_of_memory
from inspector.domain.records import ModelIdentity
from inspector.files import FileError
from inspector.vision.caches import RateCache
from inspector.vision.graphs import Graphs
from inspector.vision.known_answers import KnownAnswers
from inspector.vision.precision import choose, measure_rates
from inspector.vision.prediction import make_prediction, near_a_limit
from inspector.vision.preprocess import fit
from inspector.vision.self_test import tolerance_of
from inspector.vision.slots import Slots
from inspector.vision.turns import in_turns

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from inspector.domain.classes import Classes
    from inspector.domain.records import Image, Prediction, Thresholds
    from inspector.vision.bundle import Bundle
    from inspector.vision.graphs import Way
    from inspector.vision.manifest import Precision
    from inspector.vision.prediction import Outputs
    from inspector.vision.processor import Processor
    from inspector.vision.slots import Slot

_SLOTS = 2

logger = logging.getLogger(__name__)


class OpenVinoClassifier:
    """A bundle's graph on a device of OpenVINO; implements `inspector.vision.classifier.Classifier`.

    `predict` and `predict_batch` may be called from several threads; the interpreter lock is released while the graph
    runs. With a reduced precision a picture whose score lies near an operating point is judged again exactly (see
    `Graphs.ways`), so that the faster precision does not decide a verdict.

    Args:
        device: OpenVINO's name, as "CPU", "GPU" or "NPU".
        precision: "fp32", "bf16", "fp16" or "int8"; None or "auto" takes, of those that passed the gate, the one that
            a short measurement finds fastest here; see `inspector.vision.precision.choose`.
        cache_dir: Where the measurement and compiled graphs are kept. None: nothing is kept, and the least exact
            precision is taken without a measurement.
        thresholds: Further operating points that may judge, as a recipe's; the bundle's own is always guarded.
        processor: What decides about precisions on the CPU; None for this machine's.

    Raises:
        BundleError: If the graph is not one of ours.
        DeviceError: If the device or the precision does not exist here, or may not judge.
        ModelChangedError: If it does not say of the self-test's pictures what it said before.
    """

    def __init__(
        self,
        bundle: Bundle,
        *,
        device: str = "CPU",
        precision: str | None = None,
        cache_dir: Path | None = None,
        thresholds: Sequence[Thresholds] = (),
        processor: Processor | None = None,
    ) -> None:
        self._manifest = bundle.manifest
        self._guarded = (bundle.manifest.thresholds, *thresholds)
        self._graphs = Graphs(bundle, device, cache_dir, processor)
        trials: dict[Precision, Slots] = {}
        rates = None if cache_dir is None else RateCache(cache_dir, (bundle.sha256, *self._graphs.machine))
        choice = choose(
            bundle.manifest,
            self._graphs.possible,
            device,
            precision,
            None if rates is None else lambda names: self._rates(names, rates, trials),
            self._graphs.doubtful,
        )
        ways = self._graphs.ways(choice.precision)
        self._usual, self._exact_way, self._device = ways.usual, ways.exact, device
        tried = trials.get(choice.precision)
        self._single = self._slots(self._graphs.compile(ways.usual)) if tried is None else tried
        self._exact = self._slots(self._graphs.compile(ways.exact, device="CPU")) if ways.exact is not None else None
        self._streams_lock = threading.Lock()
        self._streams: Slots | None = None
        self._closed = False
        self._identity = ModelIdentity(
            name=bundle.manifest.name,
            sha256=bundle.sha256,
            device=device,
            precision=choice.precision,
            backend="openvino",
            reason=choice.reason,
            pictures=bundle.manifest.pictures,
            good_scale=bundle.manifest.good_scale,
            may_spare=bundle.manifest.may_spare,
        )
        self._known = KnownAnswers(bundle, self._graphs.machine, cache_dir)
        for _ in self.self_test():  # which also means that the first part takes no longer than the others
            pass

    @property
    def identity(self) -> ModelIdentity:
        """Which model, on what."""
        return self._identity

    @property
    def classes(self) -> Classes:
        """The K classes of its answers."""
        return self._manifest.classes

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
        with self._failures(), self._single.lend() as slot:
            start = time.perf_counter()
            fit(image, self._manifest.preprocessing, out=slot.square)
            middle = time.perf_counter()
            outputs = self._refined(slot.run(), slot)
            end = time.perf_counter()
        return make_prediction(
            self._manifest, image, outputs, preprocess_ms=1e3 * (middle - start), inference_ms=1e3 * (end - middle)
        )

    def predict_batch(self, images: Sequence[Image]) -> list[Prediction]:
        """Classify several pictures; see `Classifier.predict_batch`.

        While one picture is resized others are judged, each by a stream of its own: more pictures per second than
        eight in one tensor (docs/decisions/0019-streams.md). The time of a prediction's inference is its share of the
        whole.

        Raises:
            PictureError: If a picture cannot be preprocessed.
            ClassifierError: If the network fails or the classifier is closed.
            ModelChangedError: If the graph for batches, compiled now, does not say what it said before.
        """
        if len(images) < 2:
            return [self.predict(image) for image in images]
        start = time.perf_counter()
        spent_s: list[float] = []
        with self._failures(), self._batch_slots().all() as slots:
            answers = self._judge_all(images, slots, spent_s)
        share_s = max(0.0, time.perf_counter() - start - sum(spent_s)) / len(images)
        return [
            make_prediction(self._manifest, image, outputs, preprocess_ms=1e3 * resize_s, inference_ms=1e3 * share_s)
            for image, outputs, resize_s in zip(images, answers, spent_s, strict=True)
        ]

    def self_test(self) -> Iterator[None]:
        """See `Classifier.self_test`."""
        networks = [(self._usual, self._single, self._device), (self._usual, self._streams, self._device)]
        if self._exact_way is not None:
            networks.append((self._exact_way, self._exact, "CPU"))
        for way, slots, device in networks:
            if slots is not None:
                yield from self._test(way, slots, device)

    def _test(self, way: Way, slots: Slots, device: str) -> Iterator[None]:
        """Hold one compiled graph against what is known, one picture a step."""
        return self._known.test(
            self._graphs.name_of(way),
            partial(self._raw, slots),
            tolerance_of(way.hint, int8=self._graphs.is_int8(way)),
            as_made=self._graphs.has_made_answers(way, device),
        )

    def _raw(self, slots: Slots, square: NDArray[np.uint8]) -> Outputs:
        with self._failures(), slots.lend() as slot:
            slot.square[:] = square
            return slot.run()

    def close(self) -> None:
        """Release the device; may be called twice."""
        with self._streams_lock:
            self._closed = True
        for slots in (self._single, self._exact, self._streams):
            if slots is not None:
                slots.close()

    def _judge_all(self, images: Sequence[Image], slots: Sequence[Slot], spent_s: list[float]) -> list[Outputs]:
        """Keep all slots at work; the answers are in the pictures' order."""

        def start(image: Image, slot: Slot) -> None:
            began = time.perf_counter()
            fit(image, self._manifest.preprocessing, out=slot.square)
            spent_s.append(time.perf_counter() - began)
            slot.start()

        return in_turns(images, slots, start, lambda slot: self._refined(slot.finish(), slot))

    def _refined(self, outputs: Outputs, slot: Slot) -> Outputs:
        """Replace an answer that lies near an operating point by the exact one."""
        if self._exact is None or not near_a_limit(self.classes.p_defective(outputs[0]), outputs, self._guarded):
            return outputs
        with self._exact.lend() as exact:
            exact.square[:] = slot.square
            return exact.run()

    def _batch_slots(self) -> Slots:
        """The graph for batches, compiled and tested when it is first asked for: a line takes one part at a time."""
        with self._streams_lock:
            if self._closed:
                raise ClassifierError("the classifier is closed", "Load the model again.")
            if self._streams is None:
                compiled = self._graphs.compile(self._usual, streams=True)
                slots = Slots(compiled, compiled.get_property("OPTIMAL_NUMBER_OF_INFER_REQUESTS") + 1)
                for _ in self._test(self._usual, slots, self._device):
                    pass
                self._streams = slots
            return self._streams

    def _slots(self, compiled: Any) -> Slots:  # noqa: ANN401 - openvino.CompiledModel
        return Slots(compiled, _SLOTS)

    def _rates(
        self, names: Sequence[Precision], cache: RateCache, trials: dict[Precision, Slots]
    ) -> dict[Precision, float]:
        """Pictures per second of each precision: as measured before on this machine, else measured now."""
        rates = cache.read()
        if set(names) <= set(rates):
            return rates
        for name in names:
            trials[name] = self._slots(self._graphs.compile(self._graphs.ways(name).usual))
        with self._failures(), contextlib.ExitStack() as stack:
            slots = {name: stack.enter_context(trials[name].lend()) for name in names}
            noise = np.random.default_rng(0).integers(0, 256, slots[names[0]].square.shape, np.uint8)
            for slot in slots.values():
                slot.square[:] = noise
            rates = measure_rates({name: slot.run for name, slot in slots.items()})
        try:
            cache.write(rates)
        except FileError as error:
            logger.warning("the measured speeds are not kept: %s", error)
        return rates

    @contextlib.contextmanager
    def _failures(self) -> Iterator[None]:
        try:
            yield
        except (RuntimeError, MemoryError, cv2.error) as error:
            if ran_out_of_memory(error):
                raise out_of_memory(f"{self._manifest.name} could not judge the picture") from error
            if not isinstance(error, RuntimeError):
                raise
            raise ClassifierError(
                f"inference with {self._manifest.name} failed: {error}",
                "Start the line again; if it happens again, choose another device.",
            ) from error
