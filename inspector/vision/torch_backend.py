"""The torch back end: an NVIDIA GPU where there is one, and the reference on the CPU."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

import numpy as np
import torch

from inspector.domain.errors import BundleError, ClassifierError, DeviceError
from inspector.domain.records import ModelIdentity
from inspector.vision.network import BACKBONE, InspectionNetwork
from inspector.vision.prediction import make_prediction, near_threshold, p_defective
from inspector.vision.preprocess import preprocess
from inspector.vision.weights import load_weights

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from inspector.domain.records import Image, Prediction, Thresholds
    from inspector.vision.bundle import Bundle

_TYPES = {"fp32": torch.float32, "fp16": torch.float16, "bf16": torch.bfloat16}
_BATCH = 16
_Outputs = tuple["NDArray[np.float32]", "NDArray[np.float32]"]


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
            "Use --device cpu, or a bundle with weights.",
        )
    if manifest.backbone != BACKBONE:
        raise BundleError(
            f"the backbone “{manifest.backbone}” of {bundle.folder} is not known; known is {BACKBONE}",
            "Update the program.",
        )
    network = InspectionNetwork(len(manifest.class_names), manifest.pooling, manifest.dropout)
    try:
        network.load_state_dict(load_weights(path), strict=True)
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
        precision: "fp32", "fp16" or "bf16"; None takes fp16 on CUDA and fp32 on the CPU.
        thresholds: Further operating points that may judge; the bundle's own is always guarded.

    Raises:
        BundleError: If the bundle has no weights or they do not fit.
        DeviceError: If the device or precision does not exist here.
    """

    def __init__(
        self,
        bundle: Bundle,
        *,
        device: str = "cpu",
        precision: str | None = None,
        thresholds: Sequence[Thresholds] = (),
    ) -> None:
        if device == "cuda" and not torch.cuda.is_available():
            raise DeviceError("torch sees no NVIDIA GPU here", "Use --device cpu.")
        chosen = precision or ("fp16" if device == "cuda" else "fp32")
        if chosen not in _TYPES or (chosen == "fp16" and device == "cpu"):
            raise DeviceError(
                f"torch cannot run this model in {chosen} on {device}; possible: {', '.join(_TYPES)}",
                "Choose one of these, or leave the choice to the program.",
            )
        self._manifest = bundle.manifest
        self._guarded = (bundle.manifest.thresholds, *thresholds)
        self._device, self._type, self._lock = torch.device(device), _TYPES[chosen], threading.Lock()
        network = load_network(bundle).to(self._device)
        self._network: InspectionNetwork | None = network.requires_grad_(requires_grad=False)
        name = torch.cuda.get_device_name() if device == "cuda" else "CPU"
        self._identity = ModelIdentity(
            name=bundle.manifest.name, sha256=bundle.sha256, device=name, precision=chosen, backend="torch"
        )
        size = bundle.manifest.preprocessing.input_size
        for _ in range(2):  # the first calls choose kernels
            self._run(np.zeros((1, 3, size, size), np.float32))

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
        return self._predict_chunk([image])[0]

    def predict_batch(self, images: Sequence[Image]) -> list[Prediction]:
        """Classify several pictures, sixteen at a time; see `Classifier.predict_batch`.

        Raises:
            PictureError: If a picture cannot be preprocessed.
            ClassifierError: If the network fails or the classifier is closed.
        """
        results: list[Prediction] = []
        for first in range(0, len(images), _BATCH):
            results += self._predict_chunk(images[first : first + _BATCH])
        return results

    def close(self) -> None:
        """Release the device; may be called twice."""
        with self._lock:
            self._network = None
            if self._device.type == "cuda":
                torch.cuda.empty_cache()

    def _predict_chunk(self, images: Sequence[Image]) -> list[Prediction]:
        start = time.perf_counter()
        pictures = np.stack([preprocess(image, self._manifest.preprocessing) for image in images])
        middle = time.perf_counter()
        probabilities, maps = self._run(pictures)
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

    def _run(self, pictures: NDArray[np.float32]) -> _Outputs:
        try:
            with self._lock:
                probabilities, maps = self._forward(pictures, self._type)
                if self._type is not torch.float32:
                    for index in range(len(pictures)):
                        if near_threshold(p_defective(probabilities[index], self.good_index), self._guarded):
                            better = self._forward(pictures[index : index + 1], torch.float32)
                            probabilities[index], maps[index] = better[0][0], better[1][0]
        except RuntimeError as error:
            raise ClassifierError(
                f"inference with {self._manifest.name} on {self._identity.device} failed: {error}",
                "Start the line again; if it happens again, choose another device.",
            ) from error
        return probabilities, maps

    def _forward(self, pictures: NDArray[np.float32], kind: torch.dtype) -> _Outputs:
        network = self._network
        if network is None:
            raise ClassifierError("the classifier is closed", "Load the model again.")
        x = torch.from_numpy(pictures).to(self._device).contiguous(memory_format=torch.channels_last)
        reduced = kind is not torch.float32
        with torch.inference_mode(), torch.autocast(self._device.type, dtype=kind, enabled=reduced):
            probabilities, maps = network(x)
        return probabilities.float().cpu().numpy(), maps.float().cpu().numpy()
