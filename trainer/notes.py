"""What a bundle's manifest says of how the model was made, and how it was tested."""

from __future__ import annotations

from trainer.evaluation import Evaluation, Growth, JsonRecord, Unseen
from trainer.protocol import MethodName, Parent, TrainRequest


class EvaluationNote(JsonRecord):
    """The figures of both parts that were not learnt from."""

    validation: Evaluation
    test: Evaluation
    unseen: Unseen | None = None
    growth: Growth | None = None


class TrainingNote(JsonRecord):
    """How the model was made."""

    method: MethodName
    seed: int
    backbone_file: str  #: name of the file of the backbone's weights; empty for a baseline
    setting: str  #: for a reader
    temperature: float  #: divisor of the logits
    precision: str  #: what the line will use by default
    counts: dict[str, dict[str, int]]  #: pictures by part of the split, by defect type
    request: TrainRequest
    parent: Parent | None = None  #: the model that it goes on from
