"""What a report says in numbers: the content of ``metrics.json``."""

from __future__ import annotations

from pydantic import JsonValue

from trainer.evaluation import Evaluation, Folds, Growth, JsonRecord, LabelAudit, Pointing, Unseen


class Proof(JsonRecord):
    """What the test allows to be claimed about escapes; see `inspector.domain.evidence.Evidence`."""

    claim: float
    needed: int  #: defective test parts that show it when none is missed
    defective: int  #: defective test parts that there are
    escapes: int
    upper: float
    sentence: str  #: all that, for the reader


class Calibration(JsonRecord):
    """How far the probabilities can be taken at their word."""

    temperature: float | None
    ece: float
    ece_before: float | None = None  #: before the logits were divided by the temperature


class Predicted(JsonRecord):
    """One test picture."""

    name: str
    defect: str
    category: str
    p_defective: float


class ReportedFinding(JsonRecord):
    """A `Finding` without its kind."""

    severity: str
    code: str
    what: str
    action: str
    files: list[str]


class Metrics(JsonRecord):
    """The content of ``metrics.json``: names of pictures, no paths of this machine."""

    title: str
    threshold: float
    review_from: float | None
    test: Evaluation
    validation: Evaluation | None
    evidence: Proof
    calibration: Calibration
    folds: Folds | None
    unseen: Unseen | None
    labels: LabelAudit | None
    growth: Growth | None
    pointing: dict[str, Pointing]
    comparison: list[str]
    counts: dict[str, dict[str, int]]
    split: dict[str, int]
    findings: list[ReportedFinding]
    warnings: list[str]
    config: dict[str, JsonValue]
    stages_s: dict[str, float]
    environment: dict[str, str]
    predictions: list[Predicted]
