"""What a bundle keeps of the scores of its labelled pictures, so that its operating point can be chosen anew."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from inspector.vision.scores import DEFECTIVE, GOOD, OUT_OF_FOLD, PictureScore, ScorePart, scores_csv
from trainer.dataset import TEST, VAL
from trainer.protocol import Progress

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping, Sequence

    from inspector.vision.classifier import Classifier
    from trainer.dataset import Dataset, Sample
    from trainer.gate import Made
    from trainer.judge import JudgedPictures
    from trainer.protocol import Report


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptMeasures:
    """What is measured of validation pictures besides their scores, by name.

    Args:
        strangeness: As `strangeness_of` measures it.
        heat_outside: As in `Prediction`.
    """

    strangeness: Mapping[str, float]
    heat_outside: Mapping[str, bool | None]


def strangeness_of(dataset: Dataset, made: Made, classifier: Classifier) -> Generator[Report, None, dict[str, float]]:
    """Measure how unlike good parts the validation pictures look; the value says it by name.

    A good picture that the memory was made of looked so to a memory without it: as it is, it would look like itself.

    Args:
        dataset: Already split.
        made: The model.
        classifier: It, in the precision that the line will use; not closed.

    Returns:
        The generator's value is empty where the model has no memory of good; of the good pictures, a large set lacks
        some.

    Raises:
        PictureError: If a picture cannot be read.
        ClassifierError: If the network fails.
    """
    if made.trained.remembered is None:
        return {}
    known = dict(made.trained.remembered.strangeness)
    defective = [sample for sample in validated(dataset, made)[0] if sample.defective]
    for number, sample in enumerate(defective, 1):
        strangeness = classifier.predict(sample.picture()).strangeness
        if strangeness is not None:
            known[sample.name] = strangeness
        yield Progress(stage="strangeness of known defects", done=number, total=len(defective))
    return known


def kept_scores(dataset: Dataset, made: Made, tested: JudgedPictures, measures: KeptMeasures) -> bytes:
    """Return the content of the bundle's `inspector.vision.scores.SCORES_FILE`.

    Validation pictures have the score that the exported model gave them in the precision that the line will use; where
    the method learnt from them in the end, as ``head`` does, the score from before, out of fold.

    Args:
        dataset: Already split.
        made: The model, with what it says of validation.
        tested: What it says of the test.
        measures: Of validation pictures.
    """
    validation, scores, how = validated(dataset, made)
    rows = _rows(validation, scores, ScorePart.VALIDATION, how, measures)
    test = dataset.of(TEST)
    names = [sample.name for sample in test]
    seen = KeptMeasures(
        strangeness=dict(zip(names, tested.strangeness, strict=False)),  # none without a memory of good
        heat_outside=dict(zip(names, tested.heat_outside, strict=True)),
    )
    return scores_csv([*rows, *_rows(test, tested.scores().tolist(), ScorePart.TEST, made.precision, seen)])


def validated(dataset: Dataset, made: Made) -> tuple[list[Sample], list[float], str]:
    """Return the validation pictures whose scores are kept, their scores, and how these were made.

    Whatever the method, none of them was learnt from when it got its score.
    """
    validation = dataset.of(VAL)
    if [picture.name for picture in made.trained.judged] == [sample.name for sample in validation]:
        return list(validation), made.judged[made.precision].tolist(), made.precision
    return made.trained.judged, made.scores.tolist(), OUT_OF_FOLD


def _rows(
    samples: Sequence[Sample], scores: Sequence[float], part: ScorePart, how: str, measures: KeptMeasures
) -> list[PictureScore]:
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
            strangeness=measures.strangeness.get(sample.name),
            heat_outside=measures.heat_outside.get(sample.name),
        )
        for sample, score in zip(samples, scores, strict=True)
    ]
