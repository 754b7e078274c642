"""Measures pictures per second, verdict and heatmap included, beside eager torch with pytorch-grad-cam."""

from __future__ import annotations

import os
import statistics
import time
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from inspector.domain.errors import ClassifierError
from inspector.vision.backends import list_devices, load_classifier, load_reference
from inspector.vision.preprocess import preprocess
from inspector.vision.torchvision_compat import import_torchvision

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from inspector.domain.records import Image
    from inspector.vision.bundle import Bundle
    from inspector.vision.classifier import Classifier

_BATCH = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class BenchmarkRow:
    """One way of judging the pictures.

    Args:
        backend: "openvino", "torch" or "torch + pytorch-grad-cam" (the reference).
        device: The hardware.
        precision: "fp32", "bf16", "fp16" or "int8".
        batch: Pictures per call, 1 or 8.
        images_per_s: Median over the rounds, preprocessing included.
        ms_per_image: The same as a time.
        verdict_flips: Pictures whose verdict differs from the reference's at the bundle's threshold; None where the
            bundle has no weights to build the reference from.
        largest_difference: Of P(defective) to the reference's; None likewise.
    """

    backend: str
    device: str
    precision: str
    batch: int
    images_per_s: float
    ms_per_image: float
    verdict_flips: int | None
    largest_difference: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BenchmarkReport:
    """All rows and what they come to.

    Args:
        model: The bundle's name.
        images: Number of pictures.
        rounds: How often each was judged, all contenders in turn within a round.
        input_size: Side of the network's input, pixels.
        cpu_count: Cores that this process may use.
        rows: One per contender, the reference last.
        best_images_per_s: Of our fastest row.
        reference_images_per_s: Of the reference's faster row.
        ratio: Best over reference, median of the rounds' own ratios.
        verdict_flips: Of our fastest row; None as in `BenchmarkRow`.
        note: What must be known to read the figures; empty mostly.
    """

    model: str
    images: int
    rounds: int
    input_size: int
    cpu_count: int
    rows: tuple[BenchmarkRow, ...]
    best_images_per_s: float
    reference_images_per_s: float
    ratio: float
    verdict_flips: int | None
    note: str

    def as_dict(self) -> dict[str, Any]:
        """The report as plain values for JSON."""
        return asdict(self)


class _Contender(Protocol):
    backend: str
    device: str
    precision: str
    batch: int
    reference: bool

    def judge(self, images: Sequence[Image]) -> list[float]:
        """Return P(defective) of every picture; the heatmap is computed too."""
        ...

    def close(self) -> None: ...


class _Ours:
    """A classifier, one picture at a time or in batches."""

    reference = False

    def __init__(self, classifier: Classifier, batch: int) -> None:
        self._classifier = classifier
        self.batch = batch
        identity = classifier.identity
        self.backend, self.device, self.precision = identity.backend, identity.device, identity.precision

    def judge(self, images: Sequence[Image]) -> list[float]:
        if self.batch > 1:
            predictions = self._classifier.predict_batch(images)
        else:
            predictions = [self._classifier.predict(image) for image in images]
        return [prediction.p_defective for prediction in predictions]

    def close(self) -> None:
        self._classifier.close()


class _GradCamReference:
    """Eager torch on the CPU with pytorch-grad-cam at layer4, as it is commonly done; it shares our preprocessing."""

    reference = True
    backend, device, precision = "torch + pytorch-grad-cam", "CPU", "fp32"

    def __init__(self, bundle: Bundle, batch: int) -> None:
        import_torchvision()  # before pytorch-grad-cam imports it by itself
        from pytorch_grad_cam import GradCAM  # noqa: PLC0415 - seconds
        from torch import nn  # noqa: PLC0415

        from inspector.vision.network import InspectionNetwork  # noqa: PLC0415
        from inspector.vision.torch_backend import load_network  # noqa: PLC0415

        manifest = bundle.manifest
        if bundle.weights_path is not None:
            network = load_network(bundle)
        else:
            network = InspectionNetwork(len(manifest.class_names), manifest.pooling).eval()

        class Logits(nn.Module):
            """What Grad-CAM derives: logits alone, without our closed-form maps."""

            def __init__(self) -> None:
                super().__init__()
                self.network = network

            def forward(self, pictures: Any) -> Any:  # noqa: ANN401 - Tensor
                return self.network.logits(pictures)

        self.batch = batch
        self._manifest = manifest
        self._cam = GradCAM(model=Logits(), target_layers=[network.layer4[-1]])

    def judge(self, images: Sequence[Image]) -> list[float]:
        scores: list[float] = []
        for first in range(0, len(images), self.batch):
            scores += self._judge_chunk(images[first : first + self.batch])
        return scores

    def close(self) -> None:
        self._cam.activations_and_grads.release()

    def _judge_chunk(self, images: Sequence[Image]) -> list[float]:
        import torch  # noqa: PLC0415 - seconds
        from pytorch_grad_cam.utils.model_targets import ClassifierOutputTarget  # noqa: PLC0415

        manifest = self._manifest
        defective = next(i for i in range(len(manifest.class_names)) if i != manifest.good_index)
        pictures = torch.from_numpy(np.stack([preprocess(image, manifest.preprocessing) for image in images]))
        self._cam(input_tensor=pictures, targets=[ClassifierOutputTarget(defective)] * len(images))
        good = torch.softmax(self._cam.outputs.detach(), dim=1)[:, manifest.good_index]
        return [float(score) for score in 1.0 - good]


def run_benchmark(
    bundle: Bundle, images: Sequence[Image], *, rounds: int = 5, progress: Callable[[int, int, str], None] | None = None
) -> BenchmarkReport:
    """Judge the same pictures with every back end and precision of this machine and with the reference.

    All contenders take turns within every round, so that a change of the machine's speed meets all alike. A bundle
    without weights is compared with a network of the same shape and random weights, for speed alone.

    Args:
        bundle: A verified bundle.
        images: One picture or more.
        rounds: One or more.
        progress: Told before every measurement of the rounds done, the rounds in all, and what is measured.

    Raises:
        BundleError: If the bundle cannot be used.
        ClassifierError: If a network fails, or there is no picture.
    """
    if not images or rounds < 1:
        raise ClassifierError("a benchmark needs a picture and a round", "Name a folder with pictures.")
    contenders = _contenders(bundle)
    times: list[list[float]] = [[] for _ in contenders]
    scores: list[list[float]] = [[] for _ in contenders]
    try:
        for contender in contenders:  # the first call compiles and chooses kernels
            contender.judge(images[: contender.batch])
        for number in range(rounds):
            for index, contender in enumerate(contenders):
                if progress is not None:
                    progress(number, rounds, f"{contender.backend} {contender.precision} × {contender.batch}")
                start = time.perf_counter()
                scores[index] = contender.judge(images)
                times[index].append((time.perf_counter() - start) / len(images))
    finally:
        for contender in contenders:
            contender.close()
    return _report(bundle, images, contenders, times, scores)


def _contenders(bundle: Bundle) -> list[_Contender]:
    """Every device and precision of this machine, and the reference, one at a time and in batches."""
    found: list[_Contender] = []
    int8 = bundle.manifest.graph_precision == "int8"
    for device in list_devices():
        if device.name == "cuda" and bundle.weights_path is None:
            continue
        for precision in ("int8",) if int8 and device.backend == "openvino" else device.precisions:
            classifier = load_classifier(bundle, device.name, precision)
            found += [_Ours(classifier, 1), _Ours(classifier, _BATCH)]
    if bundle.weights_path is not None:
        found.append(_Ours(load_reference(bundle), 1))
    return [*found, _GradCamReference(bundle, 1), _GradCamReference(bundle, _BATCH)]


def _report(
    bundle: Bundle,
    images: Sequence[Image],
    contenders: Sequence[_Contender],
    times: Sequence[list[float]],
    scores: Sequence[list[float]],
) -> BenchmarkReport:
    comparable = bundle.weights_path is not None
    fail_at = bundle.manifest.thresholds.fail_at
    truth = scores[-1]
    rows = []
    for contender, spent, given in zip(contenders, times, scores, strict=True):
        flips = sum((a >= fail_at) != (b >= fail_at) for a, b in zip(given, truth, strict=True))
        rows.append(
            BenchmarkRow(
                backend=contender.backend,
                device=contender.device,
                precision=contender.precision,
                batch=contender.batch,
                images_per_s=1.0 / statistics.median(spent),
                ms_per_image=1e3 * statistics.median(spent),
                verdict_flips=flips if comparable else None,
                largest_difference=max(abs(a - b) for a, b in zip(given, truth, strict=True)) if comparable else None,
            )
        )
    ours = max((i for i, c in enumerate(contenders) if not c.reference), key=lambda i: rows[i].images_per_s)
    reference = max((i for i, c in enumerate(contenders) if c.reference), key=lambda i: rows[i].images_per_s)
    ratios = [slow / fast for slow, fast in zip(times[reference], times[ours], strict=True)]
    note = "The bundle has no weights; the reference has random ones and shows its speed alone."
    return BenchmarkReport(
        model=bundle.manifest.name,
        images=len(images),
        rounds=len(times[0]),
        input_size=bundle.manifest.preprocessing.input_size,
        cpu_count=len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1,
        rows=tuple(rows),
        best_images_per_s=rows[ours].images_per_s,
        reference_images_per_s=rows[reference].images_per_s,
        ratio=statistics.median(ratios),
        verdict_flips=rows[ours].verdict_flips,
        note="" if comparable else note,
    )
