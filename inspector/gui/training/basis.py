"""What a training of chosen pictures goes on from: a model, its split, and labels that people have judged."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from inspector.domain.class_words import ClassWords
from inspector.vision.bundle import MANIFEST_FILE
from inspector.vision.learnt import SPLIT_FILE

if TYPE_CHECKING:
    from inspector.runs.trainings import Training
    from trainer.protocol import TrainRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """See the module; it holds for the pictures that it was given with.

    Args:
        parent: Folder of the model that the new one must be no worse than; empty for none.
        split: The split that is used again; empty for a new one.
        corrections: File of judged labels; empty for none.
        said: What the user has said of words of folders or table.
        goes_on: The training that has tried some of it; None for none.
        words: All this, for a reader.
    """

    parent: str = ""
    split: str = ""
    corrections: str = ""
    said: ClassWords = field(default_factory=ClassWords)
    goes_on: Training | None = None
    words: str = ""


def grown_from(model: str) -> Basis:
    """Return the basis of a training that goes on from a model's folder; an empty one is none."""
    return Basis(parent=model, words=f"Goes on from {Path(model).name}." if model else "")


def with_labels(training: Training, corrections: str) -> Basis:
    """Return the basis of the training of the same pictures with labels that were judged; called on the worker.

    The pictures keep their parts, so that both models are tested on the same ones; those added since are split too.
    """
    request = training.request
    bundle = Path(request.out if training.result is None else training.result.bundle)
    split = bundle / SPLIT_FILE
    return Basis(
        parent=str(bundle) if (bundle / MANIFEST_FILE).is_file() else request.parent,
        split=str(split) if split.is_file() else request.split,
        corrections=corrections,
        said=request.words,
        words=f"With the labels that were judged; the test pictures stay those of {training.name}.",
    )


def with_the_rest(training: Training) -> tuple[TrainRequest, Basis]:
    """Return what is asked for to try what a training's budget did not reach, and its basis: the same pictures.

    What was asked for otherwise stays, so that what was tried need not be tried again.
    """
    request, result = training.request, training.result
    assert result is not None
    changes: dict[str, object] = {"budget_s": max(request.budget_s, result.effort_for_all_s or 0.0)}
    if result.unseen is not None and result.unseen.effort_s is not None:
        changes["unseen"] = "yes"
    return request.model_copy(update=changes), Basis(
        parent=request.parent,
        split=request.split,
        corrections=request.corrections,
        said=request.words,
        goes_on=training,
        words=f"Tries what {training.name} did not; what that has tried is not trained again.",
    )
