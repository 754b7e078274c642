"""From a trained network to a bundle with its report."""

from __future__ import annotations

import html
import json
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import inspector
from inspector.domain.records import Thresholds
from inspector.vision.bundle import Bundle, ManifestFields, write_bundle
from inspector.vision.export import export_openvino
from inspector.vision.graph import TORCH_WEIGHTS_FILE
from inspector.vision.weights import save_weights
from trainer.dataset import GOOD, TEST, Dataset

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from inspector.vision.network import InspectionNetwork
    from inspector.vision.preprocess import Preprocessing
    from trainer.protocol import TrainRequest

CLASSES = (GOOD, "defective")


def write_model(  # noqa: PLR0913 - everything that a report says
    request: TrainRequest,
    network: InspectionNetwork,
    preprocessing: Preprocessing,
    dataset: Dataset,
    *,
    threshold: float,
    strength: float,
    backbone_file: str,
    on_validation: dict[str, Any],
    on_test: dict[str, Any],
    scores: NDArray[np.float64],
) -> Bundle:
    """Write the bundle in one step.

    Args:
        request: What was asked for.
        network: Trained.
        preprocessing: As it was trained.
        dataset: Split.
        threshold: From the validation folds.
        strength: Of the chosen head.
        backbone_file: Name of the weights' file.
        on_validation: Figures, see `trainer.evaluate.evaluate`.
        on_test: Figures, likewise.
        scores: (N,) P(defective) of the test pictures, in the order of the data set.

    Raises:
        BundleError: If it cannot be written.
    """
    out = Path(request.out)
    training: dict[str, Any] = {
        "method": request.method,
        "seed": request.seed,
        "backbone_file": backbone_file,
        "regularisation": strength,
        "counts": dataset.counts(),
    }
    fields = ManifestFields(
        name=out.name,
        created=datetime.now(UTC).replace(microsecond=0),
        class_names=CLASSES,
        good_class=GOOD,
        preprocessing=preprocessing,
        thresholds=Thresholds(fail_at=round(threshold, 6)),
        data_fingerprint=dataset.fingerprint(),
        metrics={"validation": on_validation, "test": on_test},
        training=training,
        software_version=inspector.__version__,
    )
    report = {"training": training, "threshold": threshold, "validation": on_validation, "test": on_test}
    tested = [
        {"path": sample.name, "defect_type": sample.defect, "p_defective": round(float(score), 6)}
        for sample, score in zip(dataset.of(TEST), scores, strict=True)
    ]
    with tempfile.TemporaryDirectory(prefix="trainer-") as folder:
        graph, graph_weights = export_openvino(network, preprocessing, Path(folder))
        weights = Path(folder) / TORCH_WEIGHTS_FILE
        save_weights(network, weights)
        files: dict[str, Path | bytes] = {
            graph.name: graph,
            graph_weights.name: graph_weights,
            TORCH_WEIGHTS_FILE: weights,
            "report/report.json": (json.dumps({**report, "tested": tested}, indent=2) + "\n").encode(),
            "report/split.csv": dataset.split_csv().encode("utf-8", "backslashreplace"),
            "report/report.html": _page(out.name, report).encode(),
        }
        return write_bundle(out, fields, files, overwrite=request.replace)


def _page(name: str, report: dict[str, Any]) -> str:
    """Return the report as one HTML page without anything from elsewhere."""
    confusion = report["test"]["confusion"]
    rows = "".join(
        f"<tr><th>{html.escape(key)}</th><td>{_number(report['validation'][key])}</td><td>{_number(value)}</td></tr>"
        for key, value in report["test"].items()
        if not isinstance(value, dict)
    )
    counts = "".join(
        f"<tr><th>{html.escape(part)}</th><td>{html.escape(_listed(kinds))}</td></tr>"
        for part, kinds in report["training"]["counts"].items()
    )
    return (
        f"<!doctype html><html lang=en><meta charset=utf-8><title>{html.escape(name)}</title>"
        "<style>body{font:15px sans-serif;max-width:46em;margin:2em auto}table{border-collapse:collapse;margin:1em 0}"
        "th,td{border:1px solid silver;padding:.4em .8em;text-align:left}</style>"
        f"<h1>Model {html.escape(name)}</h1><p>Threshold {report['threshold']:.4f} on P(defective), chosen on "
        "validation folds. The test part was looked at once, after everything was chosen.</p>"
        f"<h2>Pictures</h2><table>{counts}</table>"
        "<h2>Confusion matrix, test</h2><table><tr><th></th><th>judged good</th><th>judged defective</th></tr>"
        f"<tr><th>good</th><td>{confusion['good_passed']}</td><td>{confusion['good_rejected']}</td></tr>"
        f"<tr><th>defective</th><td>{confusion['defective_passed']}</td><td>{confusion['defective_found']}</td></tr>"
        f"</table><h2>Figures</h2><table><tr><th></th><th>validation</th><th>test</th></tr>{rows}</table></html>\n"
    )


def _listed(kinds: dict[str, int]) -> str:
    return ", ".join(f"{count} {kind}" for kind, count in kinds.items())


def _number(value: Any) -> str:  # noqa: ANN401 - any figure
    if isinstance(value, list):
        return " to ".join(f"{one:.4f}" for one in value)
    return f"{value:.4f}" if isinstance(value, float) else html.escape(str(value))
