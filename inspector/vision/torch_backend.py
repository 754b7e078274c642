"""The torch back end: an NVIDIA GPU where there is one, and the reference on the CPU."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import torch

from inspector.domain.errors import BundleError, ClassifierError, DeviceError
from inspector.domain.memory import out_of_memory, ran_out_of_memory
from inspector.domain.records import ModelIdentity
from inspector.vision.graph import JUDGED_LAYER
from inspector.vision.known_answers import KnownAnswers
from inspector.vision.locator import DefectLocator
from inspector.vision.memory import MemoryOfGood
from inspector.vision.network import InspectionNetwork
from inspector.vision.precision import CUDA_PRECISIONS, PrecisionChoice, choose
from inspector.vision.prediction import Outputs, make_prediction, near_a_limit
from inspector.vision.preprocess import fit
from inspector.vision.self_test import tolerance_of
from inspector.vision.torch_slots import ByteNetwork, TorchSlot
from inspector.vision.turns import in_turns
from inspector.vision.weights import load_weights

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from inspector.domain.classes import Classes
    from inspector.domain.records import Image, Prediction, Thresholds
    from inspector.vision.bundle import Bundle
    from inspector.vision.manifest import Precision

_TYPES: dict[Precision, torch.dtype] = {"fp32": torch.float32, "fp16": torch.float16, "bf16": torch.bfloat16}
_CPU_PRECISIONS: tuple[Precision, ...] = ("fp32", "bf16")
_BATCH = 16
_SLOTS = 2


def load_network(bundle: Bundle) -> InspectionNetwork:
    """Build a bundle's network with its weights, in evaluation mode.

    Args:
        bundle: A verified bundle with weights.

    Raises:
        BundleError: If it is a runtime-only bundle, has another backbone, or weights that do not fit.
    """
    manifest, path = bundle.manifest, bundle.weights_path
    if path is None:
        raise BundleError(
            f"the bundle {bundle.folder} holds the OpenVINO graph only, no weights for torch",
            "Choose the device cpu, or a bundle with weights.",
        )
    if manifest.backbone not in JUDGED_LAYER:
        raise BundleError(
            f"the backbone “{manifest.backbone}” of {bundle.folder} is not known; known are {', '.join(JUDGED_LAYER)}",
            "Update the program.",
        )
    network = InspectionNetwork.blank(len(manifest.class_names), manifest.pooling, manifest.dropout, manifest.backbone)
    state = load_weights(path)
    try:
        network.memory, network.locator = MemoryOfGood.of(state), DefectLocator.of(state)
        network.usual = state.get("usual")
        network.load_state_dict(state, strict=True)
    except RuntimeError as error:
        raise BundleError(f"the weights of {bundle.folder} do not fit the network: {error}", "Export again.") from error
    return network.eval()


class TorchClassifier:
    """A bundle's weights in torch; implements `inspector.vision.classifier.Classifier`.

    Calls from several threads take turns. With fp16 or bf16 a picture near an operating point is judged again in fp32,
    as in the OpenVINO back end.

    Args:
        bundle: A verified bundle with weights.
        device: "cpu" or "cuda".
        precision: "fp32", "fp16" or "bf16"; None or "auto" takes fp32 on the CPU, and on CUDA the fastest that passed
            the gate when the model was made (fp16, bf16, fp32).
        thresholds: Further operating points that may judge; the bundle's own is always guarded.
        cache_dir: Where first answers to the self-test's pictures are kept; None: in memory.

    Raises:
        BundleError: If the bundle has no weights or they do not fit.
        DeviceError: If the device or precision does not exist here, or may not judge.
        ModelChangedError: If it does not say of the self-test's pictures what it said before.
    """

    def __init__(
        self,
        bundle: Bundle,
        *,
        device: str = "cpu",
        precision: str | None = None,
        thresholds: Sequence[Thresholds] = (),
        cache_dir: Path | None = None,
    ) -> None:
        if device == "cuda" and not torch.cuda.is_available():
            raise DeviceError("torch sees no NVIDIA GPU here", "Choose the device cpu.")
        choice = _choice(bundle, device, precision)
        self._manifest = bundle.manifest
        self._guarded = (bundle.manifest.thresholds, *thresholds)
        self._device, self._lock, self._closed = torch.device(device), threading.Lock(), False
        kind = _TYPES[choice.precision]
        network = load_network(bundle).requires_grad_(requires_grad=False)
        self._exact: ByteNetwork | None = None
        if kind is not torch.float32:
            self._exact = self._placed(network, torch.float32)
        usual = self._placed(network, kind)
        copies = torch.cuda.Stream() if device == "cuda" else None  # type: ignore[no-untyped-call]
        size = bundle.manifest.preprocessing.input_size
        self._single = [TorchSlot(usual, 1, size, self._device, copies)]
        self._batches = [TorchSlot(usual, _BATCH, size, self._device, copies) for _ in range(_SLOTS)]
        name = torch.cuda.get_device_name() if device == "cuda" else "CPU"
        self._identity = ModelIdentity(
            name=bundle.manifest.name,
            sha256=bundle.sha256,
            device=name,
            precision=choice.precision,
            backend="torch",
            reason=choice.reason,
            pictures=bundle.manifest.pictures,
            good_scale=bundle.manifest.good_scale,
            may_spare=bundle.manifest.may_spare,
        )
        with self._failures():
            for _ in range(2 if device == "cuda" else 0):  # the first calls choose kernels
                self._single[0].start(1)
                self._single[0].finish()
        self._known = KnownAnswers(bundle, (name, "torch", torch.__version__, choice.precision), cache_dir)
        for _ in self.self_test():
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
        return self._judge([image], self._single, at_once=1)[0]

    def predict_batch(self, images: Sequence[Image]) -> list[Prediction]:
        """Classify several pictures, sixteen at a time; see `Classifier.predict_batch`.

        On CUDA the next sixteen are resized and copied while these are computed.

        Raises:
            PictureError: If a picture cannot be preprocessed.
            ClassifierError: If the network fails or the classifier is closed.
        """
        if len(images) < 2:
            return [self.predict(image) for image in images]
        return self._judge(images, self._batches, at_once=_BATCH)

    def self_test(self) -> Iterator[None]:
        """See `Classifier.self_test`. The OpenVINO graph's answers hold for float32: from the same weights, rounded."""
        precision = self._identity.precision
        hint = {"fp32": "f16", "fp16": "f16", "bf16": "bf16"}[precision]
        way = "float f32" if precision == "fp32" else f"torch {precision}"
        yield from self._known.test(way, self._raw, tolerance_of(hint, int8=False))

    def _raw(self, square: NDArray[np.uint8]) -> Outputs:
        with self._lock, self._failures():
            slot = self._single[0]
            slot.squares[0] = square
            slot.start(1)
            return slot.finish()[0]

    def close(self) -> None:
        """Release the device; may be called twice."""
        with self._lock:
            self._closed, self._exact = True, None
            self._single.clear()
            self._batches.clear()
            if self._device.type == "cuda":
                torch.cuda.empty_cache()

    def _judge(self, images: Sequence[Image], slots: Sequence[TorchSlot], *, at_once: int) -> list[Prediction]:
        start_s, resize_s = time.perf_counter(), 0.0
        chunks = [images[first : first + at_once] for first in range(0, len(images), at_once)]

        def start(chunk: Sequence[Image], slot: TorchSlot) -> None:
            nonlocal resize_s
            began = time.perf_counter()
            for image, square in zip(chunk, slot.squares, strict=False):  # the last chunk may be shorter
                fit(image, self._manifest.preprocessing, out=square)
            resize_s += time.perf_counter() - began
            slot.start(len(chunk))

        with self._lock, self._failures():
            predictions = in_turns(chunks, slots, start, self._refined)
        rest_s = max(0.0, time.perf_counter() - start_s - resize_s)
        answers = [answer for group in predictions for answer in group]
        return [
            make_prediction(
                self._manifest,
                image,
                outputs,
                preprocess_ms=1e3 * resize_s / len(images),
                inference_ms=1e3 * rest_s / len(images),
            )
            for image, outputs in zip(images, answers, strict=True)
        ]

    def _refined(self, slot: TorchSlot) -> list[Outputs]:
        """Take a slot's answers, those that lie near an operating point in float32."""
        answers = slot.finish()
        if self._exact is not None:
            for index, answer in enumerate(answers):
                if near_a_limit(self.classes.p_defective(answer.probabilities), answer, self._guarded):
                    squares = torch.from_numpy(slot.squares[index : index + 1]).to(self._device)
                    with torch.inference_mode():
                        better = [output[0].cpu().numpy() for output in self._exact(squares)]
                    answers[index] = Outputs(better[0], better[1], better[2][0] if len(better) > 2 else None)
        return answers

    def _placed(self, network: InspectionNetwork, kind: torch.dtype) -> ByteNetwork:
        return ByteNetwork(network, self._manifest.preprocessing, kind).to(self._device).eval()

    @contextmanager
    def _failures(self) -> Iterator[None]:
        if self._closed:
            raise ClassifierError("the classifier is closed", "Load the model again.")
        try:
            yield
        except RuntimeError as error:
            if ran_out_of_memory(error):
                raise out_of_memory(f"{self._manifest.name} could not judge the picture") from error
            raise ClassifierError(
                f"inference with {self._manifest.name} on {self._identity.device} failed: {error}",
                "Start the line again; if it happens again, choose another device.",
            ) from error


def _choice(bundle: Bundle, device: str, precision: str | None) -> PrecisionChoice:
    """On the CPU torch is the reference and computes in what it is asked for; on CUDA it judges: the gate decides."""
    automatic = precision in {None, "auto"}
    if device == "cuda":
        return choose(bundle.manifest, CUDA_PRECISIONS, device, precision)
    chosen = next((name for name in _CPU_PRECISIONS if name == ("fp32" if automatic else precision)), None)
    if chosen is None:
        raise DeviceError(
            f"torch cannot run this model in {precision} on {device}; possible: {', '.join(_CPU_PRECISIONS)}",
            "Choose one of these, or leave the choice to the program.",
        )
    return PrecisionChoice(precision=chosen, reason=f"{chosen}: the reference" if automatic else f"{chosen}: as set")
