"""The report of a training or an evaluation: metrics.json, figures, sample predictions and one page that prints."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from inspector.domain.evidence import evidence
from inspector.domain.statistics import CONFIDENCE
from trainer import figures
from trainer.calibration import calibrated, calibration_error, reliability
from trainer.evaluation import DefectFigures, Evaluation, Folds, Growth, LabelAudit, Pointing, Unseen
from trainer.judged import MetricsError, arrays
from trainer.metrics import evaluate
from trainer.report_metrics import Calibration, Metrics, Predicted, Proof, ReportedFinding
from trainer.report_page import page
from trainer.samples import grouped, samples_png, tile_jpeg

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pydantic import JsonValue

    from inspector.domain.rates import Rate
    from inspector.domain.records import Thresholds
    from trainer.evaluation import Suspect
    from trainer.judged import JudgedPicture
    from trainer.protocol import Epoch, Finding
    from trainer.samples import SampleTile


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """What a report is made of; what is empty is left out.

    Args:
        title: Title of the page.
        test: Pictures that chose nothing; at least one.
        validation: Pictures that chose the threshold; none for an evaluation of a finished model.
        temperature: Divisor of the logits that is already in every P(defective) here.
        claim: Escape rate that is to be shown at 95 % confidence.
        escape_cost: Of a defective part that passes.
        reject_cost: Of a good part that is rejected.
        config: The exact configuration.
        counts: Pictures by part of the split, by defect type.
        split: Pictures by part of the split.
        findings: What the audit of the pictures says.
        tiles: Sample predictions, as `trainer.samples.choose_samples` chose them.
        pointing: How well heatmaps point at the defects, by kind of heatmap.
        folds: Of a cross-test; None without one.
        unseen: What happens to a defect type that the training did not have; None where it was not asked.
        labels: Which labels look wrong; None where they were not looked at.
        suspects: JPEG thumbnails of the first of these.
        growth: The model beside those that it goes on from; None where there is none.
        comparison: Sentences about other methods.
        stages: Seconds by stage.
        environment: Versions of libraries, and the hardware.
        warnings: Sentences that the reader must know.
    """

    title: str
    thresholds: Thresholds
    test: Sequence[JudgedPicture]
    validation: Sequence[JudgedPicture] = ()
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
    pointing: Mapping[str, Pointing] = field(default_factory=dict)
    folds: Folds | None = None
    unseen: Unseen | None = None
    labels: LabelAudit | None = None
    suspects: Sequence[bytes] = ()
    growth: Growth | None = None
    comparison: Sequence[str] = ()
    stages: Mapping[str, float] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)
    warnings: Sequence[str] = ()


def proof(escapes: Rate, claim: float) -> Proof:
    """Say what a test shows about escapes.

    Args:
        escapes: Escapes of the test.
        claim: Escape rate, strictly between 0 and 1.
    """
    shown, n = evidence(escapes, claim), escapes.total
    sentence = (
        f"To claim an escape rate of ≤ {100 * claim:.3g} % at {100 * CONFIDENCE:.0f} % you need {shown.needed} "
        f"defective test parts without a miss; there {f'are {n}, with {escapes.count} missed' if n else 'is none'}."
    )
    if n == 0:
        sentence += " This test says nothing about escapes."
    elif shown.shown:
        sentence += " The claim is shown, if the test parts are like those of the line."
    else:
        sentence += f" What this test shows at 95 %: an escape rate of at most {100 * shown.upper:.2g} %."
    return Proof(
        claim=claim, needed=shown.needed, defective=n, escapes=escapes.count, upper=shown.upper, sentence=sentence
    )


def write_report(contents: Contents) -> dict[str, bytes]:
    """Make a report.

    Returns:
        File contents by path: ``report/metrics.json``, ``report/report.html``, and ``report/*.png``; a figure that
        would be empty (ROC with one class only, history without epochs, samples without tiles) is left out.

    Raises:
        MetricsError: If there is no test picture.
    """
    if not contents.test:
        raise MetricsError("a report needs at least one test picture", "Raise the test fraction, or add pictures.")
    metrics = _metrics(contents)
    drawn, threshold = _figures(contents, metrics.test), metrics.test.threshold
    groups = grouped(contents.tiles, threshold)
    if groups:
        drawn["samples"] = samples_png(groups, threshold)
    text = json.dumps(metrics.model_dump(mode="json"), indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    html = page(
        metrics,
        {name: _data_uri(png, "png") for name, png in drawn.items()},
        {kind: [(tile, _data_uri(tile_jpeg(tile, threshold), "jpeg")) for tile in own] for kind, own in groups.items()},
        _suspects(contents),
    )
    if groups:  # beside the page, for the window
        drawn["samples-dark"] = samples_png(groups, threshold, dark=True)
    files = {"report/metrics.json": text.encode(), "report/report.html": html.encode()}
    return files | {f"report/{name}.png": png for name, png in drawn.items()}


# --- inside -----------------------------------------------------------------------------------------------------------


def _metrics(contents: Contents) -> Metrics:
    tested = evaluate(contents.test, contents.thresholds)
    return Metrics(
        title=contents.title,
        threshold=contents.thresholds.fail_at,
        review_from=contents.thresholds.review_from,
        test=tested,
        validation=evaluate(contents.validation, contents.thresholds) if contents.validation else None,
        evidence=proof(tested.confusion.matrix.escapes, contents.claim),
        calibration=_calibration(contents, tested.ece),
        folds=contents.folds,
        unseen=contents.unseen,
        labels=_without_paths(contents.labels),
        growth=contents.growth,
        pointing=dict(contents.pointing),
        comparison=list(contents.comparison),
        counts={part: dict(counts) for part, counts in contents.counts.items()},
        split=dict(contents.split),
        findings=[ReportedFinding(**finding.model_dump(exclude={"kind"})) for finding in contents.findings],
        warnings=list(contents.warnings),
        config=dict(contents.config),
        stages_s=dict(contents.stages),
        environment=dict(contents.environment),
        predictions=[
            Predicted(
                name=picture.name,
                defect=picture.defect,
                category=picture.category,
                p_defective=picture.p_defective,
            )
            for picture in contents.test
        ],
    )


def _without_paths(audit: LabelAudit | None) -> LabelAudit | None:
    if audit is None:
        return None
    return audit.model_copy(update={"suspects": tuple(s.model_copy(update={"path": ""}) for s in audit.suspects)})


def _suspects(contents: Contents) -> list[tuple[Suspect, str]]:
    if contents.labels is None:
        return []
    shown = zip(contents.labels.suspects, contents.suspects, strict=False)  # there are fewer thumbnails
    return [(suspect, _data_uri(jpeg, "jpeg")) for suspect, jpeg in shown]


def _calibration(contents: Contents, ece: float) -> Calibration:
    if contents.temperature is None:
        return Calibration(temperature=None, ece=ece)
    scores, labels = arrays(contents.test)
    before = calibration_error(reliability(calibrated(scores, 1 / contents.temperature), labels))
    return Calibration(temperature=contents.temperature, ece=ece, ece_before=before)


def _figures(contents: Contents, test: Evaluation) -> dict[str, bytes]:
    scores, labels = arrays(contents.test)
    threshold = test.threshold
    held = "FAIL" if threshold == contents.thresholds.fail_at else "REVIEW"
    drawn = {
        "confusion": figures.confusion_matrix(test.confusion, threshold, held),
        "scores": figures.score_distribution(scores, labels, contents.thresholds),
    }
    if 0 < labels.sum() < len(labels):
        drawn["roc"] = figures.roc(scores, labels, threshold)
        drawn["precision_recall"] = figures.precision_recall(scores, labels, threshold)
        costs = {"escape_cost": contents.escape_cost, "reject_cost": contents.reject_cost}
        drawn["cost"] = figures.cost_curve(scores, labels, threshold, **costs)
    parts = {"validation": arrays(contents.validation)} if contents.validation else {}
    drawn["reliability"] = figures.reliability_diagram(parts | {"test": (scores, labels)})
    recalls = {name: row.found for name, row in test.per_defect_type.items() if isinstance(row, DefectFigures)}
    if recalls:
        drawn["recall_by_type"] = figures.recall_by_type(recalls)
    if contents.history:
        drawn["history"] = figures.history(contents.history)
    return drawn


def _data_uri(file: bytes, kind: str) -> str:
    return f"data:image/{kind};base64,{base64.b64encode(file).decode()}"
