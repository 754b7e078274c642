"""The report of a training or an evaluation: metrics.json, figures, sample predictions and one page that prints."""

from __future__ import annotations

import base64
import json
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

from scipy.stats import beta

from inspector.domain.policy import rejected
from inspector.domain.statistics import parts_needed
from trainer import figures
from trainer.metrics import MetricsError, arrays, calibrated, evaluate, expected_calibration_error
from trainer.report_page import page
from trainer.samples import grouped, samples_png, tile_jpeg

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pydantic import JsonValue

    from trainer.metrics import Judged
    from trainer.protocol import Epoch, Finding
    from trainer.samples import SampleTile

CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """What a report is made of; what is empty is left out.

    Args:
        title: Of the page.
        threshold: A P(defective) of at least this is rejected.
        test: Pictures that chose nothing; at least one.
        validation: Pictures that chose the threshold; none for an evaluation of a finished model.
        review_from: Where review begins.
        temperature: Divisor of the logits that is already in every P(defective) here.
        claim: Escape rate that is to be shown at 95 % confidence.
        escape_cost: Of a defective part that passes.
        reject_cost: Of a good part that is rejected.
        config: The exact configuration.
        counts: Pictures by part of the split, by defect type.
        split: Pictures by part of the split.
        findings: Of the audit.
        history: Epochs.
        tiles: Sample predictions, as `trainer.samples.choose_samples` chose them.
        pointing: `trainer.pointing.pointing`'s result, by kind of heatmap.
        folds: Mean, sd and values over the folds, by figure.
        comparison: Sentences about other methods.
        stages: Seconds by stage.
        environment: Versions, hardware.
        warnings: Sentences that the reader must know.
    """

    title: str
    threshold: float
    test: Sequence[Judged]
    validation: Sequence[Judged] = ()
    review_from: float | None = None
    temperature: float | None = None
    claim: float = 0.01
    escape_cost: float = 10.0
    reject_cost: float = 1.0
    config: Mapping[str, JsonValue] = field(default_factory=dict)
    counts: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    split: Mapping[str, int] = field(default_factory=dict)
    findings: Sequence[Finding] = ()
    history: Sequence[Epoch] = ()
    tiles: Sequence[SampleTile] = ()
    pointing: Mapping[str, Mapping[str, JsonValue]] = field(default_factory=dict)
    folds: Mapping[str, JsonValue] = field(default_factory=dict)
    comparison: Sequence[str] = ()
    stages: Mapping[str, float] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)
    warnings: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the test allows to be claimed about escapes.

    Args:
        claim: Escape rate that is to be shown.
        needed: Defective test parts that show it when none is missed.
        defective: Defective test parts that there are.
        escapes: How many of them were missed.
        upper: Exact one-sided 95 % bound of the escape rate (Clopper and Pearson, 1934).
        sentence: All that, for the reader.
    """

    claim: float
    needed: int
    defective: int
    escapes: int
    upper: float
    sentence: str


def evidence(judged: Sequence[Judged], threshold: float, claim: float) -> Evidence:
    """Say what a test shows about escapes.

    Args:
        judged: Of the test.
        threshold: Of rejection.
        claim: Escape rate, strictly between 0 and 1.
    """
    needed = parts_needed(claim, CONFIDENCE)
    defective = [picture for picture in judged if picture.defective]
    escapes = int((~rejected([one.p_defective for one in defective], threshold)).sum())
    n = len(defective)
    upper = 1.0 if escapes == n else float(beta.ppf(CONFIDENCE, escapes + 1, n - escapes))
    percent, sure = f"{100 * claim:.3g} %", f"{100 * CONFIDENCE:.0f} %"
    sentence = (
        f"To claim an escape rate of ≤ {percent} at {sure} you need {needed} defective test parts without a miss; "
        f"there are {n}, with {escapes} missed."
    )
    if n == 0:
        sentence += " This test says nothing about escapes."
    elif upper <= claim * (1 + 1e-9):
        sentence += " The claim is shown, if the test parts are like those of the line."
    else:
        sentence += f" What this test shows at 95 %: an escape rate of at most {100 * upper:.2g} %."
    return Evidence(claim, needed, n, escapes, upper, sentence)


def write_report(contents: Contents) -> dict[str, bytes]:
    """Make a report.

    Args:
        contents: What it is made of.

    Returns:
        File contents by path: ``report/metrics.json``, ``report/report.html``, and ``report/*.png``; a figure that
        would be empty (ROC with one class only, history without epochs, samples without tiles) is left out.

    Raises:
        MetricsError: If there is no test picture.
    """
    if not contents.test:
        raise MetricsError("a report needs at least one test picture", "Raise the test fraction, or add pictures.")
    metrics = _metrics(contents)
    drawn = _figures(contents, metrics)
    groups = grouped(contents.tiles, contents.threshold)
    if groups:
        drawn["samples"] = samples_png(groups, contents.threshold)
    text = json.dumps(metrics, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    html = page(
        metrics,
        {name: _data_uri(png, "png") for name, png in drawn.items()},
        {
            kind: [(tile, _data_uri(tile_jpeg(tile, contents.threshold), "jpeg")) for tile in own]
            for kind, own in groups.items()
        },
    )
    files = {"report/metrics.json": text.encode(), "report/report.html": html.encode()}
    return files | {f"report/{name}.png": png for name, png in drawn.items()}


# --- inside -----------------------------------------------------------------------------------------------------------


def _metrics(contents: Contents) -> dict[str, JsonValue]:
    """Return the content of metrics.json; names of pictures, no paths of this machine."""
    tested = evaluate(contents.test, contents.threshold, contents.review_from)
    validated = evaluate(contents.validation, contents.threshold, contents.review_from) if contents.validation else None
    calibration: dict[str, JsonValue] = {"temperature": contents.temperature, "ece": tested["ece"]}
    if contents.temperature is not None:
        scores, labels = arrays(contents.test)
        calibration["ece_before"] = expected_calibration_error(calibrated(scores, 1 / contents.temperature), labels)
    return {
        "title": contents.title,
        "threshold": contents.threshold,
        "review_from": contents.review_from,
        "test": tested,
        "validation": validated,
        "evidence": asdict(evidence(contents.test, contents.threshold, contents.claim)),
        "calibration": calibration,
        "folds": dict(contents.folds),
        "pointing": {name: dict(found) for name, found in contents.pointing.items()},
        "comparison": list(contents.comparison),
        "counts": {part: dict(counts) for part, counts in contents.counts.items()},
        "split": dict(contents.split),
        "findings": [finding.model_dump(mode="json", exclude={"kind"}) for finding in contents.findings],
        "warnings": list(contents.warnings),
        "config": dict(contents.config),
        "stages_s": dict(contents.stages),
        "environment": dict(contents.environment),
        "predictions": [
            {"name": one.name, "defect": one.defect, "category": one.category, "p_defective": one.p_defective}
            for one in contents.test
        ],
    }


def _figures(contents: Contents, metrics: Mapping[str, JsonValue]) -> dict[str, bytes]:
    scores, labels = arrays(contents.test)
    threshold, tested = contents.threshold, metrics["test"]
    assert isinstance(tested, dict)
    confusion, types = tested["confusion"], tested["per_defect_type"]
    assert isinstance(confusion, dict)
    assert isinstance(types, dict)
    drawn = {
        "confusion": figures.confusion_matrix({name: int(str(count)) for name, count in confusion.items()}, threshold),
        "scores": figures.score_distribution(scores, labels, threshold, contents.review_from),
    }
    if 0 < labels.sum() < len(labels):
        drawn["roc"] = figures.roc(scores, labels, threshold)
        drawn["precision_recall"] = figures.precision_recall(scores, labels, threshold)
        costs = {"escape_cost": contents.escape_cost, "reject_cost": contents.reject_cost}
        drawn["cost"] = figures.cost_curve(scores, labels, threshold, **costs)
    parts = {"validation": arrays(contents.validation)} if contents.validation else {}
    drawn["reliability"] = figures.reliability_diagram(parts | {"test": (scores, labels)})
    rows = {
        name: (int(str(one["rejected"])), int(str(one["pictures"])))
        for name, one in types.items()
        if isinstance(one, dict) and "recall" in one
    }
    if rows:
        drawn["recall_by_type"] = figures.recall_by_type(rows)
    if contents.history:
        drawn["history"] = figures.history(contents.history)
    return drawn


def _data_uri(file: bytes, kind: str) -> str:
    return f"data:image/{kind};base64,{base64.b64encode(file).decode()}"
