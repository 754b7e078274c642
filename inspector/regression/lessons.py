"""Pictures to be learned and locked parts: what is locked is learnt from only after it was released with a reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.review.manifest import training_manifest

if TYPE_CHECKING:
    from pathlib import Path

    from inspector.outputs.regression_log import LockedPart
    from inspector.regression.locked import RegressionSet
    from inspector.review.learning import LearningSet
    from inspector.review.manifest import TrainingManifest


def locked_lessons(regression: RegressionSet, learning: LearningSet) -> list[LockedPart]:
    """Lock what was confirmed since, and return the locked parts that are among a recipe's pictures to be learned.

    Raises:
        LogError: If the log cannot be read or written.
        RegressionError: If a picture cannot be copied.
        LearningError: If the set to be learned cannot be read.
    """
    regression.update(learning.recipe)
    wanted = {lesson.sha256 for lesson in learning.lessons() if not lesson.for_test}
    parts = regression.parts(learning.recipe)
    return [part for part in parts if not part.released and wanted.intersection(part.hashes)]


def manifest_of(regression: RegressionSet, learning: LearningSet, model: Path | None) -> TrainingManifest:
    """Write what a model is trained anew on, without what is locked; see `training_manifest`.

    Raises:
        LogError: If the log cannot be read or written.
        RegressionError: If a picture cannot be copied.
        LearningError: If nothing is left to be learned, or it cannot be written.
    """
    regression.update(learning.recipe)
    locked = {digest for part in regression.parts() if not part.released for digest in part.hashes}
    return training_manifest(learning, model, locked=locked)
