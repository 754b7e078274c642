"""Who judges in a benchmark: the station's classifiers, and what an engineer would run otherwise."""

from __future__ import annotations

import contextlib
import io
import logging
import tempfile
import warnings
from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from inspector.domain.errors import ClassifierError
from inspector.programs import is_installed
from inspector.vision.backends import load_classifier, load_reference
from inspector.vision.benchmark.records import Kind
from inspector.vision.graph import BACKBONE, JUDGED_LAYER
from inspector.vision.preprocess import preprocess
from inspector.vision.torchvision_compat import import_torchvision

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from inspector.domain.records import Image
    from inspector.vision.bundle import Bundle
    from inspector.vision.classifier import Classifier


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a contender says of a picture.

    Args:
        p_defective: 0..1.
        heatmap: (h, w) float32, 0 or more: the map of the first defective class; None where the contender makes none.
    """

    p_defective: float
    heatmap: NDArray[np.float32] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entrant:
    """What a contender is built from; it can be sent to another process.

    Args:
        batch: Pictures per call; 1 judges one at a time.
        device: As `load_classifier` takes it; for the station's classifiers alone.
        precision: As `load_classifier` takes it; for the station's classifiers alone.
    """

    kind: Kind
    batch: int
    device: str = "cpu"
    precision: str = "fp32"

    def __str__(self) -> str:
        where = f" {self.device}" if self.kind is Kind.LINE else ""
        return f"{self.kind}{where} {self.precision} × {self.batch}"


class Contender(Protocol):
    """One way of judging pictures; used by one thread."""

    backend: str
    device: str
    precision: str

    def judge(self, images: Sequence[Image]) -> list[Answer]:
        """Judge pictures, in the contender's own batches."""
        ...

    def close(self) -> None:
        """Release what it holds."""
        ...


def build(entry: Entrant, bundle: Bundle) -> Contender:
    """Load a contender.

    Args:
        bundle: A verified bundle, or one made of it by `at_size`.

    Raises:
        InspectorError: If this bundle cannot be judged so.
        ImportError: If a library is not installed.
    """
    match entry.kind:
        case Kind.LINE:
            return _Station(load_classifier(bundle, entry.device, entry.precision), entry.batch)
        case Kind.CLOSED_FORM:
            return _Station(load_reference(bundle), entry.batch)
        case Kind.EAGER:
            return _Eager(bundle, entry.batch)
        case Kind.ONNX_RUNTIME:
            return _OnnxRuntime(bundle, entry.batch)
        case Kind.GRAD_CAM:
            return _GradCam(bundle, entry.batch)


def at_size(bundle: Bundle, size: int) -> Bundle:
    """The same bundle with another input size; its verdicts mean nothing, its speed does.

    Args:
        size: Side of the input, pixels.
    """
    manifest = bundle.manifest
    if size == manifest.preprocessing.input_size:
        return bundle
    preprocessing = manifest.preprocessing.model_copy(update={"input_size": size})
    changed = manifest.model_copy(update={"preprocessing": preprocessing})
    return type(bundle)(folder=bundle.folder, manifest=changed, sha256=bundle.sha256)


def missing_packages(kind: Kind) -> list[str]:
    """Return what has to be installed before a contender can be built; nothing is imported."""
    needed = {
        Kind.LINE: (),
        Kind.CLOSED_FORM: ("torch", "torchvision"),
        Kind.EAGER: ("torch", "torchvision"),
        Kind.GRAD_CAM: ("torch", "torchvision", "pytorch_grad_cam"),
        Kind.ONNX_RUNTIME: ("torch", "torchvision", "onnx", "onnxruntime"),
    }
    return [name for name in needed[kind] if not is_installed(name)]


class _Station:
    """A classifier, one picture at a time or all at once; it makes its own batches."""

    def __init__(self, classifier: Classifier, batch: int) -> None:
        self._classifier = classifier
        self._batch = batch
        identity = classifier.identity
        self.backend, self.device, self.precision = identity.backend, identity.device, identity.precision

    def judge(self, images: Sequence[Image]) -> list[Answer]:
        if self._batch > 1:
            predictions = self._classifier.predict_batch(images)
        else:
            predictions = [self._classifier.predict(image) for image in images]
        which = self._classifier.classes.defect_indices[0]
        return [
            Answer(p_defective=prediction.p_defective, heatmap=prediction.maps[which]) for prediction in predictions
        ]

    def close(self) -> None:
        self._classifier.close()


class _Other(ABC):
    """What does not go through a classifier: shares our preprocessing and cuts the pictures into its batches."""

    device, precision = "CPU", "fp32"

    def __init__(self, bundle: Bundle, batch: int) -> None:
        manifest = bundle.manifest
        self._preprocessing = manifest.preprocessing
        self._good = manifest.classes.good_index
        self._defective = manifest.classes.defect_indices[0]  # whose map is compared
        self._batch = batch

    def judge(self, images: Sequence[Image]) -> list[Answer]:
        judgements: list[Answer] = []
        for first in range(0, len(images), self._batch):
            chunk = images[first : first + self._batch]
            judgements += self._chunk(np.stack([preprocess(image, self._preprocessing) for image in chunk]))
        return judgements

    def close(self) -> None:  # noqa: B027 - most hold nothing
        """Nothing is held."""

    @abstractmethod
    def _chunk(self, pictures: NDArray[np.float32]) -> list[Answer]:
        """Judge some preprocessed pictures: (N, 3, S, S) float32."""


class _Eager(_Other):
    """Eager torch on the CPU: the verdict alone."""

    backend = "eager torch, no heatmap"

    def __init__(self, bundle: Bundle, batch: int) -> None:
        super().__init__(bundle, batch)
        self._network = _network(bundle)

    def _chunk(self, pictures: NDArray[np.float32]) -> list[Answer]:
        import torch  # seconds

        with torch.inference_mode():
            good = torch.softmax(self._network.logits(torch.from_numpy(pictures)), dim=1)[:, self._good]
        return [Answer(p_defective=1.0 - float(score), heatmap=None) for score in good]


class _GradCam(_Other):
    """Eager torch on the CPU with pytorch-grad-cam at the last layer, as it is commonly done."""

    backend = "torch + pytorch-grad-cam"

    def __init__(self, bundle: Bundle, batch: int) -> None:
        super().__init__(bundle, batch)
        import_torchvision()  # before pytorch-grad-cam imports it by itself
        from pytorch_grad_cam import GradCAM  # seconds
        from torch import nn

        network = _network(bundle)

        class Logits(nn.Module):
            """What Grad-CAM derives: logits alone, without our closed-form maps."""

            def __init__(self) -> None:
                super().__init__()
                self.network = network

            def forward(self, pictures: Any) -> Any:  # noqa: ANN401 - Tensor
                return self.network.logits(pictures)

        self._cam = GradCAM(model=Logits(), target_layers=[network.judged_layer])

    def close(self) -> None:
        self._cam.activations_and_grads.release()

    def _chunk(self, pictures: NDArray[np.float32]) -> list[Answer]:
        import torch  # seconds
        from pytorch_grad_cam.utils.model_targets import ClassifierOutputTarget

        targets = [ClassifierOutputTarget(self._defective)] * len(pictures)
        maps = self._cam(input_tensor=torch.from_numpy(pictures), targets=targets)
        good = torch.softmax(self._cam.outputs.detach(), dim=1)[:, self._good]
        return [
            Answer(p_defective=1.0 - float(score), heatmap=heatmap) for score, heatmap in zip(good, maps, strict=True)
        ]


class _OnnxRuntime(_Other):
    """ONNX Runtime on the CPU with its default options: the same network with its closed-form maps."""

    backend = "onnxruntime"

    def __init__(self, bundle: Bundle, batch: int) -> None:
        super().__init__(bundle, batch)
        import onnxruntime  # optional

        graph = _onnx(_network(bundle), bundle.manifest.preprocessing.input_size)
        self._session: Any = onnxruntime.InferenceSession(graph, providers=["CPUExecutionProvider"])

    def _chunk(self, pictures: NDArray[np.float32]) -> list[Answer]:
        probabilities, maps = self._session.run(None, {"pictures": pictures})
        return [
            Answer(p_defective=1.0 - float(row[self._good]), heatmap=heatmaps[self._defective])
            for row, heatmaps in zip(probabilities, maps, strict=True)
        ]


def _network(bundle: Bundle) -> Any:  # noqa: ANN401 - InspectionNetwork
    """The bundle's network in torch; without weights in it, one of the same shape with random ones."""
    from inspector.vision.network import InspectionNetwork  # torch takes seconds
    from inspector.vision.torch_backend import load_network

    if bundle.weights_path is not None:
        return load_network(bundle)
    manifest = bundle.manifest
    backbone = manifest.backbone if manifest.backbone in JUDGED_LAYER else BACKBONE
    return InspectionNetwork(len(manifest.class_names), manifest.pooling, backbone=backbone).eval()


def _onnx(network: Any, size: int) -> bytes:  # noqa: ANN401 - InspectionNetwork
    """Write the network in ONNX's format, any number of pictures."""
    import torch  # seconds

    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "network.onnx"
        try:
            with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
                # torch's newer exporter needs one more package (onnxscript) and is slower; the older one warns of it
                warnings.simplefilter("ignore")
                torch.onnx.export(
                    network,
                    (torch.zeros(1, 3, size, size),),
                    path,
                    input_names=["pictures"],
                    output_names=["probabilities", "maps"],
                    dynamic_axes={"pictures": {0: "pictures"}},
                    dynamo=False,
                )
        except Exception as error:
            raise ClassifierError(f"torch cannot export this network to ONNX: {error}", "") from error
        return path.read_bytes()
