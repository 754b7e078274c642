"""Looks where the heat of known failures lies: where it never lies outside the part, a failure may be spared by it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.domain.known_heat import KnownHeat
from inspector.domain.policy import verdict_of
from inspector.domain.records import Verdict
from trainer.dataset import TRAIN, VAL
from trainer.protocol import Progress
from trainer.scores import validated

if TYPE_CHECKING:
    from collections.abc import Generator

    from inspector.vision.classifier import Classifier
    from trainer.dataset import Dataset
    from trainer.gate import Made
    from trainer.protocol import Report


def look_at_heat(
    dataset: Dataset, made: Made, classifier: Classifier
) -> Generator[Report, None, tuple[KnownHeat | None, dict[str, bool | None]]]:
    """Look at all defects but those of the test, and at the other pictures whose scores are kept.

    Args:
        dataset: Already split.
        made: The model.
        classifier: It, as the line will use it; not closed.

    Returns:
        The generator's value: what was seen of failures, None where the model knows no outline; and by the picture's
        name whether its heat lies outside the part, as in `Prediction.heat_outside`.

    Raises:
        PictureError: If a picture cannot be read.
        ClassifierError: If the network fails.
    """
    note = made.draft.fields.memory
    if note is None or note.outlines is None:
        return None, {}
    defects = [sample for sample in dataset.of(TRAIN, VAL) if sample.defective]
    samples = {sample.name: sample for sample in [*defects, *validated(dataset, made)[0]]}
    places: dict[str, bool | None] = {}
    failures = outside = 0
    for number, sample in enumerate(samples.values(), 1):
        prediction = classifier.predict(sample.picture())
        places[sample.name] = prediction.heat_outside
        if sample.defective and verdict_of(prediction.p_defective, made.draft.fields.thresholds) is Verdict.FAIL:
            failures += 1
            outside += prediction.heat_outside is True
        yield Progress(stage="heat of known defects", done=number, total=len(samples))
    return KnownHeat(failures=failures, outside=outside), places
