"""From a trained network to a bundle: the gate that the exported graph must pass, and the files."""

from __future__ import annotations

import importlib.metadata
import json
import os
import platform
import tempfile
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

import inspector
from inspector.domain.errors import BundleError
from inspector.domain.records import Thresholds
from inspector.pictures import read_picture
from inspector.vision.bundle import Bundle, ManifestFields, write_bundle
from inspector.vision.export import export_openvino
from inspector.vision.graph import TORCH_WEIGHTS_FILE
from inspector.vision.network import InspectionNetwork
from inspector.vision.preprocess import preprocess
from inspector.vision.weights import save_weights
from trainer.dataset import DEFECTIVE, GOOD

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from trainer.dataset import Dataset, Sample
    from trainer.methods import Trained
    from trainer.protocol import TrainRequest

CLASSES = (GOOD, DEFECTIVE)
#: Largest difference of P(defective) between the exported graph at the line's precision and torch in float32.
TOLERANCE = 0.05
_BATCH = 16
_PACKAGES = ("torch", "torchvision", "openvino", "numpy", "opencv-python-headless", "scikit-learn")


@contextmanager
def exported(
    trained: Trained, dataset: Dataset, request: TrainRequest, *, fail_at: float, review_from: float | None
) -> Iterator[tuple[Bundle, dict[str, Path | bytes], ManifestFields]]:
    """Export into a temporary bundle, which is gone afterwards; the final one gets its files and the report.

    Args:
        trained: The network.
        dataset: Split.
        request: What was asked for.
        fail_at: Threshold.
        review_from: Where review begins; None for no band.

    Yields:
        A bundle that can be loaded, its files, and what its manifest says.
    """
    out = Path(request.out)
    fields = ManifestFields(
        name=out.name,
        created=datetime.now(UTC).replace(microsecond=0),
        class_names=CLASSES,
        good_class=GOOD,
        preprocessing=trained.preprocessing,
        thresholds=Thresholds(
            fail_at=round(fail_at, 6), review_from=None if review_from is None else round(review_from, 6)
        ),
        backbone=trained.trunk,
        pooling=trained.plan.pooling,
        data_fingerprint=dataset.fingerprint(),
        software_version=inspector.__version__,
    )
    with tempfile.TemporaryDirectory(prefix="trainer-") as folder:
        graph, graph_weights = export_openvino(trained.network, trained.preprocessing, Path(folder))
        files: dict[str, Path | bytes] = {graph.name: graph, graph_weights.name: graph_weights}
        if isinstance(trained.network, InspectionNetwork):
            weights = Path(folder) / TORCH_WEIGHTS_FILE
            save_weights(trained.network, weights)
            files[TORCH_WEIGHTS_FILE] = weights
        yield write_bundle(Path(folder) / "bundle", fields, files), files, fields


def check_same(
    trained: Trained, samples: Sequence[Sample], scores: NDArray[np.float64], thresholds: Thresholds
) -> float:
    """Hold the exported graph's scores against the torch network's.

    Args:
        trained: The network, in torch.
        samples: Validation pictures.
        scores: (N,) what the exported graph says of them at the line's precision.
        thresholds: Operating point.

    Returns:
        The largest difference of P(defective).

    Raises:
        BundleError: If a verdict differs, or a probability by more than `TOLERANCE`; the text names the picture.
    """
    expected = torch_scores(trained.network, samples, trained)
    worst = 0.0
    for sample, here, there in zip(samples, expected, scores, strict=True):
        flips = _verdict(here, thresholds) != _verdict(there, thresholds)
        if flips or abs(here - there) > TOLERANCE:
            why = "judges otherwise" if flips else f"differs by more than {TOLERANCE:g}"
            raise BundleError(
                f"the exported graph {why} on {sample.path}: P(defective) {there:.4f}, in training {here:.4f}; "
                f"the threshold is {thresholds.fail_at:.4f}",
                "Nothing was written. Train again with another seed, or report this with the picture.",
            )
        worst = max(worst, abs(here - there))
    return worst


def torch_scores(network: torch.nn.Module, samples: Sequence[Sample], trained: Trained) -> NDArray[np.float64]:
    """Return (N,) P(defective) in torch, float32."""
    network.eval()
    found = []
    with torch.inference_mode():
        for first in range(0, len(samples), _BATCH):
            group = [preprocess(read_picture(s.path), trained.preprocessing) for s in samples[first : first + _BATCH]]
            probabilities, _ = network(torch.from_numpy(np.stack(group)))
            found.append(1.0 - probabilities[:, 0].double().numpy())
    return np.concatenate(found)


def write_final(
    request: TrainRequest,
    fields: ManifestFields,
    files: Mapping[str, Path | bytes],
    report: Mapping[str, bytes],
    *,
    metrics: dict[str, Any],
    training: dict[str, Any],
) -> Bundle:
    """Write the bundle in one step.

    Args:
        request: Where to.
        fields: As exported.
        files: As exported.
        report: Files of the report, the split among them.
        metrics: For the manifest.
        training: For the manifest.

    Raises:
        BundleError: If it cannot be written.
    """
    described = fields.model_copy(update={"metrics": metrics, "training": training})
    extra = {"report/environment.json": (json.dumps(environment(), indent=2) + "\n").encode()}
    return write_bundle(Path(request.out), described, {**files, **report, **extra}, overwrite=request.replace)


def environment() -> dict[str, str]:
    """Return versions and hardware."""
    found = {name: importlib.metadata.version(name) for name in _PACKAGES if _installed(name)}
    return found | {
        "inspector": inspector.__version__,
        "python": platform.python_version(),
        "system": platform.platform(),
        "processor": f"{platform.machine()}, {os.cpu_count()} logical cores",
        "cuda": torch.cuda.get_device_name(0) if torch.cuda.is_available() else "none",
    }


def _installed(name: str) -> bool:
    try:
        importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return False
    return True


def _verdict(score: float, thresholds: Thresholds) -> str:
    if score >= thresholds.fail_at:
        return "fail"
    return "review" if thresholds.review_from is not None and score >= thresholds.review_from else "pass"
