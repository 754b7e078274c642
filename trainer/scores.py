"""What a bundle keeps of the scores of its labelled pictures, so that its operating point can be chosen anew."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.vision.scores import DEFECTIVE, GOOD, OUT_OF_FOLD, PictureScore, ScorePart, scores_csv
from trainer.dataset import TEST, VAL

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trainer.dataset import Dataset, Sample
    from trainer.gate import Made
    from trainer.judge import JudgedPictures


def kept_scores(dataset: Dataset, made: Made, tested: JudgedPictures) -> bytes:
    """Return the content of the bundle's `inspector.vision.scores.SCORES_FILE`.

    Validation pictures have the score that the exported model gave them in the precision that the line will use; where
    the method learnt from them in the end, as ``head`` does, the score from before, out of fold.

    Args:
        dataset: Already split.
        made: The model, with what it says of validation.
        tested: What it says of the test.
    """
    validation = dataset.of(VAL)
    precision: str = made.precision
    if [picture.name for picture in made.trained.judged] == [sample.name for sample in validation]:
        rows = _rows(validation, made.judged[made.precision].tolist(), ScorePart.VALIDATION, precision)
    else:
        rows = _rows(made.trained.judged, made.scores.tolist(), ScorePart.VALIDATION, OUT_OF_FOLD)
    rows += _rows(dataset.of(TEST), tested.scores().tolist(), ScorePart.TEST, precision)
    return scores_csv(rows)


def _rows(samples: Sequence[Sample], scores: Sequence[float], part: ScorePart, how: str) -> list[PictureScore]:
    return [
        PictureScore(
            path=sample.name,
            label=DEFECTIVE if sample.defective else GOOD,
            defect_type=sample.defect,
            category=sample.category,
            part=part,
            how=how,
            p_defective=min(1.0, max(0.0, score)),
            sha256=sample.sha256,
        )
        for sample, score in zip(samples, scores, strict=True)
    ]
